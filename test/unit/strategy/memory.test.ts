import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  durationsOf,
  failuresOf,
  type Lessons,
  learn,
  mergeMemories,
  NO_MEMORY,
  parseMemory,
  printMemory,
  sizeKey,
} from '../../../src/strategy/memory.ts'

const way = {
  target: 'aarch64-linux',
  package: 'hello',
  strategy: 'cross',
  method: 'transparent',
  emulator: false,
} as const
const failed: Lessons['failed'][number] = { ...way, name: 'hello-2.12', nixpkgs: 'nixpkgs:abc', reason: 'boom' }
const lessons = (more: Partial<Lessons> = {}): Lessons => ({
  built: [],
  failed: [],
  worked: [],
  sizes: new Map(),
  ...more,
})
const DAY = 24 * 3600

describe('memory', () => {
  test('durations by package, native and emulated apart, the newest', () => {
    const first = learn(NO_MEMORY, lessons({ built: [{ name: 'hello-2.12', emulated: false, seconds: 12.345 }] }), 1)
    const second = learn(
      first,
      lessons({
        built: [
          { name: 'hello-aarch64-unknown-linux-gnu-2.13', emulated: false, seconds: 14 },
          { name: 'hello-2.13', emulated: true, seconds: 200 },
        ],
      }),
      2,
    )
    expect([...durationsOf(first)]).toEqual([['hello', 12.3]])
    expect(durationsOf(second)).toEqual(
      new Map([
        ['hello', 14],
        ['hello under QEMU', 200],
      ]),
    )
  })

  test('a failure holds for the same nixpkgs, for thirty days', () => {
    const memory = learn(NO_MEMORY, lessons({ failed: [failed] }), 1000)
    const [known] = failuresOf(memory, 'nixpkgs:abc', 1000)
    expect(known).toMatchObject({ ...way, derivation: 'hello-2.12', remembered: true })
    expect(known?.reason).toBe('it failed on 1970-01-01 with the same nixpkgs: boom')
    expect(failuresOf(memory, 'nixpkgs:def', 1000)).toEqual([])
    expect(failuresOf(memory, 'nixpkgs:abc', 1000 + 31 * DAY)).toEqual([])
    expect(learn(memory, lessons(), 1000 + 31 * DAY).failures).toEqual([])
  })

  test('a way that worked, or failed again, replaces what was remembered of it', () => {
    const memory = learn(NO_MEMORY, lessons({ failed: [failed, { ...failed, emulator: true }] }), 1)
    expect(learn(memory, lessons({ worked: [way] }), 2).failures).toMatchObject([{ emulator: true }])
    expect(learn(memory, lessons({ failed: [{ ...failed, reason: 'again' }] }), 2).failures).toHaveLength(2)
  })

  test('sizes of closures, the last ones', () => {
    const key = sizeKey('repository .', 'aarch64-linux', 'hello')
    const first = learn(NO_MEMORY, lessons({ sizes: new Map([[key, 100]]) }), 1)
    const second = learn(first, lessons({ sizes: new Map([[key, 90]]) }), 2)
    expect(parseMemory(printMemory(second)).sizes).toEqual(new Map([[key, { bytes: 90, at: 2 }]]))
    expect(mergeMemories(second, first).sizes.get(key)?.bytes).toBe(90)
  })

  test('it does not grow for ever', () => {
    const built = Array.from({ length: 5000 }, (_, index) => ({ name: `p${index}`, emulated: false, seconds: 1 }))
    const failures = Array.from({ length: 500 }, (_, index) => ({
      ...failed,
      package: `p${index}`,
      reason: 'x'.repeat(9999),
    }))
    const text = printMemory(learn(NO_MEMORY, lessons({ built, failed: failures }), 1))
    expect(text.length).toBeLessThan(400_000)
  })

  test('what was written is read again; two are merged by age', () => {
    const old = learn(
      NO_MEMORY,
      lessons({ failed: [failed], built: [{ name: 'a-1', emulated: false, seconds: 1 }] }),
      1,
    )
    const young = learn(NO_MEMORY, lessons({ built: [{ name: 'a-2', emulated: false, seconds: 2 }] }), 2)
    expect(parseMemory(printMemory(old))).toEqual(old)
    for (const merged of [mergeMemories(old, young), mergeMemories(young, old)]) {
      expect(durationsOf(merged)).toEqual(new Map([['a', 2]]))
      expect(merged.failures).toEqual(old.failures)
    }
  })

  test('anything else is as good as nothing', () => {
    for (const text of [
      '',
      '{',
      'null',
      '[]',
      '{"version":2}',
      '{"version":1,"durations":3,"failures":[]}',
      '{"version":1,"failures":3}',
    ])
      expect(parseMemory(text)).toEqual(NO_MEMORY)
    const partly =
      '{"version":1,"durations":{"a":{"seconds":-1,"at":0},"b":{"seconds":2,"at":0}},"failures":[1,{"target":2}]}'
    expect(parseMemory(partly)).toEqual({
      durations: new Map([['b', { seconds: 2, at: 0 }]]),
      failures: [],
      sizes: new Map(),
    })
    fc.assert(fc.property(fc.json(), (text) => parseMemory(text).failures.length === 0))
  })
})
