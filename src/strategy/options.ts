import type { Target } from '../inputs/inputs.ts'
import { sameSystem } from '../nix/system.ts'
import type { Found, Lookup, LookupKind } from './answers.ts'
import { joinAttributePath, namesTarget } from './attributes.ts'
import {
  type Described,
  type Draft,
  emulationProblem,
  type Facts,
  featureProblem,
  listed,
  type Option,
} from './facts.ts'
import { type DerivationFacts, type DerivationGraph, reachable } from './graph.ts'
import { ownOptions } from './own.ts'
import type { CrossMethod, Failure } from './types.ts'
import { isForeign } from './weights.ts'

/** What fetching and registering an emulator takes. */
const REGISTRATION_SECONDS = 5

/** All ways to have a package for a target, each with its problem or its merit. */
export function listOptions(target: Target, facts: Facts): readonly Option[] {
  const own = target.plain ? ownOptions(target, facts, describeLookup(facts.own, facts, target)) : []
  const drafts = [...own, ...facts.cross.flatMap((lookup) => crossOptions(target, facts, lookup))]
  return drafts.map((draft) => weighed(draft, facts))
}

/** Adds what the draft costs, and what became of it before. */
function weighed(draft: Draft, facts: Facts): Option {
  const { strategy, hybrid, cost } = draft.candidate
  const registers = (strategy === 'emulated' || hybrid === true) && !facts.emulatorServes ? REGISTRATION_SECONDS : 0
  const seconds = draft.seconds ?? (cost && cost.seconds + registers)
  const failure = draft.problem === undefined ? failureOf(draft, facts) : undefined
  return {
    ...draft,
    seconds,
    problem: draft.problem ?? failure?.reason,
    retriable: failure?.remembered === true,
    substitutable: cost !== undefined && Object.values(cost.toBuild).every((count) => count === 0),
  }
}

/** The failure that speaks against a way: its own, or that of a derivation which it needs too. */
function failureOf({ candidate }: Draft, { failures, graph, native }: Facts): Failure | undefined {
  if (failures.length === 0) return undefined
  const { strategy, method, hybrid = false, evaluated } = candidate
  const emulator = strategy === 'emulated' || hybrid
  const needed = evaluated === undefined ? [] : reachable(graph, evaluated.drvPath)
  return failures.find((failure) => {
    if (failure.remembered)
      return failure.strategy === strategy && failure.method === method && failure.emulator === emulator
    if (failure.culprit !== undefined && needsDownload(needed, graph.get(failure.culprit), graph, native)) return true
    // With an emulator it may go otherwise.
    if (emulator && !failure.emulator) return false
    return failure.drvPath === evaluated?.drvPath || (failure.culprit !== undefined && needed.includes(failure.culprit))
  })
}

/** Whether what is needed has the same download: what failed without an emulator is not there for another tool either. */
const needsDownload = (
  needed: readonly string[],
  failed: DerivationFacts | undefined,
  graph: DerivationGraph,
  native: readonly string[],
): boolean =>
  failed?.fixedOutput === true &&
  !isForeign(failed.system, native) &&
  needed.some((path) => graph.get(path)?.outputs.some((output) => failed.outputs.includes(output)))

/** A cross build as it is; and with an emulator, where it needs one or failed without. */
function crossOptions(target: Target, facts: Facts, lookup: Lookup): readonly Draft[] {
  const method: CrossMethod = lookup.kind === 'own' ? 'declared' : lookup.kind
  const base = describeLookup(lookup, facts, target)
  const found = lookup.status === 'derivation' ? lookup.found : undefined
  const emulated = base.candidate.cost?.emulated ?? []
  const merit = `${MERITS[method]}, ${base.candidate.attribute}`
  const pure: Draft = {
    candidate: { strategy: 'cross', method, ...base.candidate },
    problem:
      base.problem ??
      (found && crossProblem(target, facts, found, method)) ??
      impurity(emulated, target) ??
      featureProblem(base.candidate.cost, facts),
    merit: target.strategy === 'cross' ? merit : `${merit}; it runs at native speed on ${facts.native[0]}`,
  }
  const mayEmulate = target.strategy === 'auto' && found !== undefined
  if (!mayEmulate || (pure.problem !== undefined && emulated.length === 0)) return [pure]
  const problem = base.problem ?? crossProblem(target, facts, found, method)
  const failed = facts.failures.find((failure) => !failure.emulator && concerns(failure, found, method))
  if (emulated.length === 0 && failed === undefined) return [pure]
  const why = failed === undefined ? listed(emulated) : 'it failed without an emulator'
  const hybrid: Draft = {
    candidate: { ...pure.candidate, hybrid: true },
    problem:
      problem ??
      emulationProblem(base.candidate.cost, [target.system], facts) ??
      featureProblem(base.candidate.cost, facts),
    merit: `${merit}; QEMU runs the ${target.system} programs that its build uses: ${why}`,
  }
  return [pure, hybrid]
}

