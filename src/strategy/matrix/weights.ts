import type { DerivationFacts } from './types.ts'

// Estimated seconds on a hosted runner, for comparing jobs, not for telling the time (docs/planning.md).

const DOWNLOAD = 5
const TRIVIAL = 2
/** A derivation of which nothing else is known. */
export const ORDINARY = 60
const HEAVY = 3600
/** What QEMU user emulation costs a compiler (field notes: 13 for compiling, 17 for a shell, 30 for an interpreter). */
const EMULATION_FACTOR = 13

/** Programs whose builds are known to take the better part of an hour, or more. */
const HEAVY_NAMES =
  /^(?:binutils|chromium|clang|electron|firefox|gcc|gdal|ghc|libreoffice|linux|llvm|mesa|mongodb|nodejs|opencv|openjdk|python3\.\d+-torch|qtbase|qtdeclarative|qtwebengine|rocm\w*|rustc|swift|tensorflow|thunderbird|webkitgtk\S*?|zig)-\d/

/** Estimated seconds for one derivation. @param native systems that the job's runner executes */
export function weightOf(derivation: DerivationFacts, native: readonly string[]): number {
  if (derivation.fixedOutput || derivation.system === 'builtin') return DOWNLOAD
  const weight = derivation.trivial ? TRIVIAL : HEAVY_NAMES.test(derivation.name) ? HEAVY : ORDINARY
  const emulated = derivation.system !== 'unknown' && !native.includes(derivation.system)
  return emulated ? weight * EMULATION_FACTOR : weight
}

/** Whether it is worth a job in common: downloads and texts are not, or one shared source would glue all together. */
export const isWorthSharing = (derivation: DerivationFacts | undefined): boolean =>
  derivation === undefined || weightOf(derivation, [derivation.system]) >= ORDINARY
