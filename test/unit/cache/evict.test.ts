import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseEvicted } from '../../../src/cache/evict.ts'
import { storeHash } from '../../../src/nix/store-path.ts'
import { entryOf, graphs, nameOf } from './entries.ts'

const cache = (rows: readonly (readonly [string, readonly string[], number, number])[]) => ({
  entries: new Map(rows.map(([name, references, bytes]) => [nameOf(name), entryOf(name, references, bytes)])),
  used: new Map(rows.map(([name, , , time]) => [nameOf(name), time])),
})
const evicted = (rows: Parameters<typeof cache>[0], limit: number) => {
  const { entries, used } = cache(rows)
  const names = chooseEvicted(entries, used, limit)
  return rows.map(([name]) => name).filter((name) => names.has(nameOf(name)))
}

describe('eviction', () => {
  it.each([
    ['nothing where there is room', [['a', [], 5, 1]], 5, []],
    [
      'the longest unused',
      [
        ['a', [], 5, 2],
        ['b', [], 5, 1],
      ],
      5,
      ['b'],
    ],
    [
      'the larger of equally old ones',
      [
        ['a', [], 1, 1],
        ['b', [], 5, 1],
      ],
      1,
      ['b'],
    ],
    [
      'never what is needed, however old',
      [
        ['lib', [], 5, 1],
        ['app', ['lib'], 5, 9],
        ['old', [], 5, 5],
      ],
      10,
      ['old'],
    ],
    [
      'users before what they use',
      [
        ['lib', [], 5, 1],
        ['app', ['lib'], 5, 2],
      ],
      5,
      ['app'],
    ],
    [
      'all where nothing fits',
      [
        ['lib', [], 5, 1],
        ['app', ['lib', 'app'], 5, 2],
      ],
      0,
      ['lib', 'app'],
    ],
  ] as const)('takes %s', (_, rows, limit, expected) => expect(evicted(rows, limit)).toEqual(expected))

  it('keeps closures whole, keeps to the limit, and takes no more than it must', () => {
    fc.assert(
      fc.property(graphs, fc.nat({ max: 20_000 }), (rows, limit) => {
        const entries = new Map(rows.map(({ at, references, bytes }) => [nameOf(at), entryOf(at, references, bytes)]))
        const used = new Map(rows.map(({ at, used }) => [nameOf(at), used]))
        const gone = chooseEvicted(entries, used, limit)
        const kept = [...entries].filter(([name]) => !gone.has(name))
        for (const [, { references }] of kept)
          for (const reference of references) expect(gone.has(storeHash(reference))).toBe(false)
        const bytes = kept.reduce((sum, [, { fileSize }]) => sum + fileSize, 0)
        expect(bytes).toBeLessThanOrEqual(limit)
        const last = [...gone].at(-1)
        if (last !== undefined) expect(bytes + (entries.get(last)?.fileSize ?? 0)).toBeGreaterThan(limit)
      }),
    )
  })

  it('is quick with thousands of paths', () => {
    const rows = Array.from(
      { length: 6000 },
      (_, at) => [String(at), at === 0 ? [] : [String(at >> 1)], 10, at] as const,
    )
    expect(evicted(rows, 30_000)).toHaveLength(3000)
  })
})
