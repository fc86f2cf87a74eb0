import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DerivationFacts, DerivationGraph } from '../../../src/strategy/graph.ts'
import { reachable, readDerivation } from '../../../src/strategy/graph.ts'
import { groupByShared } from '../../../src/strategy/matrix/group.ts'
import { costOf, makePackable, packJobs, WORTH_A_JOB } from '../../../src/strategy/matrix/pack.ts'
import type { Entry, Job } from '../../../src/strategy/matrix/types.ts'
import { isWorthSharing, ORDINARY, weightOf } from '../../../src/strategy/weights.ts'

const facts = (over: Partial<DerivationFacts> = {}): DerivationFacts => ({
  system: 'x86_64-linux',
  name: 'thing-1.0',
  fixedOutput: false,
  trivial: false,
  kind: 'compiler',
  inputs: [],
  outputs: [],
  tools: [],
  features: [],
  ...over,
})

const entry = (name: string, toBuild: readonly string[], over: Partial<Entry> = {}): Entry => ({
  target: 'x86_64-linux',
  package: name,
  status: 'planned',
  strategy: 'native',
  reason: 'because',
  runner: 'ubuntu-24.04',
  native: ['x86_64-linux'],
  toBuild,
  ...over,
})

const graphOf = (entries: readonly Entry[], over: Partial<DerivationFacts> = {}): DerivationGraph =>
  new Map(entries.flatMap(({ toBuild }) => toBuild).map((path) => [path, facts(over)]))

const packed = (entries: readonly Entry[], graph: DerivationGraph, maxJobs = 256): readonly Job[] => {
  const jobs = packJobs([makePackable(entries, graph)], maxJobs)
  if (typeof jobs === 'string') throw new Error(jobs)
  return jobs
}

const shape = (jobs: readonly Job[]): string[] =>
  jobs.map(({ target, strategy, entries }) => `${target} ${strategy}: ${entries.map((each) => each.package).join(' ')}`)

describe('weights', () => {
  test.each([
    ['an ordinary derivation', {}, ORDINARY],
    ['a download', { fixedOutput: true, name: 'gcc-14.2.0' }, 5],
    ['a builtin', { system: 'builtin' }, 5],
    ['a text', { trivial: true }, 2],
    ['a compiler', { name: 'gcc-14.2.0' }, 3600],
    ['what only sounds like one', { name: 'gcc-wrapper-14.2.0' }, ORDINARY],
    ['under emulation', { system: 'riscv64-linux' }, ORDINARY * 13],
    ['unknown', { system: 'unknown' }, ORDINARY],
  ])('%s', (_, over, weight) => {
    expect(weightOf(facts(over), ['x86_64-linux'])).toBe(weight)
  })

  test('a download is not worth sharing a job', () => {
    expect([facts(), facts({ fixedOutput: true }), facts({ trivial: true }), undefined].map(isWorthSharing)).toEqual([
      true,
      false,
      false,
      true,
    ])
  })
})

const DRV =
  'Derive([("dev","/nix/store/a-x-dev","",""),("out","/nix/store/b-x","","")],[("/nix/store/c-one.drv",["out"]),("/nix/store/d-two.drv",["dev","out"])],["/nix/store/e-builder.sh"],"aarch64-linux","/bin/sh",["-c","x"],[("text","(\\"/nix/store/z-not.drv\\",[\\"out\\"])"),("preferLocalBuild","1")])'
const FIXED =
  'Derive([("out","/nix/store/b-x.tar.gz","sha256","abcd")],[],[],"builtin","builtin:fetchurl",[],[("url","https://a")])'

describe('a .drv file', () => {
  const path = '/nix/store/0123456789abcdfghijklmnpqrsvwxyz-x-1.0.drv'
  test('inputs, system and kind', () => {
    expect(readDerivation(path, DRV)).toEqual({
      system: 'aarch64-linux',
      name: 'x-1.0',
      fixedOutput: false,
      trivial: true,
      kind: 'shell',
      inputs: ['/nix/store/c-one.drv', '/nix/store/d-two.drv'],
      outputs: ['/nix/store/a-x-dev', '/nix/store/b-x'],
      tools: ['/bin/sh'],
      features: [],
    })
    expect(readDerivation(path, FIXED)).toMatchObject({ system: 'builtin', fixedOutput: true, inputs: [] })
    const impure =
      'Derive([("out","","r:sha256","impure")],[],[],"x86_64-linux","/bin/sh",[],[("__json","{\\"preferLocalBuild\\":true}")])'
    expect(readDerivation(path, impure)).toMatchObject({ fixedOutput: false, trivial: true })
    expect(readDerivation(path, impure.replace(':true', ':false'))).toMatchObject({ trivial: false })
  })

  test('what is reached goes through what is missing alone', () => {
    const graph = new Map([
      ['a', facts({ inputs: ['b', 'there', 'c'] })],
      ['b', facts({ inputs: ['c'] })],
      ['c', facts({ inputs: ['a'] })],
      ['other', facts()],
    ])
    expect([reachable(graph, 'a'), reachable(graph, 'there')]).toEqual([['a', 'b', 'c'], []])
  })
})

