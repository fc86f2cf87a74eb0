import type { PlanInputs } from '../../inputs/plan.ts'
import { sameSystem } from '../../nix/system.ts'
import type { Found } from '../answers.ts'
import { isWildcard } from '../attributes.ts'
import { choose, viewsMayWin } from '../choose.ts'
import { costOf, speedsOf } from '../costs.ts'
import { type DerivationGraph, reachable, UNKNOWN_DERIVATION } from '../graph.ts'
import type { Choice, Cost, Plan } from '../types.ts'
import { labelText, nativePlace } from './runners.ts'
import { runnerLabels } from './targets.ts'
import type { Entry } from './types.ts'
import { NOT_REACHED, type Wanted } from './wanted.ts'

/** What is known besides the flake's attributes. */
export interface DecideFacts {
  readonly graph: DerivationGraph
  /** Whether a substituter has every output of a derivation: then there is nothing to do for it. */
  readonly cached: (outputs: Readonly<Record<string, string>>) => boolean
  /** Why a runner cannot emulate a system. */
  readonly emulationProblem: (runner: string, system: string) => string | undefined
  readonly explain: (error: string) => string
}

/** Nix's words for a build that this machine cannot do, of import from derivation (explained in nix/explain.ts). */
const NEEDS_OTHER_MACHINE = /is required to build|Required system:|required system or feature not available/i
const OTHER_SYSTEM = /(?:Required system: '?|\ba ')([\w-]+)/

/** Decides how each package of a target is had on the runner of its jobs, or why it gets none. */
export const decideEntries = (
  wanted: readonly Wanted[],
  inputs: Pick<PlanInputs, 'prefer' | 'runners'>,
  facts: DecideFacts,
): readonly Entry[] => wanted.flatMap((item) => decide(item, inputs, facts) ?? [])

/**
 * A name that no target has is a mistake of the workflow, not something to leave out.
 * @param all the entries of each target
 * @returns the same, or others for a target that such a name is of
 */
export function failUnknownNames(all: readonly (readonly Entry[])[]): readonly (readonly Entry[])[] {
  const had = new Set(all.flat().flatMap((entry) => (isMissing(entry) ? [] : [entry.package])))
  const isUnknown = (entry: Entry): boolean => isMissing(entry) && !had.has(entry.package)
  return all.map((entries) =>
    entries.some(isUnknown)
      ? entries.map((entry) => (isUnknown(entry) ? { ...entry, status: 'failed' as const } : entry))
      : entries,
  )
}

const MADE_IN_THE_JOB = 'the flake declares no cross build of it: the job makes one of the flake as it is'
const DECIDED_IN_THE_JOB = 'the job decides: a cross build of the flake as it is, or QEMU'
const OF_AN_OVERLAY = 'the flake has no packages for any system: the job looks into its overlay'
const NOT_THERE = 'the flake does not have it for this system'
const isMissing = ({ status, reason }: Entry): boolean => status === 'skipped' && reason === NOT_THERE

function decide(item: Wanted, inputs: Pick<PlanInputs, 'prefer' | 'runners'>, facts: DecideFacts): Entry | undefined {
  const { target, place, discovered } = item.placed
  const base = {
    target: target.name,
    package: item.package,
    strategy: target.strategy,
    runner: place.label,
    native: place.native,
    toBuild: [],
  }
  if (item.listError !== undefined) return { ...base, ...unevaluated(item, [item.listError], facts) }
  if (item.listed && item.own.status === 'no-derivation') return undefined
  const otherHost = hostOfFixed(item)
  if (otherHost !== undefined && !sameSystem(otherHost, target.system))
    return { ...base, status: 'skipped', reason: `it is for ${otherHost}` }
  const plan = choosePlan(item, inputs, facts)
  if (plan.choice === undefined) {
    const errors = [item.own, ...item.cross].flatMap((lookup) => (lookup.status === 'error' ? [lookup.error] : []))
    const left = leftToJob(item)
    if (errors.length > 0 && target.strategy !== 'cross') return { ...base, ...unevaluated(item, errors, facts) }
    if (left !== undefined) return { ...base, status: 'unevaluated', reason: left }
    return discovered && item.own.status === 'missing'
      ? { ...base, status: 'skipped', reason: NOT_THERE }
      : { ...base, status: 'failed', reason: plan.reason }
  }
  return planned({ ...base, ...asStrategy(item, plan.choice) }, plan, plan.choice, inputs, facts)
}

/** Why only the job can say whether the package can be had; undefined where it need not be asked. */
function leftToJob(item: Wanted): string | undefined {
  if (item.placed.target.strategy === 'cross' || isNotListed(item)) return MADE_IN_THE_JOB
  return mayBeOfOverlay(item) ? OF_AN_OVERLAY : undefined
}

/** The flake has packages, but none for this target: a job that cross-compiles may make them all the same. */
const isNotListed = ({ placed: { target, place, discovered }, own, names, systems }: Wanted): boolean =>
  !discovered &&
  target.strategy === 'auto' &&
  !place.native.includes(target.system) &&
  own.status === 'missing' &&
  names.length === 0 &&
  systems.includes(place.system)

