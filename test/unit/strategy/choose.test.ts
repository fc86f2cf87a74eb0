import { describe, expect, test } from 'vitest'
import type { Target } from '../../../src/inputs/inputs.ts'
import { parseTarget } from '../../../src/inputs/targets.ts'
import type { Lookup, LookupKind } from '../../../src/strategy/answers.ts'
import { choose, type Facts } from '../../../src/strategy/choose.ts'
import type { Cost } from '../../../src/strategy/types.ts'

const drv = (name: string) => `/nix/store/${'a'.repeat(32)}-${name}.drv` as never

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
const missing = (kind: LookupKind): Lookup => ({ kind, status: 'missing' })
const toBuild = (system: string, count: number): Cost => ({ toBuild: { [system]: count }, bytesToFetch: 0 })

function decide(text: string, more: Partial<Facts> = {}, prefer: 'speed' | 'native-paths' = 'speed') {
  const target = parseTarget(text, 'auto') as Target
  const facts: Facts = {
    native: ['x86_64-linux', 'i686-linux'],
    emulationProblem: undefined,
    own: found('own', target.system),
    names: ['hello'],
    systems: ['aarch64-linux'],
    cross: [missing('declared'), missing('pkgsCross')],
    costs: new Map([[drv('own'), toBuild(target.system, 3)]]),
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
      decide('aarch64-linux', { cross: [declared], costs: new Map([[drv('own'), { toBuild: {}, bytesToFetch: 5 }]]) }),
      'native',
      undefined,
    ],
    ['a declared cross build', decide('aarch64-linux', { cross: [declared, pkgsCross] }), 'cross', 'declared'],
    ['pkgsCross', decide('aarch64-linux', { cross: [missing('declared'), pkgsCross] }), 'cross', 'pkgsCross'],
    ['emulation', decide('aarch64-linux'), 'emulated', undefined],
    ['native paths preferred', decide('aarch64-linux', { cross: [declared] }, 'native-paths'), 'emulated', undefined],
    [
      'native paths preferred, no emulator',
      decide('aarch64-linux', { cross: [declared], emulationProblem: 'no' }, 'native-paths'),
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
      decide('aarch64-linux', { own: found('own', 'x86_64-linux', { host: 'aarch64-linux' }) }),
      'cross',
      'declared',
    ],
    ['data made on the runner', decide('aarch64-linux', { own: found('own', 'x86_64-linux') }), 'native', undefined],
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
        costs: new Map([[drv('transparent'), { toBuild: { 'x86_64-linux': 5, 'aarch64-linux': 2 }, bytesToFetch: 0 }]]),
      }),
      /2 derivation\(s\) for aarch64-linux in its closure would have to be emulated/,
    ],
    [
      'no emulator',
      decide('aarch64-linux', { emulationProblem: 'qemu: never forbids it' }),
      /No strategy works.*qemu: never forbids it/,
    ],
    [
      'kvm',
      decide('aarch64-linux', { own: found('own', 'aarch64-linux', { features: ['kvm'] }) }),
      /needs the feature kvm/,
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
