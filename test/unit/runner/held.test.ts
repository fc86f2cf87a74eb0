import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { type HeldSizes, holdText } from '../../../src/runner/held.ts'

const place = mkdtempSync(join(tmpdir(), 'held-'))
afterAll(() => rmSync(place, { recursive: true }))
const folder = join(place, 'x')

const sizeOnDisk = (): number =>
  existsSync(folder) ? readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0) : 0

function keep(lines: readonly string[], sizes?: HeldSizes, each: () => void = () => undefined): string[] {
  const held = holdText(folder, sizes)
  for (const line of lines) {
    held.add(line)
    each()
  }
  return [...held.take()].join('').split('\n').slice(0, -1)
}

const numbered = (count: number): string[] => Array.from({ length: count }, (_, n) => `line ${n}`)
const SMALL: HeldSizes = { memory: 50, piece: 200, head: 2, tail: 2 }

test('a short text makes no file', () => {
  expect(keep(numbered(10), undefined, () => expect(existsSync(folder)).toBe(false))).toEqual(numbered(10))
})

test('of a long text the beginning and the end stay, and it says what does not', () => {
  let most = 0
  const lines = keep(numbered(1000), SMALL, () => {
    most = Math.max(most, sizeOnDisk())
  })
  expect(most).toBeLessThan(1300)
  const gap = lines.findIndex((line) => line.startsWith('('))
  expect(lines[gap]).toMatch(/^\([\d.]+ [KM]i?B of this log are left out here\)$/)
  expect(lines.slice(0, gap)).toEqual(numbered(gap))
  expect(gap).toBeGreaterThan(40)
  const end = lines.slice(gap + 1)
  expect(end.length).toBeGreaterThan(25)
  expect(end).toEqual(numbered(1000).slice(-end.length))
  expect(existsSync(folder)).toBe(false)
})

test('whatever is added comes out again, in order, as long as it is not too long', () => {
  const lines = fc.array(fc.string({ unit: 'grapheme', maxLength: 60 }).map((line) => line.replace(/[\r\n]/g, ' ')))
  fc.assert(
    fc.property(lines, (some) => {
      expect(keep(some, { ...SMALL, piece: 100_000 })).toEqual(some)
    }),
  )
})

test('a place where nothing can be written costs the log, not the build', () => {
  writeFileSync(join(place, 'file'), '')
  const held = holdText(join(place, 'file/x'), SMALL)
  for (const line of numbered(100)) held.add(line)
  held.save()
  const text = [...held.take()].join('')
  expect(text).toMatch(/^line 0\n/)
  expect(text).toMatch(/could not be kept: ENOTDIR/)
})
