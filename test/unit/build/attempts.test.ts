import { describe, expect, test } from 'vitest'
import { asFailure, buildInTurns } from '../../../src/build/attempts.ts'
import type { BuildResult } from '../../../src/build/types.ts'
import type { Choice, Failure, Plan } from '../../../src/strategy/types.ts'

type Way = readonly [strategy: Choice['strategy'], drvPath: string, hybrid?: true]

const plan = (name: string, way: Way | undefined, strategy = 'auto'): Plan =>
  ({
    target: { name: 'aarch64-linux', strategy },
    package: name,
    candidates: [],
    choice: way && { strategy: way[0], evaluated: { drvPath: way[1] }, ...(way[2] ? { hybrid: true } : {}) },
    reason: 'no way',
  }) as unknown as Plan

/** Plays packages that have several ways, of which some fail. */
async function play(
  packages: Record<string, { ways: readonly Way[]; strategy?: string }>,
  outcome: (drvPath: string, hybrid: boolean) => BuildResult['status'],
  failure: Partial<BuildResult> = {},
) {
  const said: string[] = []
  const built: string[][] = []
  const names = Object.keys(packages)
  const at = new Map(names.map((name) => [name, 0]))
  const plans = () => names.map((name) => plan(name, packages[name]?.ways[at.get(name) ?? 0], packages[name]?.strategy))
  const { results } = await buildInTurns(plans(), {
    async build(round) {
      built.push(round.map(({ choice }) => choice?.evaluated.drvPath ?? '-'))
      const results = round.map((each): BuildResult => {
        if (each.choice === undefined) return { plan: each, status: 'failed', seconds: 0, error: each.reason }
        const status = outcome(each.choice.evaluated.drvPath, each.choice.hybrid === true)
        return { plan: each, status, seconds: 1, ...(status === 'failed' ? { error: 'boom', ...failure } : {}) }
      })
      return { results, pathInfos: new Map(), derivations: [], fetched: new Set() }
    },
    async replan(failures) {
      for (const name of names) at.set(name, failures.filter((failure) => failure.package === name).length)
      return plans()
    },
    hasEmulator: () => false,
    fallingBack: ({ plan: before }, next) => said.push(`${before.package}: ${next.choice?.strategy}`),
  })
  return { results, built, said }
}

const THREE: readonly Way[] = [
  ['cross', 'x'],
  ['cross', 'x', true],
  ['emulated', 'e'],
]

