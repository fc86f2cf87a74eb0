import type { Category } from '../nix/explain.ts'
import type { StorePath } from '../nix/store-path.ts'
import type { Plan } from '../strategy/types.ts'

export type BuildStatus = 'built' | 'substituted' | 'cached' | 'planned' | 'failed' | 'skipped'

/** A derivation whose build was begun in this run. */
export interface BuiltDerivation {
  readonly drvPath: string
  /** Name with version, `hello-2.12`. */
  readonly name: string
  /** Remote machine, '' for this one. */
  readonly machine: string
  readonly status: 'built' | 'failed' | 'stopped'
  /** Seconds since the first build of the run began; in one round, on a clock of the run. */
  readonly start: number
  readonly seconds: number
  /** Names of the targets that need it. */
  readonly targets: readonly string[]
}

/** What became of one target and package. */
export interface BuildResult {
  readonly plan: Plan
  /** `cached`: the outputs were in the local store before the run. */
  readonly status: BuildStatus
  /** Wall-clock seconds from the start of the build of this package's own derivation to its end; 0 where none ran. */
  readonly seconds: number
  /** Bytes of the closure of all outputs (NAR sizes); undefined where it was not built. */
  readonly closureSize?: number
  /** One clear error: what failed, why, what to do. */
  readonly error?: string
  /** What went otherwise than it should although nothing failed, each a sentence or more. */
  readonly notes?: readonly string[]
  /** The last lines of the failed derivation's log. */
  readonly log?: readonly string[]
  /** What kind of failure it was; undefined where it was none of Nix's. */
  readonly category?: Category
  /** The derivation that failed, where one did. */
  readonly culprit?: string
  /** It was built, and its files are for another system: another way may give the right ones. */
  readonly notForTarget?: boolean
  /** Other ways that were tried before this one and failed, the first first. */
  readonly attempts?: readonly BuildResult[]
  /** Where a fixed output is not what its hash says. */
  readonly mismatch?: HashMismatch
}

/** Hashes as Nix prints them. */
export interface HashMismatch {
  /** Name of the derivation. */
  readonly name: string
  readonly wanted: string
  readonly got: string
}

/** The realised output paths of a result, empty where it failed. */
export function realisedPaths(result: BuildResult): readonly StorePath[] {
  const done = result.status === 'built' || result.status === 'substituted' || result.status === 'cached'
  return done && result.plan.choice !== undefined ? Object.values(result.plan.choice.evaluated.outputs) : []
}