describe('jobs', () => {
  test('what shares a build stays together, through others too', () => {
    const entries = [entry('a', ['1', 'x']), entry('b', ['2', 'y']), entry('c', ['3', 'y', 'x']), entry('d', ['4'])]
    const groups = groupByShared(entries, graphOf(entries))
    expect(groups.map((group) => group.map((each) => each.package))).toEqual([['a', 'b', 'c'], ['d']])
  })

  test('a shared download does not glue', () => {
    const entries = [entry('a', ['1', 'source']), entry('b', ['2', 'source'])]
    const graph = new Map([...graphOf(entries), ['source', facts({ fixedOutput: true })]])
    expect(groupByShared(entries, graph)).toHaveLength(2)
  })

  test('light packages share a job, heavy ones come first and alone', () => {
    const entries = [entry('light-1', ['1']), entry('llvm', ['2']), entry('light-2', ['3']), entry('gcc', ['4', '5'])]
    const graph = new Map([
      ...graphOf(entries),
      ['2', facts({ name: 'llvm-19.1' })],
      ['4', facts({ name: 'gcc-14.2' })],
    ])
    const jobs = packed(entries, graph, 3)
    expect(shape(jobs)).toEqual([
      'x86_64-linux native: gcc',
      'x86_64-linux native: llvm',
      'x86_64-linux native: light-1 light-2',
    ])
    expect(jobs.map(({ cost }) => cost)).toEqual([3660, 3600, 120])
  })

  test('strategies and targets are jobs of their own; with few jobs a target decides itself', () => {
    const entries = [
      entry('a', ['1'], { target: 'riscv64-linux', strategy: 'cross' }),
      entry('b', ['2'], { target: 'riscv64-linux', strategy: 'emulated' }),
      entry('c', [], { target: 'riscv64-linux', strategy: 'auto', status: 'failed' }),
      entry('d', ['3']),
      entry('e', ['4'], { status: 'skipped' }),
    ]
    const graph = graphOf(entries)
    expect(shape(packed(entries, graph))).toEqual([
      'riscv64-linux cross: a',
      'riscv64-linux emulated: b',
      'x86_64-linux native: d',
      'riscv64-linux auto: c',
    ])
    expect(shape(packed(entries, graph, 2))).toEqual(['riscv64-linux auto: a b c', 'x86_64-linux native: d'])
    expect(packJobs([makePackable(entries, graph)], 1)).toContain('there are 2 targets')
  })

  test('where jobs are scarce, the target with less to do has fewer', () => {
    const many = (target: string, length: number) =>
      Array.from({ length }, (_, index) => entry(`p${index}`, [`${target}-${index}`], { target }))
    const entries = [...many('aarch64-linux', 60), ...many('riscv64-linux', 20), ...many('x86_64-linux', 10)]
    const jobs = packed(entries, graphOf(entries), 5)
    const per = (target: string) => jobs.filter((job) => job.target === target).map(({ cost }) => cost)
    expect(['aarch64-linux', 'riscv64-linux', 'x86_64-linux'].map(per)).toEqual([[1200, 1200, 1200], [1200], [600]])
  })

  test('nothing to build: no job', () => {
    expect(packed([entry('a', [], { status: 'skipped' })], new Map())).toEqual([])
  })
})

// Properties, over packages of three targets that need any of twelve derivations.
const systems = ['x86_64-linux', 'aarch64-linux', 'riscv64-linux']
const derivations = fc.uniqueArray(fc.integer({ min: 0, max: 11 }), { maxLength: 4 })
const wanted = fc.uniqueArray(
  fc.record({
    target: fc.constantFrom(...systems),
    name: fc.integer({ min: 0, max: 40 }),
    own: derivations,
    strategy: fc.constantFrom('native', 'cross', 'emulated', 'auto'),
    status: fc.constantFrom('planned', 'planned', 'planned', 'failed', 'unevaluated', 'skipped'),
  }),
  { selector: ({ target, name }) => `${target} ${name}`, maxLength: 60 },
)
const entriesOf = (all: typeof wanted extends fc.Arbitrary<infer T> ? T : never): readonly Entry[] =>
  all.map(({ target, name, own, strategy, status }) =>
    entry(`p${name}`, status === 'planned' ? own.map((each) => `${target}-${each}`) : [], {
      target,
      strategy,
      status,
    } as Partial<Entry>),
  )
