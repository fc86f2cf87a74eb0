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
  /** Estimated seconds on this machine, what it cannot execute itself under emulation (weights.ts). */
  readonly seconds: number
  /** The same with every build at native speed: on a machine of the target's own kind. */
  readonly nativeSeconds: number
  /** Names of what is to be built and runs programs of a system that this machine does not execute. */
  readonly emulated: readonly string[]
  /** Those of them that no emulator can build: they need KVM, or are NixOS tests. */
  readonly unemulatable: readonly string[]
  /** System features that builds demand, but for those that stand for a processor, which come with its emulator. */
  readonly features: readonly string[]
  /** All derivations that it needs, to be built or not, by system. */
  readonly closure: Readonly<Record<string, number>>
}

/** A way that was tried and failed: in this run, or in an earlier one with the same nixpkgs. */
export interface Failure {
  readonly target: string
  readonly package: string
  readonly strategy: Strategy
  readonly method: CrossMethod | undefined
  readonly drvPath: string
  /** An emulator was registered while it was built. */
  readonly emulator: boolean
  /** Derivation that failed, where one did. */
  readonly culprit: string | undefined
  /** One sentence: when, and what failed. */
  readonly reason: string
  /** Of an earlier run: taken again where nothing else works. */
  readonly remembered: boolean
}

/** One way to have a package for a target, with what is known of it and what became of it. */
export interface Candidate {
  readonly strategy: Strategy
  readonly method?: CrossMethod
  /** A cross build that runs some programs of the target, under an emulator. */
  readonly hybrid?: boolean
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
  /** An emulator has to be registered for it, although it is no emulated build. */
  readonly hybrid?: boolean
  readonly attribute: string
  readonly evaluated: Evaluated
  /** Nothing has to be built: every output is in the store already or in a substituter. */
  readonly substitutable: boolean
}