/** A flake may give nothing but an overlay, which only the job applies. */
const mayBeOfOverlay = ({ placed: { target, discovered }, own, listed, systems, package: name }: Wanted): boolean =>
  !discovered &&
  !listed &&
  target.strategy === 'auto' &&
  own.status === 'missing' &&
  systems.length === 0 &&
  !isWildcard(name) &&
  !name.includes('{target}')

function planned(
  base: Omit<Entry, 'status' | 'reason'>,
  plan: Plan,
  choice: Choice,
  inputs: Pick<PlanInputs, 'prefer' | 'runners'>,
  facts: DecideFacts,
): Entry {
  const { strategy, evaluated } = choice
  const { drvPath, outputs, system } = evaluated
  const entry = { ...base, drvPath }
  if (facts.cached(outputs)) return { ...entry, status: 'skipped', reason: 'a binary cache has every output' }
  const reached = reachable(facts.graph, drvPath)
  // What only this machine's store has, the job's machine has to build.
  const toBuild = reached.length > 0 ? reached : [drvPath]
  const isNative = base.native.includes(plan.target.system)
  // Only the job asks for the flake as a cross build, which may well be cheaper than QEMU.
  if (!isNative && viewsMayWin(plan, inputs.prefer, 0))
    return { ...entry, strategy: 'auto', status: 'planned', reason: DECIDED_IN_THE_JOB, toBuild }
  const elsewhere = base.native.includes(system) ? undefined : nativePlace(system, runnerLabels(inputs.runners))
  if ((strategy === 'native' || isNative) && elsewhere !== undefined) {
    const reason = `its derivation is built on ${system}`
    const { label: runner, native } = elsewhere
    return { ...entry, strategy: 'auto', status: 'planned', reason, toBuild, runner, native }
  }
  const where = strategy === 'native' ? `: ${labelText(base.runner)}` : ''
  return { ...entry, status: 'planned', reason: `${plan.reason}${where}`, toBuild }
}

/** A job that is told `cross` does not ask for the target's own attribute: where that is the cross build, it decides. */
function asStrategy({ own }: Wanted, { strategy, method, evaluated }: Choice): Pick<Entry, 'strategy' | 'method'> {
  const isOwn = own.status === 'derivation' && own.found.drvPath === evaluated.drvPath
  return {
    strategy: strategy === 'cross' && isOwn ? 'auto' : strategy,
    ...(method === undefined ? {} : { method }),
  }
}

function unevaluated(
  { placed }: Wanted,
  errors: readonly string[],
  { explain }: DecideFacts,
): Pick<Entry, 'status' | 'reason'> {
  if (errors.every((error) => error === NOT_REACHED))
    return { status: 'unevaluated', reason: `${explain(NOT_REACHED)}: its job evaluates it` }
  const elsewhere = errors.find((error) => NEEDS_OTHER_MACHINE.test(error))
  if (elsewhere !== undefined) {
    const system = OTHER_SYSTEM.exec(elsewhere)?.[1] ?? placed.target.system
    const who = placed.place.native.includes(system)
      ? 'its own runner does that'
      : 'the job does that, with an emulator'
    return { status: 'unevaluated', reason: `its evaluation builds something for ${system}: ${who}` }
  }
  const sentences = new Set(errors.map(explain))
  return { status: 'failed', reason: `it does not evaluate: ${[...sentences].join('; ')}` }
}

function choosePlan(item: Wanted, { prefer }: Pick<PlanInputs, 'prefer'>, facts: DecideFacts): Plan {
  const { placed, own, cross, names, systems } = item
  const { target, place } = placed
  const found = [own, ...cross].flatMap((lookup) => (lookup.status === 'derivation' ? [lookup.found] : []))
  const costs = new Map(found.map((each) => [each.drvPath, missingCost(each, place.native, facts)]))
  const emulationProblem = (system: string) => facts.emulationProblem(place.system, system)
  const { explain } = facts
  const { native } = place
  const machine = { native, platforms: native, emulationProblem, emulatorServes: false, builders: [] }
  const known = { ...machine, own, cross, names, systems, costs, graph: facts.graph, failures: [], explain }
  return choose(target, item.package, known, prefer)
}

/** Only what a cache has counts as done: the store of the planning machine is not the job's. */
function missingCost({ drvPath, outputs, system }: Found, native: readonly string[], facts: DecideFacts): Cost {
  const { graph, cached } = facts
  const speeds = speedsOf(native)
  const cost = costOf(drvPath, reachable(graph, drvPath), 0, graph, speeds)
  if (Object.keys(cost.toBuild).length > 0 || cached(outputs)) return cost
  const alone = costOf(drvPath, [drvPath], 0, new Map([[drvPath, { ...UNKNOWN_DERIVATION, system }]]), speeds)
  return { ...alone, toBuild: { unknown: 1 } }
}

/** The system of a path that is for one system alone, such as a NixOS configuration's. */
function hostOfFixed({ own, placed }: Wanted): string | undefined {
  if (own.status !== 'derivation') return undefined
  const { path, host, system } = own.found
  return path.includes(placed.target.system) ? undefined : (host ?? system)
}
