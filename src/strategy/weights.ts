import type { BuildKind, DerivationFacts } from './graph.ts'

// Estimated seconds on a hosted runner, for comparing ways and jobs, not for telling the time (docs/strategies.md).

const DOWNLOAD = 5
const TRIVIAL = 2
/** A derivation of which nothing else is known. */
export const ORDINARY = 60
const HEAVY = 3600
/** Bytes a second from a binary cache, unpacking included. */
const FETCHED_A_SECOND = 25 * 1024 * 1024

/** How many times longer a build takes under QEMU user emulation (measured: field notes on emulation, 1.7). */
export const EMULATION_FACTORS: Readonly<Record<BuildKind, number>> = { compiler: 13, shell: 17, interpreter: 30 }

/** Programs whose builds are known to take the better part of an hour, or more. */
const HEAVY_NAMES =
  /^(?:binutils|chromium|clang|electron|firefox|gcc|gdal|ghc|libreoffice|linux|llvm|mesa|mongodb|nodejs|opencv|openjdk|python3\.\d+-torch|qtbase|qtdeclarative|qtwebengine|rocm\w*|rustc|swift|tensorflow|thunderbird|webkitgtk\S*?|zig)-\d/

/** Seconds that builds of earlier runs took, by `durationKey`. */
export type Durations = ReadonlyMap<string, number>

/** Builds of one package, whatever its version, at native speed or under QEMU. */
export const durationKey = (name: string, emulated: boolean): string =>
  `${packageName(name)}${emulated ? ' under QEMU' : ''}`

/** A GNU triple in a name: nixpkgs adds it to what is cross-compiled, and puts it before compilers. */
const TRIPLE =
  /(?:^|-)(?:aarch64|alpha|arm\w*|i[3-6]86|loongarch64|m68k|mips\w*|or1k|powerpc\w*|riscv\d+|s390x|sparc\w*|wasm\d+|x86_64)-(?:unknown-|none-|pc-|w64-)?(?:linux|mingw\d+|none|wasi|windows)(?:-(?:cygnus|eabi\w*|elf|gnu\w*|musl\w*|uclibc\w*))?(?=-|$)/

/** `hello-aarch64-unknown-linux-gnu-2.12` → `hello-2.12`. */
const withoutTriple = (name: string): string => name.replace(TRIPLE, '').replace(/^-/, '')

/** `hello-aarch64-unknown-linux-gnu-2.12` → `hello`; what has no version keeps its name. */
export const packageName = (name: string): string => withoutTriple(name).replace(/-\d[^-]*(?:-.*)?$/, '')

/**
 * Estimated seconds for one derivation.
 * @param native systems whose programs the machine executes without an emulator
 * @param emulated its build runs programs of another system, whatever its own system is
 */
export function weightOf(
  derivation: Pick<DerivationFacts, 'system' | 'name' | 'fixedOutput' | 'trivial' | 'kind'>,
  native: readonly string[],
  durations: Durations = new Map(),
  emulated = isForeign(derivation.system, native),
): number {
  const { name, kind, fixedOutput, system, trivial } = derivation
  if (fixedOutput || system === 'builtin') return DOWNLOAD
  const factor = EMULATION_FACTORS[kind]
  if (durations.size > 0) {
    const recorded = durations.get(durationKey(name, emulated))
    if (recorded !== undefined) return recorded
    const otherwise = durations.get(durationKey(name, !emulated))
    if (otherwise !== undefined) return emulated ? otherwise * factor : otherwise / factor
  }
  const usual = trivial ? TRIVIAL : usualOf(name)
  return emulated ? usual * factor : usual
}

/** By name: the same derivations are weighed for every package that needs them. */
const usualSeconds = new Map<string, number>()

function usualOf(name: string): number {
  const known = usualSeconds.get(name)
  if (known !== undefined) return known
  const usual = HEAVY_NAMES.test(withoutTriple(name)) ? HEAVY : ORDINARY
  usualSeconds.set(name, usual)
  return usual
}

/** A system whose programs the machine does not execute. */
export const isForeign = (system: string, native: readonly string[]): boolean =>
  system !== 'builtin' && system.includes('-') && !native.includes(system)

/** Estimated seconds to fetch from binary caches. */
export const fetchSeconds = (bytes: number): number => bytes / FETCHED_A_SECOND

/** Whether it is worth a job in common: downloads and texts are not, or one shared source would glue all together. */
export const isWorthSharing = (derivation: DerivationFacts | undefined): boolean =>
  derivation === undefined || weightOf(derivation, [derivation.system]) >= ORDINARY
