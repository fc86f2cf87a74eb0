import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Target } from '../../../src/inputs/inputs.ts'
import { type PlanInputs, parsePlanInputs } from '../../../src/inputs/plan.ts'
import { parseTarget } from '../../../src/inputs/targets.ts'
import type { Found, Lookup } from '../../../src/strategy/answers.ts'
import { isWildcard, packageText } from '../../../src/strategy/attributes.ts'
import { UNKNOWN_DERIVATION } from '../../../src/strategy/graph.ts'
import { type DecideFacts, decideEntries, failUnknownNames } from '../../../src/strategy/matrix/decide.ts'
import { openMiddle } from '../../../src/strategy/matrix/middle.ts'
import { HOSTED_RUNNERS, placeTarget } from '../../../src/strategy/matrix/runners.ts'
import {
  derivationsIn,
  doneItems,
  emptyState,
  lockedUrl,
  takeError,
  takeLine,
} from '../../../src/strategy/matrix/survey-events.ts'
import { listId, lookupId, surveyRequest } from '../../../src/strategy/matrix/survey-request.ts'
import { leftOut, placeTargets, runnerLabels } from '../../../src/strategy/matrix/targets.ts'
import type { PlacedTarget } from '../../../src/strategy/matrix/types.ts'
import { listWanted, type Wanted } from '../../../src/strategy/matrix/wanted.ts'

const DEFAULTS: Record<string, string> = {
  flake: '.',
  packages: '*',
  strategy: 'auto',
  prefer: 'speed',
  runners: '{}',
  'max-jobs': '256',
  'nix-source': 'auto',
  'nix-version': '2.34.7',
}
const inputsOf = (given: Record<string, string> = {}): PlanInputs =>
  parsePlanInputs((name) => given[name] ?? DEFAULTS[name] ?? '')

const target = (text: string): Target => {
  const parsed = parseTarget(text, 'auto')
  if (typeof parsed === 'string') throw new Error(parsed)
  return parsed
}
const placed = (text: string, discovered = false): PlacedTarget => {
  const place = placeTarget(target(text), HOSTED_RUNNERS)
  if (typeof place === 'string') throw new Error(place)
  return { target: target(text), place, discovered }
}

describe('runners', () => {
  test.each([
    ['x86_64-linux', 'x86_64-linux', 'ubuntu-24.04'],
    ['aarch64-linux', 'aarch64-linux', 'ubuntu-24.04-arm'],
    ['i686-linux', 'x86_64-linux', 'ubuntu-24.04'],
    ['riscv64-linux', 'x86_64-linux', 'ubuntu-24.04'],
    ['aarch64-linux=emulated', 'x86_64-linux', 'ubuntu-24.04'],
    ['aarch64-linux=cross', 'x86_64-linux', 'ubuntu-24.04'],
    ['x86_64-linux=cross', 'aarch64-linux', 'ubuntu-24.04-arm'],
    ['aarch64-unknown-linux-musl', 'x86_64-linux', 'ubuntu-24.04'],
  ])('%s runs on %s', (text, system, label) => {
    expect(placeTarget(target(text), HOSTED_RUNNERS)).toMatchObject({ system, label })
  })

  test('each system of a hosted runner has its own', () => {
    const macos = { ...target('x86_64-linux'), name: 'aarch64-darwin', system: 'aarch64-darwin' as Target['system'] }
    expect(placeTarget(macos, HOSTED_RUNNERS)).toMatchObject({ label: 'macos-15', native: ['aarch64-darwin'] })
  })

  test('the workflow adds runners and takes them away', () => {
    const labels = runnerLabels(
      new Map([
        ['aarch64-linux', null],
        ['riscv64-linux', ['self-hosted', 'rv']],
      ]),
    )
    expect(placeTarget(target('aarch64-linux'), labels)).toMatchObject({ label: 'ubuntu-24.04' })
    expect(placeTarget(target('riscv64-linux'), labels)).toMatchObject({ label: ['self-hosted', 'rv'] })
    expect(placeTarget(target('riscv64-linux=native'), HOSTED_RUNNERS)).toContain('{"riscv64-linux": "label"}')
    expect(placeTarget(target('riscv64-linux'), new Map([['aarch64-darwin', 'macos-15']]))).toContain('no Linux runner')
  })

  test('targets that nobody named are the systems with a runner, and count where the flake has them', () => {
    const inputs = inputsOf()
    const { placed: all, problems } = placeTargets(inputs)
    expect(problems).toEqual([])
    expect(all.every(({ discovered }) => discovered)).toBe(true)
    expect(leftOut(inputs, all, ['x86_64-linux', 'aarch64-darwin', 'hello'])).toEqual([
      { system: 'aarch64-darwin', reason: 'nixpkgs does not cross-compile for it on Linux' },
      { system: 'hello', reason: 'it is not a known target' },
    ])
    expect(placeTargets(inputsOf({ targets: 's390x-linux=native' })).problems).toHaveLength(1)
  })
})

