import type { Strategy, Target } from '../inputs/inputs.ts'
import type { DrvPath, StorePath } from '../nix/store-path.ts'

/** How a cross build is had. */
export type CrossMethod = 'declared' | 'pkgsCross' | 'overlay' | 'nixos' | 'transparent'

/** What evaluation says about one derivation of the flake. */
export interface Evaluated {
  readonly drvPath: DrvPath
  /** The derivation's own system: the build platform. */
  readonly system: string
  /** Name of the derivation, `hello-2.12`. */
  readonly name: string
  /** Output name → store path. */
  readonly outputs: Readonly<Record<string, StorePath>>
}

/** What would have to be done to have a derivation's outputs. */
export interface Cost {
  /** Derivations to build, by system. */
  readonly toBuild: Readonly<Record<string, number>>
  /** Compressed bytes to fetch from substituters. */
  readonly bytesToFetch: number
}

/** One way to have a package for a target, with what is known of it and what became of it. */
export interface Candidate {
  readonly strategy: Strategy
  readonly method?: CrossMethod
  /** Attribute path within the flake, as one would write it after `#`. */
  readonly attribute: string
  readonly evaluated?: Evaluated
  readonly cost?: Cost
  readonly chosen: boolean
  /** Why it was or was not chosen, or why it cannot be had; one sentence without full stop. */
  readonly reason: string
}

/** The decision for one target and package. */
export interface Plan {
  readonly target: Target
  readonly package: string
  readonly candidates: readonly Candidate[]
  /** Undefined where nothing works; `reason` then says why and what to do. */
  readonly choice: Choice | undefined
  readonly reason: string
}

export interface Choice {
  readonly strategy: Strategy
  readonly method?: CrossMethod
  readonly attribute: string
  readonly evaluated: Evaluated
  /** Nothing has to be built: every output is in the store already or in a substituter. */
  readonly substitutable: boolean
}