const concerns = (failure: Failure, found: Found, method: CrossMethod): boolean =>
  failure.drvPath === found.drvPath || (failure.remembered && failure.method === method)

const impurity = (emulated: readonly string[], target: Target): string | undefined =>
  emulated.length === 0
    ? undefined
    : `it is no pure cross build: ${emulated.length === 1 ? 'this derivation runs' : 'these derivations run'} ${target.system} programs and would have to be emulated: ${listed(emulated)}`

/** A cross derivation is built on this machine and its result runs on the target. */
function crossProblem(target: Target, facts: Facts, found: Found, method: CrossMethod): string | undefined {
  if (!facts.native.includes(found.system))
    return `its derivation ${found.name} is for ${found.system}, which the runner (${facts.native[0]}) does not execute`
  if (found.host !== undefined && !sameSystem(found.host, target.system))
    return `its result is for ${found.host}, not ${target.system}`
  // A view leaves what no nixpkgs made as it is: there the name proves nothing.
  const byName = (method === 'declared' || method === 'pkgsCross') && namesTarget(found.path, target)
  if (found.host === undefined && !byName) return `nothing says that its result is for ${target.system}`
  return undefined
}

const MERITS: Readonly<Record<CrossMethod, string>> = {
  declared: 'the flake declares a cross build',
  pkgsCross: "the flake has nixpkgs' cross set",
  overlay: "the flake's overlay applied to a nixpkgs that cross-compiles",
  nixos: "the flake's NixOS configuration with nixpkgs.buildPlatform set",
  transparent: 'the unchanged flake, given a nixpkgs that cross-compiles',
}

function describeLookup(lookup: Lookup, facts: Facts, target: Target): Described {
  switch (lookup.status) {
    case 'derivation': {
      const { drvPath, system, name, outputs, path } = lookup.found
      const cost = facts.costs.get(drvPath)
      const evaluated = { drvPath, system, name, outputs }
      const attribute = joinAttributePath(path)
      return { candidate: { attribute, evaluated, ...(cost === undefined ? {} : { cost }) }, problem: undefined }
    }
    case 'no-derivation':
      return { candidate: { attribute: joinAttributePath(lookup.path) }, problem: 'the attribute is no derivation' }
    case 'unasked':
      return { candidate: { attribute: '' }, problem: 'not evaluated: a method before it gives a cross build' }
    case 'missing':
      return { candidate: { attribute: '' }, problem: missing(lookup.kind, facts, target) }
    case 'error':
      return { candidate: { attribute: '' }, problem: `it does not evaluate: ${facts.explain(lookup.error)}` }
  }
}

const MISSING: Readonly<Record<Exclude<LookupKind, 'own'>, string>> = {
  declared: 'the flake declares no cross build of it',
  pkgsCross: 'the flake has no legacyPackages with pkgsCross for it',
  overlay: 'the flake has no overlay with it',
  nixos: 'it is no NixOS configuration of the flake',
  transparent: 'the flake has it neither for the target nor for the runner',
}

function missing(kind: LookupKind, { names, systems }: Facts, target: Target): string {
  if (kind !== 'own') return MISSING[kind]
  if (names.length > 0) return `there is no such package: packages.${target.system} has ${shortened(names)}`
  if (systems.includes(target.system)) return `the flake has nothing of that name for ${target.system}`
  if (systems.length > 0)
    return `the flake has nothing for ${target.system}: the flake has packages for ${shortened(systems)}`
  return 'the flake has no packages'
}

function shortened(names: readonly string[]): string {
  const distinct = [...new Set(names)]
  return distinct.length > 20
    ? `${distinct.slice(0, 20).join(', ')} and ${distinct.length - 20} more`
    : distinct.join(', ')
}
