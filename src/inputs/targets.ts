import { PLATFORMS, type Platform } from '../nix/platform.ts'
import type { System } from '../nix/system.ts'
import type { Strategy, Target } from './inputs.ts'

const STRATEGIES = ['auto', 'native', 'cross', 'emulated'] as const

/** Cross names of nixpkgs for platforms other than the plain doubles: name → triple, newest name first. */
const VARIANTS: readonly (readonly [triple: string, system: string, names: readonly string[]])[] = [
  ['x86_64-unknown-linux-musl', 'x86_64-linux', ['musl64']],
  ['i686-unknown-linux-musl', 'i686-linux', ['musl32']],
  ['aarch64-unknown-linux-musl', 'aarch64-linux', ['aarch64-multiplatform-musl']],
  ['armv6l-unknown-linux-musleabihf', 'armv6l-linux', ['muslpi']],
  ['riscv64-unknown-linux-musl', 'riscv64-linux', ['riscv64-musl']],
  ['powerpc64le-unknown-linux-musl', 'powerpc64le-linux', ['musl-power']],
  ['powerpc64-unknown-linux-musl', 'powerpc64-linux', ['ppc64-musl']],
  ['powerpc64-unknown-linux-gnuabielfv2', 'powerpc64-linux', ['ppc64']],
  ['mips64el-unknown-linux-gnuabi64', 'mips64el-linux', ['mips64el-linux-gnuabi64']],
  ['mips64el-unknown-linux-gnuabin32', 'mips64el-linux', ['mips64el-linux-gnuabin32']],
  ['mips64-unknown-linux-gnuabi64', 'mips64-linux', ['mips64-linux-gnuabi64']],
]

/** Names that nixpkgs has used for the same platform before. */
const OLD_NAMES: Readonly<Record<string, readonly string[]>> = { 'armv5tel-multiplatform': ['sheevaplug'] }

export const TARGET_FORMS =
  'a system double (aarch64-linux), a nixpkgs cross name (raspberryPi) or a GNU triple (aarch64-unknown-linux-musl), each with =native, =cross, =emulated or =auto behind it where it should differ from `strategy`'

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
  if (/-darwin$|-windows$|-cygwin$|mingw|wasm|wasi|-freebsd|android/.test(name)) {
    return `"${name}": targets other than Linux are not supported yet; known are ${knownSystems()}`
  }
  return `"${name}" is not a known target; allowed are ${TARGET_FORMS}. Known systems: ${knownSystems()}`
}

export function isStrategy(text: string): text is Strategy | 'auto' {
  return (STRATEGIES as readonly string[]).includes(text)
}

const knownSystems = (): string => PLATFORMS.map((platform) => platform.system).join(', ')

/** The target for a system double, such as the runner's own. */
export function targetOfSystem(system: System, strategy: Strategy | 'auto'): Target | undefined {
  const platform = PLATFORMS.find((known) => known.system === system)
  return platform && { ...plain(platform), name: system, strategy }
}

function lookUp(name: string): Omit<Target, 'name' | 'strategy'> | undefined {
  const platform = PLATFORMS.find(({ system, crossName, triple }) => {
    const old = crossName === undefined ? [] : (OLD_NAMES[crossName] ?? [])
    return [system, crossName, ...old].includes(name) || sameTriple(triple, name)
  })
  if (platform !== undefined) return plain(platform)
  const variant = VARIANTS.find(([triple, , names]) => names.includes(name) || sameTriple(triple, name))
  if (variant === undefined) return undefined
  const [triple, system, crossNames] = variant
  return { system: system as System, triple, crossNames, plain: false }
}

function plain({ system, triple, crossName }: Platform): Omit<Target, 'name' | 'strategy'> {
  const crossNames = crossName === undefined ? [] : [crossName, ...(OLD_NAMES[crossName] ?? [])]
  return { system, triple, crossNames, plain: true }
}

/** `aarch64-linux-gnu` is `aarch64-unknown-linux-gnu` with the vendor left out. */
function sameTriple(triple: string, name: string): boolean {
  return triple === name || triple.replace('-unknown-', '-') === name
}
