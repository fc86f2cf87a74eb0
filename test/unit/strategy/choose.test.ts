import { describe, expect, test } from 'vitest'
import type { Target } from '../../../src/inputs/inputs.ts'
import { parseTarget } from '../../../src/inputs/targets.ts'
import type { Lookup, LookupKind } from '../../../src/strategy/answers.ts'
import { choose, type Facts, viewsMayWin } from '../../../src/strategy/choose.ts'
import { type DerivationFacts, UNKNOWN_DERIVATION } from '../../../src/strategy/graph.ts'
import type { Cost, Failure } from '../../../src/strategy/types.ts'

const drv = (name: string) => `/nix/store/${'a'.repeat(32)}-${name}.drv` as never

const facts = (more: Partial<DerivationFacts> = {}): DerivationFacts => ({ ...UNKNOWN_DERIVATION, ...more })

function found(
  kind: LookupKind,
  system: string,
  more: { host?: string; path?: string[]; features?: string[] } = {},
): Lookup {
  const path =
    more.path ??
    (kind === 'own'
      ? ['packages', 'aarch64-linux', 'hello']
      : ['packages', 'x86_64-linux', 'hello-aarch64-unknown-linux-gnu'])
  return {
    kind,
    status: 'derivation',
    found: {
      path,
      drvPath: drv(kind),
      system,
      name: 'hello',
      outputs: {},
      host: more.host,
      features: more.features ?? [],
    },
  }
}
const KINDS = ['declared', 'pkgsCross', 'overlay', 'nixos', 'transparent'] as const
const missing = (kind: LookupKind): Lookup => ({ kind, status: 'missing' })
/** A minute of work for each derivation, thirteen where it has to be emulated. */
function toBuild(...counts: readonly (readonly [system: string, count: number])[]): Cost {
  const foreign = counts.filter(([system]) => system !== 'x86_64-linux')
  const sum = (of: typeof counts) => of.reduce((total, [, count]) => total + count, 0)
  return {
    toBuild: Object.fromEntries(counts),
    bytesToFetch: 0,
    seconds: 60 * sum(counts) + 720 * sum(foreign),
    nativeSeconds: 60 * sum(counts),
    emulated: foreign.flatMap(([system, count]) => Array.from({ length: count }, (_, i) => `tool${i} (${system})`)),
    unemulatable: [],
    features: [],
    closure: {},
  }
}
const there: Cost = { ...toBuild(), bytesToFetch: 5 }
const failure = (
  kind: LookupKind,
  strategy: 'native' | 'cross' | 'emulated',
  more: Partial<Failure> = {},
): Failure => ({
  target: 'aarch64-linux',
  package: 'hello',
  strategy,
  method: kind === 'own' ? undefined : kind,
  drvPath: drv(kind),
  emulator: strategy === 'emulated',
  culprit: drv(kind),
  reason: 'it failed in this run: boom',
  remembered: false,
  ...more,
})

function decide(text: string, more: Partial<Facts> = {}, prefer: 'speed' | 'native-paths' = 'speed') {
  const target = parseTarget(text, 'auto') as Target
  const facts: Facts = {
    native: ['x86_64-linux', 'i686-linux'],
    platforms: ['x86_64-linux', 'i686-linux'],
    emulationProblem: () => undefined,
    emulatorServes: false,
    builders: [],
    graph: new Map(),
    failures: [],
    own: found('own', target.system),
    names: ['hello'],
    systems: ['aarch64-linux'],
    cross: [missing('declared'), missing('pkgsCross')],
    costs: new Map([
      [drv('own'), toBuild([target.system, 3])],
      ...KINDS.map((kind) => [drv(kind), toBuild(['x86_64-linux', 3])] as const),
    ]),
    explain: (error) => error,
    ...more,
  }
  return choose(target, 'hello', facts, prefer)
}

const declared = found('declared', 'x86_64-linux')
const pkgsCross = found('pkgsCross', 'x86_64-linux', { host: 'aarch64-linux' })

