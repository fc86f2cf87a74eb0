import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { createLog } from '../../../src/runner/log.ts'
import { drawLog, playOutput } from '../../rig/drawn-log.ts'

const folder = mkdtempSync(join(tmpdir(), 'log-'))
afterAll(() => rmSync(folder, { recursive: true }))

function record(use: (log: ReturnType<typeof createLog>) => void): string {
  let text = ''
  const log = createLog((part) => {
    text += part
  }, folder)
  use(log)
  log.end()
  return text
}

/** What the runner shows and carries out, and how the page draws it. */
function play(use: (log: ReturnType<typeof createLog>) => void) {
  const job = playOutput(record(use))
  return { job, lines: job.lines, ...drawLog(job.lines) }
}

const EVIL = [
  '::error::no',
  '##[save-state name=pid]1',
  'x> ##[add-mask]e',
  '  ::set-output name=a::b',
  '::add-mask::x',
  '::endgroup::',
  '::group::mine',
  '##[endgroup]',
  '##[group]mine',
  '[endgroup]',
  ' [group]mine',
  'text\r::endgroup::',
  '::stop-commands::x',
]

describe('log', () => {
  test.each(EVIL)('prints %s as text, outside and inside of a section', (line) => {
    const { job, groups, loose, faults } = play((log) => {
      log.info(line)
      const held = log.hold?.('x-1')
      held?.add('before')
      held?.add(line)
      held?.add('after')
      held?.print('built x-1 100%')
      log.info('later')
    })
    expect(faults).toEqual([])
    expect(groups.map(({ title }) => title)).toEqual(['built x-1 100%'])
    expect([groups[0]?.lines[0], groups[0]?.lines.at(-1), loose.at(-1)]).toEqual(['before', 'after', 'later'])
    expect([job.annotations, [...job.masks.secrets].filter((secret) => secret.length < 6)]).toEqual([[], []])
  })

  test('stops commands only where a text could hold one', () => {
    expect(record((log) => log.info('[1/3] building x-1'))).toBe('[1/3] building x-1\n')
  })

  test('a text of several lines cannot end the protection', () => {
    const { job, faults } = play((log) => log.info('a\n::error::b\n::stop-commands::x\n::x::\n::error::c\n::group::d'))
    expect([job.annotations, faults]).toEqual([[], []])
  })

  test('takes passwords out of URLs', () => {
    expect(record((log) => log.info('copying to https://me:secret@example.org/c'))).not.toContain('secret')
  })

  test('a section without lines is its title', () => {
    expect(record((log) => log.hold?.('x-1').print('built x-1'))).toBe('built x-1\n')
  })

  test('a section waits on disk and is printed from there, also by the process that comes after', () => {
    const many = Array.from({ length: 5000 }, (_, n) => `line ${n} of a log that is longer than memory should hold`)
    const held = () => (existsSync(join(folder, 'held')) ? readdirSync(join(folder, 'held')) : [])
    const use = (print: boolean) => (log: ReturnType<typeof createLog>) => {
      const text = log.hold?.('../x 1')
      for (const line of many) text?.add(line)
      text?.save()
      if (print) text?.print('built x-1')
    }
    expect(play(use(true))).toMatchObject({ groups: [{ title: 'built x-1', lines: many }], loose: [], faults: [] })
    expect(held()).toEqual([])
    expect(play(use(false)).lines).toEqual([])
    expect(held()).toEqual(['1 .._x_1'])
    const title = '.._x_1: its log when the action was killed'
    expect(play((log) => log.printLeft?.())).toMatchObject({ groups: [{ title, lines: many }], loose: [], faults: [] })
    expect(held()).toEqual([])
  })
})
