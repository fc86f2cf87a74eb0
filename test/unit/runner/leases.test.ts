import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createJournal, readJournal } from '../../../src/runner/journal.ts'
import { exclusively, isAlive } from '../../../src/runner/leases.ts'
import type { Undo } from '../../../src/runner/undo.ts'

it.each([
  ['its folder is gone', { pid: 7, startTime: '1' }, false, '1', false],
  ['its runner runs', { pid: 7, startTime: '1' }, true, '1', true],
  ['its runner has ended', { pid: 7, startTime: '1' }, true, undefined, false],
  ['another process has that number', { pid: 7, startTime: '1' }, true, '2', false],
  ['its runner is not to be seen from here', { pid: 0, startTime: '' }, true, undefined, true],
  ['its folder is not to be seen, its runner runs', { pid: 7, startTime: '1' }, undefined, '1', true],
] as const)('a lease where %s', (_, process, there, start, alive) => {
  expect(isAlive({ folder: '/x', ...process }, there, () => start)).toBe(alive)
})

it('a line of the journal that a full disk has cut takes no other line with it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'journal-'))
  try {
    const journal = createJournal(folder, () => undefined)
    const deed: Undo = { kind: 'remove', path: '/own', root: false }
    await journal.record(deed)
    appendFileSync(join(folder, 'journal.jsonl'), '{"kind":"remo')
    await journal.record(deed)
    expect(readJournal(folder)).toEqual([deed, deed])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it('a journal tells others of what they may rely on, and of nothing else', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'journal-'))
  try {
    const told: Undo[] = []
    const journal = createJournal(folder, (undos) => void told.push(...undos))
    const own: Undo = { kind: 'remove', path: '/own', root: false }
    const shared: Undo = { kind: 'remove', path: '/shared', root: true, shared: true }
    await journal.record(own, shared)
    await journal.record(own)
    expect(told).toEqual([shared])
    expect(readJournal(folder)).toEqual([own, shared, own])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it('one at a time, and the next when the first fails', async () => {
  const order: string[] = []
  const first = exclusively(async () => {
    order.push('first in')
    await new Promise((resolve) => setTimeout(resolve, 300))
    order.push('first out')
    throw new Error('failed')
  })
  await new Promise((resolve) => setTimeout(resolve, 100))
  const second = exclusively(async () => void order.push('second'))
  await expect(first).rejects.toThrow('failed')
  await second
  expect(order).toEqual(['first in', 'first out', 'second'])
})

it('a job that is cancelled while it waits for another does not wait on', async () => {
  const events: string[] = []
  let release = (): void => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const first = exclusively(async () => {
    events.push('first')
    await held
  })
  await expect.poll(() => events, { timeout: 20_000 }).toEqual(['first'])
  const cancelling = new AbortController()
  const second = exclusively(async () => events.push('second'), cancelling.signal)
  cancelling.abort()
  await expect(second).rejects.toThrow('the job was cancelled while it waited')
  release()
  await first
  expect(events).toEqual(['first'])
})