describe('building in turns', () => {
  test('what works is built once', async () => {
    const { results, built, said } = await play({ a: { ways: THREE }, b: { ways: [['native', 'n']] } }, () => 'built')
    expect(built).toEqual([['x', 'n']])
    expect(results.map(({ status, attempts }) => [status, attempts])).toEqual([
      ['built', undefined],
      ['built', undefined],
    ])
    expect(said).toEqual([])
  })

  test('cross, cross with an emulator, emulated; the others are left alone', async () => {
    const { results, built, said } = await play({ a: { ways: THREE }, b: { ways: [['native', 'n']] } }, (drvPath) =>
      drvPath === 'x' ? 'failed' : 'built',
    )
    expect(built).toEqual([['x', 'n'], ['x'], ['e']])
    expect(results[0]?.attempts?.map(({ plan: { choice } }) => choice?.hybrid === true)).toEqual([false, true])
    expect(results.map(({ status }) => status)).toEqual(['built', 'built'])
    expect(said).toEqual(['a: cross', 'a: emulated'])
  })

  test('where all fail, the last failure is the result and the others are kept', async () => {
    const { results, built } = await play({ a: { ways: THREE } }, () => 'failed')
    expect(built).toEqual([['x'], ['x'], ['e']])
    expect(results[0]).toMatchObject({ status: 'failed', plan: { choice: { strategy: 'emulated' } } })
    expect(results[0]?.attempts).toHaveLength(2)
  })

  test('what the workflow has decided is not tried otherwise', async () => {
    const { built } = await play({ a: { ways: THREE, strategy: 'cross' } }, () => 'failed')
    expect(built).toEqual([['x']])
  })

  test.each([
    ['a full disk', { category: 'disk', culprit: 'x' }, 1],
    ['a Nix that is set to build nothing', { category: 'setting' }, 1],
    ['a daemon that died', { category: 'daemon' }, 1],
    ['a cache that fails', { category: 'network' }, 1],
    ['a builder that finds no network', { category: 'network', culprit: 'x' }, 3],
    ['a builder that fails', { category: 'build', culprit: 'x' }, 3],
    ['a platform that is missing', { category: 'platform' }, 3],
  ] as const)('%s: ways tried', async (_, failure, count) => {
    const { built } = await play({ a: { ways: THREE } }, () => 'failed', failure)
    expect(built).toHaveLength(count)
  })

  test('a package without any way is told once', async () => {
    const { results, built } = await play({ a: { ways: [] }, b: { ways: THREE } }, (drvPath) =>
      drvPath === 'x' ? 'failed' : 'built',
    )
    expect(built).toEqual([['-', 'x'], ['x'], ['e']])
    expect(results[0]).toMatchObject({ status: 'failed', error: 'no way' })
  })

  test('what was skipped because of a failure gets its turn with the next way, and is no attempt', async () => {
    let first = true
    const { results, built } = await play({ a: { ways: THREE }, b: { ways: [['native', 'n']] } }, (drvPath) => {
      if (drvPath === 'n' && first) {
        first = false
        return 'skipped'
      }
      return drvPath === 'x' ? 'failed' : 'built'
    })
    expect(built).toEqual([['x', 'n'], ['x', 'n'], ['e']])
    expect(results[1]).toMatchObject({ status: 'built' })
    expect(results[1]?.attempts).toBeUndefined()
  })

  test('a check that fails after the build is no reason to build otherwise', async () => {
    const { results } = await buildInTurns([plan('a', ['cross', 'x'])], {
      build: async ([each]) => ({
        results: [{ plan: each as Plan, status: 'failed', seconds: 1, closureSize: 5, error: 'the smoke test failed' }],
        pathInfos: new Map(),
        derivations: [],
        fetched: new Set(),
      }),
      replan: () => Promise.reject(new Error('not asked')),
      hasEmulator: () => false,
      fallingBack: () => {},
    })
    expect(results[0]?.error).toBe('the smoke test failed')
  })

  test('files for another system are one, and an emulator would not change them', async () => {
    const emulated = plan('a', ['emulated', 'e'])
    const failures: Failure[] = []
    const { results } = await buildInTurns([plan('a', ['cross', 'x'])], {
      build: async ([each]) => {
        const base = { plan: each as Plan, seconds: 1, closureSize: 5 }
        const wrong = { status: 'failed', error: '1 file is not for aarch64-linux:\n/x', notForTarget: true } as const
        const result: BuildResult = each === emulated ? { ...base, status: 'built' } : { ...base, ...wrong }
        return { results: [result], pathInfos: new Map(), derivations: [], fetched: new Set() }
      },
      replan: async (found) => {
        failures.push(...found)
        return [emulated]
      },
      hasEmulator: () => false,
      fallingBack: () => {},
    })
    expect(results[0]).toMatchObject({ status: 'built', attempts: [{ notForTarget: true }] })
    expect(failures).toMatchObject([
      { drvPath: 'x', emulator: true, reason: 'it failed in this run: 1 file is not for aarch64-linux' },
    ])
  })

  test('where no way is left, the error says why the others could not be had', async () => {
    const candidates = [
      { strategy: 'cross', method: 'transparent', reason: 'it failed in this run: boom' },
      { strategy: 'cross', method: 'overlay', hybrid: true, reason: 'the flake has no overlay with it' },
      { strategy: 'emulated', reason: 'the input qemu is never' },
    ]
    const { results } = await buildInTurns([plan('a', ['cross', 'x'])], {
      build: async ([each]) => ({
        results: [{ plan: each as Plan, status: 'failed', seconds: 1, error: 'boom' }],
        pathInfos: new Map(),
        derivations: [],
        fetched: new Set(),
      }),
      replan: async () => [{ ...plan('a', undefined), candidates } as unknown as Plan],
      hasEmulator: () => false,
      fallingBack: () => {},
    })
    expect(results[0]?.error).toBe(
      'boom\nNo other way is left: cross overlay with an emulator: the flake has no overlay with it; ' +
        'emulated: the input qemu is never',
    )
  })
})

test.each([
  [['cross', 'x'], false, false],
  [['cross', 'x'], true, true],
  [['cross', 'x', true], false, true],
  [['emulated', 'e'], false, true],
  [['native', 'n'], true, false],
] as const)('a failure of %j on a machine with an emulator %s had one: %s', (way, emulator, expected) => {
  const failure: Failure = asFailure(
    { plan: plan('a', way), status: 'failed', seconds: 0, error: 'boom.\nmore' },
    emulator,
  )
  expect(failure).toMatchObject({ emulator: expected, reason: 'it failed in this run: boom', drvPath: way[1] })
})

test.each([
  [true, ['building', '/nix/store/x-stdenv/setup: line 1765: lua: command not found']],
  [true, ['sh: 1: lua5.4: not found']],
  [true, ['make: lua: No such file or directory', 'make: *** [Makefile:3: x] Error 127']],
  [true, ['/bin/sh: lua: not found']],
  [false, ['ERROR: libpng: not found']],
  // a program whose loader is another machine's
  [false, ['sh: 1: ./prog: not found']],
  [false, ['/build/prog: cannot execute binary file: Exec format error', 'x: line 2: y: command not found']],
  // one that was tried for
  [false, ['configure: line 9: ldconfig: command not found', 'a', 'b', 'c', 'error: no such file']],
  [false, ['library not found', 'ld: cannot find -lm: No such file or directory']],
])('that it is the same with an emulator is %s for a failure with %j', (same, log) => {
  const result = { plan: plan('a', ['cross', 'x']), status: 'failed', seconds: 0, log } as const
  expect(asFailure(result, false)).toMatchObject({ emulator: same })
})

test.each(['feature', 'timeout'] as const)('a failure of the kind %s is the same with an emulator', (category) => {
  const result = { plan: plan('a', ['cross', 'x']), status: 'failed', seconds: 0, category } as const
  expect(asFailure(result, false)).toMatchObject({ emulator: true })
})