describe('inputs', () => {
  test('defaults', () => {
    expect(inputsOf()).toMatchObject({ targets: undefined, packages: ['*'], maxJobs: 256, runners: new Map() })
  })

  test('all problems at once', () => {
    const wrong = {
      targets: 'vax',
      runners: '{"a": 1, "x86_64-linux": []}',
      'max-jobs': '0',
      packages: '',
      strategy: 'best',
    }
    const read = () => inputsOf(wrong)
    for (const text of [
      '"vax"',
      '"a" is no system',
      'label of "x86_64-linux" is []',
      'max-jobs: "0"',
      'packages: ',
      '"best"',
    ])
      expect(read).toThrow(text)
  })

  test.each(['[]', '"x"', '{', 'null', '{"x86_64-linx": "a"}'])('runners: %s is wrong', (runners) => {
    expect(() => inputsOf({ runners })).toThrow('runners: ')
  })
})

describe('the survey', () => {
  test('asks a native target for the package alone, a foreign one for cross builds too', () => {
    const [native, foreign] = surveyRequest(inputsOf({ packages: 'hello' }), [
      placed('aarch64-linux'),
      placed('riscv64-linux'),
    ]).targets.map(({ asks }) => asks[0]?.lookups.map(({ kind }) => kind))
    expect(native).toEqual(['own'])
    expect(foreign?.slice(0, 3)).toEqual(['own', 'declared', 'pkgsCross'])
  })

  test('the systems of a flake are those of the sets that the packages are asked of', () => {
    const sets = (packages: string) => surveyRequest(inputsOf({ packages }), []).systemSets
    expect(sets('*')).toEqual([['packages'], ['defaultPackage']])
    expect(sets('hello')).toEqual([['packages'], ['defaultPackage'], ['legacyPackages']])
    expect(sets('checks.{target}.*')).toEqual([['checks']])
    expect(sets('formatter.{target} hydraJobs."a.b".{target}')).toEqual([['formatter'], ['hydraJobs', 'a.b']])
    expect(surveyRequest(inputsOf({ packages: '* hello nixosConfigurations.a.b hydraJobs.*' }), []).fixed).toEqual([
      { path: ['nixosConfigurations', 'a', 'b'], below: false },
      { path: ['hydraJobs'], below: true },
    ])
  })

  test('wildcards', () => {
    expect(['*', 'checks.{target}.*', 'a.b', 'a*'].map(isWildcard)).toEqual([true, true, false, false])
    expect(packageText('checks.{target}.*', 'a.b')).toBe('checks.{target}."a.b"')
    expect(packageText('*', 'a')).toBe('a')
  })

  const id = lookupId('x86_64-linux', '*', 'hello', 'own')
  const line = (event: string, json: string) => `trace: @mark ${event} ${JSON.stringify(id)} ${json}`

  test('takes its own lines alone', () => {
    const state = emptyState()
    expect(takeLine(state, '@mark', line('begin', 'null'))).toEqual({ event: 'begin', id })
    expect(state.open).toBe(id)
    expect(takeLine(state, '@other', line('thrown', 'null'))).toBeUndefined()
    expect(takeLine(state, '@mark', 'trace: @mark nonsense')).toBeUndefined()
    expect(
      takeLine(
        state,
        '@mark',
        line('answer', '{"names":[],"systems":[],"all":[],"lookups":[{"kind":"own","status":"missing"}]}'),
      ),
    ).toMatchObject({ event: 'answer' })
    expect(state.open).toBeUndefined()
    expect(takeLine(state, '@mark', 'trace: @mark end "[\\"x86_64-linux\\"]" null')).toEqual({
      event: 'end',
      id: '["x86_64-linux"]',
    })
    expect(state.lookups.get(id)).toMatchObject({ value: { lookups: [{ status: 'missing' }] } })
    expect(derivationsIn(state)).toEqual([])
    takeError(state, '["x86_64-linux","*","other","own"]', 'error: no')
    const lookup = { kind: 'own', status: 'derivation', path: ['a'], drvPath: drv('a'), system: 'x', name: 'a' }
    const answer = { names: [], systems: [], all: [], lookups: [{ ...lookup, outputs: {}, host: null, features: [] }] }
    takeLine(state, '@mark', line('answer', JSON.stringify(answer)))
    expect(derivationsIn(state)).toEqual([drv('a')])
  })

  test('the middle of the last list is told once', () => {
    const ask = { text: '*', list: ['packages', 'x'], old: [], lookups: [{ kind: 'own' as const, paths: [] }] }
    const targets = ['first', 'last', 'not-exposed'].map((name) => ({ name, system: name, suffixes: [], asks: [ask] }))
    const request = {
      ...{ hole: '@', systemSets: [], fixed: [] },
      targets: targets.map((each) => ({ ...each, onlyExposed: each.name === 'not-exposed' })),
    }
    const tellAll = (packages: number) => {
      const state = { ...emptyState(), systems: ['first', 'last'] }
      const isMiddle = openMiddle(request, state)
      const names = Array.from({ length: packages }, (_, index) => `p${index}`)
      const tell = (target: string, name: string): readonly string[] => {
        state.lookups.set(lookupId(target, '*', name, 'own'), { error: 'any' })
        return isMiddle() ? [`${target} ${name}`] : []
      }
      return ['first', 'last'].flatMap((target) => {
        state.lists.set(listId(target, '*'), { value: { names, foreign: [] } })
        return [...(isMiddle() ? [target] : []), ...names.flatMap((name) => tell(target, name))]
      })
    }
    expect(tellAll(30)).toEqual(['last p14'])
    expect(tellAll(10)).toEqual([])
  })

  test.each([
    [
      "    'path:/a/b%20c?lastModified=1&narHash=sha256-x%3D' (2026-11-23)",
      'path:/a/b%20c?lastModified=1&narHash=sha256-x%3D',
    ],
    ["    'git+file:///a?dir=it's&rev=1' (1970-01-01)", "git+file:///a?dir=it's&rev=1"],
    ["    follows 'other'", undefined],
    ['', undefined],
  ])('the reference of the flake from what Nix says of its lock: %s', (line, url) => {
    const other = ["• Added input 'target/nixpkgs':", "    'github:a/b/1' (2020-01-01)"]
    expect(lockedUrl(['warning: not writing', "• Added input 'target':", line, ...other])).toBe(url)
    expect(lockedUrl(other)).toBeUndefined()
  })

  test('goes on behind what is answered and what failed', () => {
    const state = emptyState()
    takeLine(state, '@mark', line('thrown', 'null'))
    takeError(state, '["x86_64-linux","*"]', 'error: no')
    expect(Object.keys(doneItems(state)).sort()).toEqual(['["x86_64-linux","*"]', id].sort())
    takeError(state, id, 'error: message')
    expect(Object.keys(doneItems(state))).toHaveLength(2)
  })
})

