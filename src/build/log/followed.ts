/** `ended`: it stopped and Nix has not said how; settled by `close`. `stopped`: it was running when Nix ended. */
export type DerivationStatus = 'building' | 'ended' | 'built' | 'failed' | 'silent' | 'timeout' | 'stopped'

/** What was seen of one derivation's build. */
export interface FollowedDerivation {
  readonly drvPath: string
  /** Name with version, `hello-2.12`. */
  readonly name: string
  /** Remote machine, '' for this one. */
  readonly machine: string
  /** Place in the order of starting, from 1. */
  readonly number: number
  readonly status: DerivationStatus
  /** Wall-clock seconds from start to end; 0 while it builds. */
  readonly seconds: number
  readonly phase: string | undefined
  /** The last lines of its log; empty once it is built. */
  readonly lastLines: readonly string[]
  /** Log lines seen. */
  readonly lines: number
  /** Nix's error message. */
  readonly error: string | undefined
  /** Milliseconds on the follower's clock. */
  readonly startedAt: number
  readonly lastOutput: number
}

/** A message of level 0 that is no repetition and no consequence of another. */
export interface BuildError {
  readonly text: string
  readonly drvPath?: string
}

/** Limits that Nix was given, in seconds, 0 = none: they tell `silent` from `timeout` where Nix does not. */
export interface Limits {
  readonly silent: number
  readonly total: number
}
