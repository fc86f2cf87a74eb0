import { CROSS_ONLY, PLATFORMS, type Platform } from '../nix/platform.ts'
import type { System } from '../nix/system.ts'
import type { Strategy, Target } from './inputs.ts'

const STRATEGIES = ['auto', 'native', 'cross', 'emulated'] as const

type Known = Pick<Target, 'system' | 'triple' | 'crossNames' | 'plain'>

const known = (system: string, triple: string, crossNames: readonly string[], plain = false): Known => ({
  system: system as System,
  triple,
  crossNames,
  plain,
})

/** Names that nixpkgs has used for the same platform before. */
const OLD_NAMES: Readonly<Record<string, readonly string[]>> = { 'armv5tel-multiplatform': ['sheevaplug'] }

const MUSL_NAMES: Readonly<Record<string, string>> = {
  'x86_64-linux': 'musl64',
  'i686-linux': 'musl32',
  'aarch64-linux': 'aarch64-multiplatform-musl',
  'armv6l-linux': 'muslpi',
  'riscv64-linux': 'riscv64-musl',
  'powerpc64le-linux': 'musl-power',
  'powerpc64-linux': 'ppc64-musl',
}

/**
 * What is no plain Linux double: nixpkgs' cross names (lib/systems/examples.nix, 2026-10), newest name first. A double or
 * triple that several have means the first of them.
 */
const OTHERS: readonly Known[] = [
  ...PLATFORMS.map(({ system, triple }) =>
    known(system, triple.replace(/gnu(abielfv1)?/, 'musl'), MUSL_NAMES[system] ? [MUSL_NAMES[system]] : []),
  ),
  known('powerpc64-linux', 'powerpc64-unknown-linux-gnuabielfv2', ['ppc64-elfv2', 'ppc64']),
  known('mips64el-linux', 'mips64el-unknown-linux-gnuabi64', ['mips64el-linux-gnuabi64']),
  known('mips64el-linux', 'mips64el-unknown-linux-gnuabin32', ['mips64el-linux-gnuabin32']),
  known('mips64-linux', 'mips64-unknown-linux-gnuabi64', ['mips64-linux-gnuabi64']),
  ...CROSS_ONLY.map(({ system, triple, crossNames }) => known(system, triple, crossNames, true)),
  known('x86_64-windows', 'x86_64-w64-mingw32', ['mingw-ucrt-x86_64-llvm']),
  known('x86_64-windows', 'x86_64-w64-mingw32', ['mingw-msvcrt-x86_64', 'mingwW64']),
]

/** Behind a Linux target, as in nixpkgs' attribute paths: linked statically, with musl. */
const STATIC = '.pkgsStatic'

export const TARGET_FORMS =
  'a system double (aarch64-linux), a nixpkgs cross name (raspberryPi, mingw-ucrt-x86_64, wasi32) or a GNU triple (aarch64-unknown-linux-musl), on Linux with .pkgsStatic behind it for static programs, each with =native, =cross, =emulated or =auto behind it where it should differ from `strategy`'

/**
 * One entry of `targets`, SYSTEM or SYSTEM=STRATEGY.
 * @param fallback strategy of an entry that names none
 * @returns the target, or what is wrong with the entry
 */
export function parseTarget(text: string, fallback: Strategy | 'auto'): Target | string {
  const [name = '', ...rest] = text.split('=')
  const strategy = rest.length === 0 ? fallback : rest.join('=')
  if (!isStrategy(strategy)) return `strategy "${strategy}" of "${text}" is not one of ${STRATEGIES.join(', ')}`
  const found = lookUp(name)
  if (found !== undefined) return { ...found, name, strategy }
  if (/darwin|cygwin|bsd|android|iphone|emscripten/.test(name)) {
    return `"${name}": nixpkgs does not cross-compile for it on Linux; known systems: ${knownSystems()}`
  }
  return `"${name}" is not a known target; allowed are ${TARGET_FORMS}. Known systems: ${knownSystems()}`
}

export function isStrategy(text: string): text is Strategy | 'auto' {
  return (STRATEGIES as readonly string[]).includes(text)
}

const knownSystems = (): string => [...new Set([...PLATFORMS, ...OTHERS].map(({ system }) => system))].join(', ')

/** The target for a system double, such as the runner's own. */
export function targetOfSystem(system: System, strategy: Strategy | 'auto'): Target | undefined {
  const platform = PLATFORMS.find((candidate) => candidate.system === system)
  return platform && { ...plain(platform), name: system, strategy }
}

function lookUp(name: string): Omit<Target, 'name' | 'strategy'> | undefined {
  if (name.endsWith(STATIC)) return makeStatic(lookUp(name.slice(0, -STATIC.length)))
  const all = [...PLATFORMS.map(plain), ...OTHERS]
  return (
    all.find((target) => target.crossNames.includes(name)) ??
    all.find(({ system, triple }) => system === name || sameTriple(triple, name))
  )
}

/** nixpkgs' `pkgsStatic` is made with musl, whatever the set is that it is asked of. */
function makeStatic(base: Omit<Target, 'name' | 'strategy'> | undefined): typeof base {
  if (base === undefined || !base.system.endsWith('-linux') || base.static) return undefined
  return { ...base, triple: base.triple.replace(/gnu(abielfv\d)?/, 'musl'), plain: false, static: true }
}

function plain({ system, triple, crossName }: Platform): Known {
  return known(system, triple, crossName === undefined ? [] : [crossName, ...(OLD_NAMES[crossName] ?? [])], true)
}

/** `aarch64-linux-gnu` is `aarch64-unknown-linux-gnu` with the vendor left out. */
function sameTriple(triple: string, name: string): boolean {
  return triple === name || triple.replace('-unknown-', '-') === name
}
