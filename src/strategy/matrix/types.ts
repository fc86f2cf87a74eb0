import type { Strategy, Target } from '../../inputs/inputs.ts'
import type { System } from '../../nix/system.ts'
import type { CrossMethod } from '../types.ts'

/** What `runs-on` takes: one label, or all of several. */
export type RunnerLabel = string | readonly string[]

/** System of a runner → its label. */
export type RunnerLabels = ReadonlyMap<string, RunnerLabel>

/** The runner that the jobs of a target run on. */
export interface Place {
  readonly system: System
  readonly label: RunnerLabel
  /** Systems whose programs it executes without an emulator, its own first. */
  readonly native: readonly string[]
}

/** A target with the runner of its jobs. */
export interface PlacedTarget {
  readonly target: Target
  readonly place: Place
  /** Found in the flake instead of named by the workflow: what it does not have is left out, not an error. */
  readonly discovered: boolean
}

/** What became of one package for one target. */
export interface Entry {
  readonly target: string
  /** As the main action takes it. */
  readonly package: string
  /**
   * `planned`: a job builds it. `unevaluated`: it evaluates only on its own runner, whose job does it. `failed`:
   * it cannot be had; its job shows why. `skipped`: no job.
   */
  readonly status: 'planned' | 'unevaluated' | 'failed' | 'skipped'
  /** `auto` where the job itself has to decide. */
  readonly strategy: Strategy | 'auto'
  readonly method?: CrossMethod
  /** One sentence without full stop. */
  readonly reason: string
  readonly runner: RunnerLabel
  /** Systems that its runner executes. */
  readonly native: readonly string[]
  readonly drvPath?: string
  /** Derivations that have to be built for it, itself among them. */
  readonly toBuild: readonly string[]
}

/** One job of the matrix. */
export interface Job {
  readonly target: string
  readonly strategy: Strategy | 'auto'
  readonly runner: RunnerLabel
  /** The heaviest first. */
  readonly entries: readonly Entry[]
  readonly reason: string
  /** Estimated seconds of building (weights.ts). */
  readonly cost: number
}