const drv = (name: string) => `/nix/store/${'a'.repeat(32)}-${name}.drv` as Found['drvPath']
const found = (name: string, over: Partial<Found> = {}): Lookup => ({
  kind: 'own',
  status: 'derivation',
  found: {
    path: ['packages', over.system ?? 'x86_64-linux', name],
    drvPath: drv(name),
    system: 'x86_64-linux',
    name,
    outputs: { out: `/nix/store/${'b'.repeat(32)}-${name}` as never },
    host: undefined,
    features: [],
    ...over,
  },
})
const wanted = (name: string, own: Lookup, over: Partial<Wanted> = {}): Wanted => ({
  placed: placed('x86_64-linux'),
  package: name,
  listed: true,
  listError: undefined,
  own,
  cross: [],
  names: [],
  systems: [],
  ...over,
})
const knowing = (over: Partial<DecideFacts> = {}): DecideFacts => ({
  graph: new Map(),
  cached: () => false,
  emulationProblem: () => undefined,
  explain: (error) => error,
  ...over,
})
const decided = (all: readonly Wanted[], facts: Partial<DecideFacts> = {}) =>
  failUnknownNames([decideEntries(all, { prefer: 'speed', runners: new Map() }, knowing(facts))])[0] ?? []

test('a name that no target has is a mistake; one that another target has is left out', () => {
  const entry = (target: string, name: string, status: 'planned' | 'skipped', reason: string) =>
    ({ target, package: name, status, reason, strategy: 'auto', runner: 'r', native: [], toBuild: [] }) as const
  const absent = 'the flake does not have it for this system'
  const one = [entry('a', 'hello', 'planned', ''), entry('a', 'typo', 'skipped', absent)]
  const other = [entry('b', 'hello', 'skipped', absent)]
  const [first, second] = failUnknownNames([one, other])
  expect(first?.map(({ status }) => status)).toEqual(['planned', 'failed'])
  expect(second).toBe(other)
})