describe('choose', () => {
  test.each([
    ['the runner itself', decide('x86_64-linux'), 'native', undefined],
    ['what the runner executes', decide('i686-linux'), 'native', undefined],
    [
      'nothing to build',
      decide('aarch64-linux', { cross: [declared], costs: new Map([[drv('own'), there]]) }),
      'native',
      undefined,
    ],
    ['a declared cross build', decide('aarch64-linux', { cross: [declared, pkgsCross] }), 'cross', 'declared'],
    ['pkgsCross', decide('aarch64-linux', { cross: [missing('declared'), pkgsCross] }), 'cross', 'pkgsCross'],
    ['emulation', decide('aarch64-linux'), 'emulated', undefined],
    ['native paths preferred', decide('aarch64-linux', { cross: [declared] }, 'native-paths'), 'emulated', undefined],
    [
      'native paths preferred, no emulator',
      decide('aarch64-linux', { cross: [declared], emulationProblem: () => 'no' }, 'native-paths'),
      'cross',
      'declared',
    ],
    ['emulated, asked for on a machine that runs it', decide('x86_64-linux=emulated'), 'native', undefined],
    ['emulated, asked for', decide('aarch64-linux=emulated', { cross: [declared] }), 'emulated', undefined],
    ['cross, asked for', decide('aarch64-linux=cross', { cross: [declared] }), 'cross', 'declared'],
    [
      'the views, asked for',
      decide('aarch64-linux=cross', {
        cross: [missing('declared'), found('transparent', 'x86_64-linux', { host: 'aarch64-linux' })],
      }),
      'cross',
      'transparent',
    ],
    [
      'a cross build under the package itself',
      decide('aarch64-linux', {
        own: found('own', 'x86_64-linux', { host: 'aarch64-linux' }),
        costs: new Map([[drv('own'), toBuild(['x86_64-linux', 3])]]),
      }),
      'cross',
      'declared',
    ],
    [
      'data made on the runner',
      decide('aarch64-linux', {
        own: found('own', 'x86_64-linux'),
        costs: new Map([[drv('own'), toBuild(['x86_64-linux', 3])]]),
      }),
      'native',
      undefined,
    ],
    ['musl by pkgsCross', decide('aarch64-unknown-linux-musl', { cross: [pkgsCross] }), 'cross', 'pkgsCross'],
    [
      'declared for the wrong platform',
      decide('aarch64-linux', { cross: [found('declared', 'x86_64-linux', { host: 'riscv64-linux' }), pkgsCross] }),
      'cross',
      'pkgsCross',
    ],
    [
      'declared that would have to be emulated',
      decide('aarch64-linux', { cross: [found('declared', 'aarch64-linux')] }),
      'emulated',
      undefined,
    ],
    [
      'a name that does not say the target',
      decide('aarch64-linux', {
        cross: [found('declared', 'x86_64-linux', { path: ['packages', 'x86_64-linux', 'hello-cross'] })],
      }),
      'emulated',
      undefined,
    ],
  ])('%s', (_, plan, strategy, method) => {
    expect(plan.choice).toMatchObject({ strategy })
    expect(plan.choice?.method).toBe(method)
    expect(plan.candidates.filter((candidate) => candidate.chosen)).toHaveLength(1)
    expect(plan.reason).toBe(plan.candidates.find((candidate) => candidate.chosen)?.reason)
    for (const candidate of plan.candidates) expect(candidate.reason).not.toBe('')
  })

  const impure = found('transparent', 'x86_64-linux', { host: 'aarch64-linux' })
  const pure = impure
  const oneTool = new Map([
    [drv('own'), toBuild(['aarch64-linux', 3])],
    [drv('transparent'), toBuild(['x86_64-linux', 3], ['aarch64-linux', 1])],
  ])
  const costs = (own: Cost, cross: Cost) =>
    new Map([[drv('own'), own], ...KINDS.map((kind) => [drv(kind), cross] as const)])
  const builder = { uri: 'ssh://arm', systems: ['aarch64-linux'], features: [], mandatory: [] }
  test.each([
    ['an unchanged flake', {}, [pure], 'cross', 'transparent', undefined],
    [
      'a toolchain that would have to be built first: emulation is cheaper',
      { costs: costs(toBuild(['aarch64-linux', 1]), toBuild(['x86_64-linux', 40])) },
      [pure],
      'emulated',
      undefined,
      undefined,
    ],
    ['few programs of the target in the build', { costs: oneTool }, [impure], 'cross', 'transparent', true],
    [
      'as many as an emulated build has',
      { costs: costs(toBuild(['aarch64-linux', 3]), toBuild(['x86_64-linux', 3], ['aarch64-linux', 3])) },
      [impure],
      'emulated',
      undefined,
      undefined,
    ],
    [
      'a declared cross build that is much dearer than pkgsCross',
      {
        costs: new Map([
          ...oneTool,
          [drv('declared'), toBuild(['x86_64-linux', 30])],
          [drv('pkgsCross'), toBuild(['x86_64-linux', 1])],
        ]),
      },
      [declared, pkgsCross],
      'cross',
      'pkgsCross',
      undefined,
    ],
    [
      'a cross build in a cache',
      { costs: costs(toBuild(['aarch64-linux', 1]), there) },
      [declared],
      'cross',
      'declared',
      undefined,
    ],
    ['a remote builder of the kind', { builders: [builder] }, [declared], 'native', undefined, undefined],
    [
      'a remote builder for others',
      { builders: [{ ...builder, systems: ['riscv64-linux'] }] },
      [declared],
      'cross',
      'declared',
      undefined,
    ],
    [
      'a remote builder without a feature that is needed',
      { builders: [builder], own: found('own', 'aarch64-linux', { features: ['kvm'] }) },
      [declared],
      'cross',
      'declared',
      undefined,
    ],
    [
      'a cross build that failed: with an emulator',
      { failures: [failure('transparent', 'cross')] },
      [pure],
      'cross',
      'transparent',
      true,
    ],
    [
      'a cross build that failed in a download: not with an emulator either',
      {
        failures: [failure('transparent', 'cross', { culprit: drv('source') })],
        graph: new Map([
          [drv('transparent'), facts({ inputs: [drv('source')] })],
          [drv('source'), facts({ fixedOutput: true, outputs: ['/nix/store/source'], system: 'x86_64-linux' })],
          [drv('own'), facts({ inputs: [drv('other-source')] })],
          [drv('other-source'), facts({ fixedOutput: true, outputs: ['/nix/store/other-source'] })],
        ]),
      },
      [pure],
      'emulated',
      undefined,
      undefined,
    ],
    [
      'a download that failed, which another way does with the tools of its own machine',
      {
        failures: [failure('transparent', 'cross', { culprit: drv('source') })],
        graph: new Map([
          [drv('transparent'), facts({ inputs: [drv('source')] })],
          [drv('source'), facts({ fixedOutput: true, outputs: ['/nix/store/source'], system: 'x86_64-linux' })],
          [drv('own'), facts({ inputs: [drv('same-source')] })],
          [drv('same-source'), facts({ fixedOutput: true, outputs: ['/nix/store/source'], system: 'aarch64-linux' })],
        ]),
      },
      [pure],
      undefined,
      undefined,
      undefined,
    ],
    [
      'a cross build that failed, no emulator to be had',
      { failures: [failure('declared', 'cross')], emulationProblem: (): string => 'none' },
      [declared, pkgsCross],
      'cross',
      'pkgsCross',
      undefined,
    ],
    [
      'a derivation that failed, which another way needs too',
      {
        emulationProblem: (): string => 'none',
        failures: [failure('declared', 'cross', { culprit: drv('zlib') })],
        graph: new Map([
          [drv('pkgsCross'), facts({ inputs: [drv('zlib')] })],
          [drv('zlib'), facts()],
        ]),
      },
      [declared, pkgsCross],
      undefined,
      undefined,
      undefined,
    ],
    [
      'a cross build that failed with and without an emulator',
      { failures: [failure('transparent', 'cross'), failure('transparent', 'cross', { emulator: true })] },
      [pure],
      'emulated',
      undefined,
      undefined,
    ],
    [
      'a remote builder that failed',
      { builders: [builder], failures: [failure('own', 'native')] },
      [declared],
      'cross',
      'declared',
      undefined,
    ],
    [
      'a cross build that failed in an earlier run',
      {
        failures: [
          failure('declared', 'cross', { remembered: true }),
          failure('declared', 'cross', { remembered: true, emulator: true }),
        ],
      },
      [declared],
      'emulated',
      undefined,
      undefined,
    ],
    [
      'a cross build that failed in an earlier run, and nothing else to try',
      { failures: [failure('declared', 'cross', { remembered: true })], emulationProblem: (): string => 'none' },
      [declared],
      'cross',
      'declared',
      undefined,
    ],
  ] as const)('%s', (_, more, cross, strategy, method, hybrid) => {
    const plan = decide('aarch64-linux', { ...(more as Partial<Facts>), cross })
    expect(plan.choice?.strategy).toBe(strategy)
    expect(plan.choice?.method).toBe(method)
    expect(plan.choice?.hybrid).toBe(hybrid)
    for (const candidate of plan.candidates) expect(candidate.reason).not.toBe('')
  })

  const armOnX86 = {
    own: found('own', 'aarch64-linux', { path: ['packages', 'x86_64-linux', 'hello'], host: 'aarch64-linux' }),
    costs: costs(toBuild(['x86_64-linux', 1], ['aarch64-linux', 1]), there),
  }
  const why = /^neither the runner \(x86_64-linux\) nor a remote builder builds what it needs for aarch64-linux$/
  test.each([
    [
      'an emulator builds it',
      'x86_64-linux',
      {},
      'emulated',
      /QEMU builds what it needs for aarch64-linux; its result/,
    ],
    ['not where native is asked for', 'x86_64-linux=native', {}, undefined, /neither the runner/],
    ['a remote builder does', 'x86_64-linux', { builders: [builder] }, 'native', /the runner is x86_64-linux itself/],
    [
      'Nix is set to',
      'x86_64-linux',
      { platforms: ['x86_64-linux', 'aarch64-linux'] },
      'native',
      /itself; its result is for aarch64-linux$/,
    ],
    ['nothing can', 'x86_64-linux', { emulationProblem: () => 'no QEMU' }, undefined, /emulated: no QEMU/],
    ['a cache has it', 'x86_64-linux', { costs: costs(there, there) }, 'native', /the runner is x86_64-linux itself/],
  ] as const)('a package of this system that needs a build for another: %s', (_, target, more, strategy, reason) => {
    const plan = decide(target, { ...armOnX86, ...(more as Partial<Facts>) })
    expect(plan.choice?.strategy).toBe(strategy)
    expect(plan.reason).toMatch(reason)
    if (strategy === 'emulated')
      expect(plan.candidates.map((each) => each.reason)).toContainEqual(expect.stringMatching(why))
  })

  test.each([
    [undefined, 'emulated', undefined],
    ['aarch64-linux', 'cross', true],
  ] as const)(
    'so is what a derivation of this machine needs, for another target (host %s)',
    (host, strategy, hybrid) => {
      const own = found('own', 'x86_64-linux', host === undefined ? {} : { host })
      const plan = decide('aarch64-linux', { ...armOnX86, own })
      expect(plan).toMatchObject({ choice: { strategy }, reason: 'QEMU builds what it needs for aarch64-linux' })
      expect(plan.choice?.hybrid).toBe(hybrid)
    },
  )

  test('a path that is for one system is not taken for another, though it could be built', () => {
    const own = found('own', 'aarch64-linux', { path: ['nixosConfigurations', 'pi'] })
    expect(decide('x86_64-linux', { ...armOnX86, own })).toMatchObject({
      choice: undefined,
      reason: expect.stringMatching(/is for aarch64-linux, not x86_64-linux: name aarch64-linux in targets/),
    })
  })

  test('what is built here for another system stays native, and says so', () => {
    const plan = decide('x86_64-linux', { own: found('own', 'x86_64-linux', { host: 'riscv64-linux' }) })
    expect(plan).toMatchObject({
      choice: { strategy: 'native' },
      reason: 'the runner is x86_64-linux itself; its result is for riscv64-linux',
    })
  })

  test.each([
    ['this machine offers', { features: ['big'] }, 'cross'],
    ['a remote builder offers', { features: [], builders: [{ ...builder, features: ['big'], systems: [] }] }, 'cross'],
    ['nothing is known of', {}, 'cross'],
    ['nobody offers', { features: ['kvm'] }, undefined],
  ] as const)('a system feature that %s', (_, more, strategy) => {
    const demanding = (cost: Cost): Cost => ({ ...cost, features: ['big'] })
    const plan = decide('aarch64-linux', {
      cross: [pure],
      costs: costs(demanding(toBuild(['aarch64-linux', 3])), demanding(toBuild(['x86_64-linux', 3]))),
      ...(more as Partial<Facts>),
    })
    expect(plan.choice?.strategy).toBe(strategy)
    if (strategy === undefined)
      expect(plan.reason).toMatch(
        /transparent, emulated: it demands the system feature big, which this machine does not/,
      )
  })

  test('cross asked for does not fall back to an emulator', () => {
    const plan = decide('aarch64-linux=cross', { cross: [pure], failures: [failure('transparent', 'cross')] })
    expect(plan.choice).toBeUndefined()
  })

  test.each([
    ['the runner itself', decide('x86_64-linux'), 'speed', false],
    ['nothing to build', decide('aarch64-linux', { costs: costs(there, there) }), 'speed', false],
    ['a declared cross build', decide('aarch64-linux', { cross: [declared] }), 'speed', false],
    ['emulation', decide('aarch64-linux'), 'speed', true],
    [
      'emulation of next to nothing',
      decide('aarch64-linux', {
        costs: costs({ ...toBuild(['aarch64-linux', 1]), seconds: 4, nativeSeconds: 0.3 }, there),
      }),
      'speed',
      false,
    ],
    ['emulation where its paths are wanted', decide('aarch64-linux', {}, 'native-paths'), 'native-paths', false],
    ['nothing that works', decide('aarch64-linux', { emulationProblem: (): string => 'none' }), 'speed', true],
    [
      'a build with some programs of the target',
      decide('aarch64-linux', { costs: oneTool, cross: [impure] }),
      'speed',
      true,
    ],
    ['cross, asked for', decide('aarch64-linux=cross'), 'speed', false],
  ] as const)('views are asked for: %s', (_, plan, prefer, asked) => {
    expect(viewsMayWin(plan, prefer, 5)).toBe(asked)
  })

  test.each([
    [
      'cross without one',
      decide('aarch64-linux=cross'),
      /Strategy cross does not work for aarch64-linux.*declares no cross build.*no legacyPackages/,
    ],
    ['native on a foreign machine', decide('aarch64-linux=native'), /does not execute aarch64-linux programs/],
    [
      'a view that leaves a raw derivation as it is',
      decide('aarch64-linux=cross', { cross: [found('transparent', 'x86_64-linux')] }),
      /transparent: nothing says that its result is for aarch64-linux/,
    ],
    [
      'a cross build with foreign derivations left',
      decide('aarch64-linux=cross', {
        cross: [found('transparent', 'x86_64-linux', { host: 'aarch64-linux' })],
        costs: new Map([[drv('transparent'), toBuild(['x86_64-linux', 5], ['aarch64-linux', 2])]]),
      }),
      /no pure cross build: these derivations run aarch64-linux programs.*tool0 \(aarch64-linux\), tool1 \(aarch64-linux\)/,
    ],
    [
      'no emulator',
      decide('aarch64-linux', { emulationProblem: () => 'qemu: never forbids it' }),
      /No strategy works.*qemu: never forbids it/,
    ],
    [
      'kvm',
      decide('aarch64-linux', { own: found('own', 'aarch64-linux', { features: ['kvm'] }) }),
      /needs the feature kvm/,
    ],
    [
      'kvm in what it needs',
      decide('aarch64-linux', {
        costs: new Map([[drv('own'), { ...toBuild(['aarch64-linux', 2]), unemulatable: ['image (kvm)'] }]]),
      }),
      /it needs image \(kvm\), whose features/,
    ],
    [
      'what is for another system whatever the target',
      decide('riscv64-linux', { own: found('own', 'aarch64-linux') }),
      /emulated: its derivation hello is for aarch64-linux, not riscv64-linux: name aarch64-linux in targets/,
    ],
    [
      'what is for a system that nothing is known of',
      decide('riscv64-linux', { own: found('own', 'sparc-linux') }),
      /emulated: its derivation hello is for sparc-linux, not riscv64-linux$/,
    ],
    [
      'emulation of what is but cross-compiled for',
      decide('aarch64-unknown-linux-musl=emulated', { cross: [] }),
      /Strategy emulated does not work for aarch64-unknown-linux-musl: .*Use cross or auto/,
    ],
    [
      'no such package',
      decide('aarch64-linux', { own: missing('own'), names: ['lua', 'zlib'] }),
      /packages\.aarch64-linux has lua, zlib/,
    ],
    [
      'no such system',
      decide('riscv64-linux', { own: missing('own'), names: [], systems: ['x86_64-linux'] }),
      /the flake has packages for x86_64-linux/,
    ],
    [
      'evaluation error',
      decide('x86_64-linux', { own: { kind: 'own', status: 'error', error: 'boom' } }),
      /does not evaluate: boom/,
    ],
  ])('refuses %s', (_, plan, message) => {
    expect(plan.choice).toBeUndefined()
    expect(plan.reason).toMatch(message)
  })
})