const graphFrom = (entries: readonly Entry[], heavy: readonly number[]): DerivationGraph =>
  new Map(
    entries
      .flatMap(({ toBuild }) => toBuild)
      .map((path) => [
        path,
        facts({
          name: heavy.some((each) => path.endsWith(`-${each}`)) ? 'llvm-19' : 'x-1',
          fixedOutput: path.endsWith('-0'),
        }),
      ]),
  )
const input = fc.record({
  entries: wanted.map(entriesOf),
  heavy: derivations,
  maxJobs: fc.integer({ min: 3, max: 40 }),
})

describe('properties of the jobs', () => {
  test('every package that needs a job is in exactly one, and no other is', () => {
    fc.assert(
      fc.property(input, ({ entries, heavy, maxJobs }) => {
        const jobs = packed(entries, graphFrom(entries, heavy), maxJobs)
        const inJobs = jobs.flatMap((job) => job.entries)
        expect(new Set(inJobs).size).toBe(inJobs.length)
        expect(new Set(inJobs)).toEqual(new Set(entries.filter(({ status }) => status !== 'skipped')))
        for (const job of jobs) for (const each of job.entries) expect(each.target).toBe(job.target)
      }),
    )
  })

  test('never more than max-jobs, none empty', () => {
    fc.assert(
      fc.property(input, ({ entries, heavy, maxJobs }) => {
        const jobs = packed(entries, graphFrom(entries, heavy), maxJobs)
        expect(jobs.length).toBeLessThanOrEqual(maxJobs)
        expect(jobs.every((job) => job.entries.length > 0)).toBe(true)
      }),
    )
  })

  test('packages of one target and strategy that share a build are together', () => {
    fc.assert(
      fc.property(input, ({ entries, heavy, maxJobs }) => {
        const graph = graphFrom(entries, heavy)
        const jobs = packed(entries, graph, maxJobs)
        const jobOf = (each: Entry): Job | undefined => jobs.find((job) => job.entries.includes(each))
        const planned = entries.filter(({ status }) => status === 'planned')
        for (const a of planned)
          for (const b of planned) {
            const shared = a.toBuild.some((path) => b.toBuild.includes(path) && isWorthSharing(graph.get(path)))
            if (shared && a.target === b.target && a.strategy === b.strategy) expect(jobOf(a)).toBe(jobOf(b))
          }
      }),
    )
  })

  test('the same plan whatever the order of what is wanted, the heaviest job first', () => {
    fc.assert(
      fc.property(input, fc.infiniteStream(fc.nat()), ({ entries, heavy, maxJobs }, order) => {
        const graph = graphFrom(entries, heavy)
        const keyed = entries.map((each) => ({ each, key: order.next().value as number }))
        const shuffled = keyed.sort((a, b) => a.key - b.key).map(({ each }) => each)
        const jobs = packed(entries, graph, maxJobs)
        expect(shape(packed(shuffled, graph, maxJobs))).toEqual(shape(jobs))
        for (const [index, { cost }] of jobs.entries())
          expect(cost).toBeLessThanOrEqual(jobs[index - 1]?.cost ?? Infinity)
      }),
    )
  })

  test('no job of a target and strategy is heavier than the mean and its heaviest group', () => {
    fc.assert(
      fc.property(input, ({ entries, heavy }) => {
        const graph = graphFrom(entries, heavy)
        const jobs = packed(entries, graph)
        for (const job of jobs) {
          const same = jobs.filter(
            (other) =>
              other.target === job.target &&
              other.strategy === job.strategy &&
              (other.entries[0]?.status === 'planned') === (job.entries[0]?.status === 'planned'),
          )
          const mean = same.reduce((sum, { cost }) => sum + cost, 0) / same.length
          const heaviest = Math.max(...groupByShared(job.entries, graph).map((group) => costOf(group, graph)))
          expect(job.cost).toBeLessThanOrEqual(Math.max(mean, WORTH_A_JOB) + heaviest)
        }
      }),
    )
  })
})