describe('what becomes of a package', () => {
  const error = (text: string): Lookup => ({ kind: 'own', status: 'error', error: text })
  const missing: Lookup = { kind: 'own', status: 'missing' }

  test.each([
    ['native', wanted('a', found('a')), { status: 'planned', strategy: 'native', toBuild: [drv('a')] }],
    ['broken', wanted('a', error('oh no')), { status: 'failed', reason: 'it does not evaluate: oh no' }],
    [
      'import from derivation',
      wanted(
        'a',
        error("a 'aarch64-linux' with features {} is required to build '/nix/store/x.drv', but I am a 'x86_64-linux'"),
      ),
      {
        status: 'unevaluated',
        strategy: 'auto',
        reason: 'its evaluation builds something for aarch64-linux: the job does that, with an emulator',
      },
    ],
    [
      'import from derivation, new words',
      wanted('*', missing, {
        placed: placed('aarch64-linux'),
        listError: "Reason: required system or feature not available\nRequired system: 'aarch64-linux'",
      }),
      {
        status: 'unevaluated',
        package: '*',
        reason: 'its evaluation builds something for aarch64-linux: its own runner does that',
      },
    ],
    [
      'a cross build that the flake does not declare',
      wanted('a', missing, { placed: placed('aarch64-linux=cross'), cross: [{ kind: 'declared', status: 'missing' }] }),
      { status: 'unevaluated', strategy: 'cross', runner: 'ubuntu-24.04' },
    ],
    ['missing in a target that is named', wanted('a', missing), { status: 'failed' }],
    [
      'what only an overlay may have',
      wanted('a', missing, { listed: false }),
      { status: 'unevaluated', strategy: 'auto', reason: expect.stringContaining('overlay') },
    ],
    [
      'missing in a flake that has packages',
      wanted('a', missing, { listed: false, systems: ['x86_64-linux'] }),
      { status: 'failed' },
    ],
    ['a path that is not there', wanted('checks.{target}.a', missing, { listed: false }), { status: 'failed' }],
    [
      'of another system',
      wanted('a', found('a', { path: ['nixosConfigurations', 'a'], host: 'aarch64-linux' })),
      { status: 'skipped', reason: 'it is for aarch64-linux' },
    ],
    [
      'built elsewhere than it runs',
      wanted('a', found('a', { path: ['nixosConfigurations', 'a'], host: 'aarch64-linux' }), {
        placed: placed('aarch64-linux'),
      }),
      {
        status: 'planned',
        strategy: 'auto',
        runner: 'ubuntu-24.04',
        reason: 'its derivation is built on x86_64-linux',
      },
    ],
    [
      'its own attribute is a cross build',
      wanted('a', found('a', { host: 'riscv64-linux', path: ['packages', 'riscv64-linux', 'a'] }), {
        placed: placed('riscv64-linux'),
      }),
      { status: 'planned', strategy: 'auto', method: 'declared', runner: 'ubuntu-24.04' },
    ],
    [
      'emulated, or cross by a view that only the job asks for',
      wanted('a', found('a', { system: 'riscv64-linux' }), { placed: placed('riscv64-linux') }),
      { status: 'planned', strategy: 'auto', runner: 'ubuntu-24.04' },
    ],
    [
      'emulated, as the workflow wants it',
      wanted('a', found('a', { system: 'riscv64-linux' }), { placed: placed('riscv64-linux=emulated') }),
      { status: 'planned', strategy: 'emulated', runner: 'ubuntu-24.04' },
    ],
    [
      'of a target that the flake does not list',
      wanted('a', missing, { placed: placed('riscv64-linux'), names: [], systems: ['x86_64-linux'] }),
      { status: 'unevaluated', strategy: 'auto', runner: 'ubuntu-24.04' },
    ],
    [
      'emulated, with KVM',
      wanted('a', found('a', { system: 'riscv64-linux', features: ['kvm'] }), { placed: placed('riscv64-linux') }),
      { status: 'failed' },
    ],
  ])('%s', (_, item, expected) => {
    expect(decided([item])).toMatchObject([expected])
  })

  test('a derivation of another system under the name of this one goes to a runner of its kind, or is emulated', () => {
    const of = (name: string, system: string) =>
      wanted(name, found(name, { system, path: ['packages', 'x86_64-linux', name] }))
    const systems = [
      ['arm', 'aarch64-linux'],
      ['power', 'powerpc64le-linux'],
    ] as const
    const graph = new Map(systems.map(([name, system]) => [drv(name), { ...UNKNOWN_DERIVATION, name, system }]))
    const asked = systems.map(([name, system]) => of(name, system))
    expect(decided(asked, { graph })).toMatchObject([
      { strategy: 'auto', runner: 'ubuntu-24.04-arm', reason: 'its derivation is built on aarch64-linux' },
      { strategy: 'emulated', runner: 'ubuntu-24.04', reason: 'QEMU builds what it needs for powerpc64le-linux' },
    ])
  })

  test('what a cache has is left out, for a foreign target too', () => {
    const foreign = wanted('a', found('a', { system: 'riscv64-linux' }), { placed: placed('riscv64-linux') })
    const reason = 'a binary cache has every output'
    expect(decided([wanted('a', found('a')), foreign], { cached: () => true })).toMatchObject([
      { status: 'skipped', reason },
      { status: 'skipped', strategy: 'native', reason },
    ])
  })

  test('values that are no derivation are not listed by a wildcard, and fail by name', () => {
    const none: Lookup = { kind: 'own', status: 'no-derivation', path: ['packages', 'x86_64-linux', 'a'] }
    expect(decided([wanted('a', none)])).toEqual([])
    expect(decided([wanted('a', none, { listed: false })])).toMatchObject([{ status: 'failed' }])
  })

  test('a discovered target may lack a package, but one of them has to have it', () => {
    const own = { placed: placed('x86_64-linux', true), listed: false }
    const other = { placed: placed('aarch64-linux', true), listed: false }
    const some = decided([wanted('a', found('a'), own), wanted('a', missing, other)])
    expect(some.map(({ status }) => status)).toEqual(['planned', 'skipped'])
    const none = decided([wanted('a', missing, own), wanted('a', missing, other)])
    expect(none.map(({ status }) => status)).toEqual(['failed', 'failed'])
  })

  test('property: each wanted package has one entry, with a reason and a runner', () => {
    const name = fc.integer({ min: 0, max: 30 }).map((number) => `p${number}`)
    const lookups = fc.oneof(
      name.map((text) => found(text)),
      fc.constant(missing),
      fc.constantFrom('broken', 'Required system: aarch64-linux').map(error),
    )
    const items = fc.array(
      fc.tuple(name, lookups, fc.constantFrom('x86_64-linux', 'aarch64-linux', 'riscv64-linux'), fc.boolean()),
      { maxLength: 30 },
    )
    fc.assert(
      fc.property(items, fc.boolean(), (all, cached) => {
        const asked = all.map(([text, own, system, discovered]) =>
          wanted(text, own, { placed: placed(system, discovered) }),
        )
        const entries = decided(asked, { cached: () => cached })
        expect(entries.map((entry) => [entry.target, entry.package])).toEqual(
          asked.map((item) => [item.placed.target.name, item.package]),
        )
        for (const { reason, runner } of entries) expect([reason === '', runner === '']).toEqual([false, false])
      }),
    )
  })
})

test('a package is wanted once, however often it is named', () => {
  const inputs = inputsOf({ packages: '* hello' })
  const state = emptyState()
  state.lists.set('["x86_64-linux","*"]', { value: { names: ['hello', 'bye'], foreign: [] } })
  const names = listWanted(inputs, [placed('x86_64-linux')], state).map((item) => item.package)
  expect(names).toEqual(['hello', 'bye'])
})
