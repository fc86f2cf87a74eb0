import type { Lookup } from './answers.ts'
import type { RemoteBuilder } from './builders.ts'
import type { DerivationGraph } from './graph.ts'
import type { Candidate, Cost, Failure } from './types.ts'

/** What is known before choosing, about the machine and the flake's attributes. */
export interface Facts {
  /** Systems whose programs this machine runs without an emulator, its own first. */
  readonly native: readonly string[]
  /** Systems that Nix builds for here as it is set: those, and `extra-platforms`. */
  readonly platforms: readonly string[]
  /** Features that builds may demand here; undefined where that is not known. */
  readonly features?: readonly string[]
  /** Why programs of a system cannot be emulated; undefined where they can. */
  readonly emulationProblem: (system: string) => string | undefined
  /** An emulator for the target's system is registered already. */
  readonly emulatorServes: boolean
  readonly builders: readonly RemoteBuilder[]
  readonly own: Lookup
  /** Names under `packages.<target>`, and systems that the flake has packages for: told where the package is missing. */
  readonly names: readonly string[]
  readonly systems: readonly string[]
  /** Cross candidates in order of preference; not asked where they cannot win. */
  readonly cross: readonly Lookup[]
  /** By derivation path. */
  readonly costs: ReadonlyMap<string, Cost>
  /** Of all that the candidates need. */
  readonly graph: DerivationGraph
  /** Ways that failed, in this run or before. */
  readonly failures: readonly Failure[]
  /** Translated evaluation errors, by kind of lookup. */
  readonly explain: (error: string) => string
}

/** One way to have the package. */
export interface Option {
  readonly candidate: Omit<Candidate, 'chosen' | 'reason'>
  /** Why it cannot be had; undefined where it can. */
  readonly problem: string | undefined
  /** The problem is only that it failed in an earlier run. */
  readonly retriable: boolean
  /** Why it would be taken. */
  readonly merit: string
  readonly substitutable: boolean
  /** Estimated seconds until it is there; undefined where nothing is known. */
  readonly seconds: number | undefined
}

/** An option before what it costs and what became of it before are known. */
export type Draft = Omit<Option, 'seconds' | 'retriable' | 'substitutable'> & { readonly seconds?: number }

/** What is said of a lookup. */
export interface Described {
  readonly candidate: Pick<Candidate, 'attribute' | 'evaluated' | 'cost'>
  readonly problem: string | undefined
}

/** Why a build that runs programs of other systems cannot be had under emulators. */
export function emulationProblem(
  cost: Cost | undefined,
  systems: readonly string[],
  facts: Pick<Facts, 'emulationProblem'>,
): string | undefined {
  const others = cost?.unemulatable ?? []
  if (others.length > 0) return `it needs ${listed(others)}, whose features an emulated build does not have`
  return systems.map(facts.emulationProblem).find((problem) => problem !== undefined)
}

const MOST_NAMES = 8
export const listed = (names: readonly string[]): string =>
  names.length > MOST_NAMES
    ? `${names.slice(0, MOST_NAMES).join(', ')} and ${names.length - MOST_NAMES} more`
    : names.join(', ')

/** Features that what is to be built demands and nobody offers, neither Nix here nor a remote builder. */
export function featureProblem(cost: Cost | undefined, { features, builders }: Facts): string | undefined {
  const offered = [...(features ?? []), ...builders.flatMap((builder) => builder.features)]
  const missing = features === undefined ? [] : (cost?.features ?? []).filter((feature) => !offered.includes(feature))
  return missing.length === 0
    ? undefined
    : `it demands the system feature ${missing.join(' and ')}, which this machine does not offer: see system-features of nix.conf`
}
