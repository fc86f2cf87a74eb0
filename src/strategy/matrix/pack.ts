import { speedsOf, weightsOf } from '../costs.ts'
import type { DerivationGraph } from '../graph.ts'
import { groupByShared } from './group.ts'
import type { Entry, Job } from './types.ts'

/** A job is filled up to this many estimated seconds: its own start takes about one minute (docs/planning.md). */
export const WORTH_A_JOB = 600

interface Group {
  readonly entries: readonly Entry[]
  readonly cost: number
}

/** Entries that one job may build: same target, runner and strategy. */
interface Lot {
  readonly groups: readonly Group[]
  readonly graph: DerivationGraph
  readonly total: number
  /** Jobs that it is worth. */
  readonly jobs: number
}

/** What was decided for the packages of a target, or of several. */
export interface Packable {
  readonly entries: readonly Entry[]
  readonly graph: DerivationGraph
  /** The entries that need a job, by what a job may build. */
  readonly lots: readonly Lot[]
}

/** Makes entries ready to be packed: what can be done before those of other targets are known. */
export const makePackable = (entries: readonly Entry[], graph: DerivationGraph): Packable => ({
  entries,
  graph,
  lots: lotsOf({ entries, graph }, (entry) => [entry.target, entry.runner, entry.strategy, entry.status === 'planned']),
})

/**
 * Makes jobs of the entries that need one: what shares builds stays together, each job is worth its start, the cost
 * of the jobs is balanced, the heaviest come first.
 * @param all no two hold entries of the same target
 * @returns at most `maxJobs` jobs, or what is wrong with `maxJobs`
 */
export function packJobs(all: readonly Packable[], maxJobs: number): readonly Job[] | string {
  const fine = all.flatMap(({ lots }) => lots)
  // Where jobs are scarce a job of the target gets all, and decides itself, as it would have.
  const coarse = () => all.flatMap((each) => lotsOf(each, ({ target, runner }) => [target, runner]))
  const lots = fine.length <= maxJobs ? fine : coarse()
  if (lots.length > maxJobs)
    return `"${maxJobs}" is too few: there are ${lots.length} targets with something to build, and each needs a job of its own`
  const allotted = allot(lots, maxJobs)
  return lots
    .flatMap((lot, index) => fill(lot, allotted[index] ?? 1).map((groups) => makeJob(groups, lot.graph)))
    .sort((a, b) => b.cost - a.cost || compare(nameOf(a), nameOf(b)))
}

function lotsOf({ entries, graph }: Omit<Packable, 'lots'>, key: (entry: Entry) => readonly unknown[]): Lot[] {
  const lots = new Map<string, Entry[]>()
  for (const entry of entries.filter(({ status }) => status !== 'skipped').sort(byName)) {
    const name = JSON.stringify(key(entry))
    lots.set(name, [...(lots.get(name) ?? []), entry])
  }
  return [...lots]
    .sort(([a], [b]) => compare(a, b))
    .map(([, members]) => {
      const groups = groupByShared(members, graph).map((group) => ({ entries: group, cost: costOf(group, graph) }))
      const total = groups.reduce((sum, { cost }) => sum + cost, 0)
      return { groups, graph, total, jobs: Math.max(1, Math.min(groups.length, Math.ceil(total / WORTH_A_JOB))) }
    })
}

/** Takes jobs from the lots whose jobs would still be the lightest, until there are few enough. */
function allot(lots: readonly Lot[], maxJobs: number): readonly number[] {
  const open = lots.map(({ total, jobs }) => ({ total, jobs }))
  for (let count = open.reduce((sum, { jobs }) => sum + jobs, 0); count > maxJobs; count -= 1) {
    const loadWithout = ({ total, jobs }: { readonly total: number; readonly jobs: number }): number =>
      jobs > 1 ? total / (jobs - 1) : Number.POSITIVE_INFINITY
    const lightest = open.reduce((best, lot) => (loadWithout(lot) < loadWithout(best) ? lot : best))
    lightest.jobs -= 1
  }
  return open.map(({ jobs }) => jobs)
}

/** Longest first, each into the job that has least to do (Graham 1969: at most 4/3 of the best). */
function fill({ groups }: Lot, jobs: number): readonly (readonly Group[])[] {
  const bins = Array.from({ length: jobs }, () => ({ groups: [] as Group[], cost: 0 }))
  for (const group of [...groups].sort((a, b) => b.cost - a.cost)) {
    const bin = bins.reduce((best, other) =>
      other.cost < best.cost || (other.cost === best.cost && other.groups.length < best.groups.length) ? other : best,
    )
    bin.groups.push(group)
    bin.cost += group.cost
  }
  return bins.map((bin) => bin.groups)
}

function makeJob(groups: readonly Group[], graph: DerivationGraph): Job {
  const sorted = groups
    .flatMap(({ entries }) => entries)
    .map((entry) => ({ entry, cost: costOf([entry], graph) }))
    .sort((a, b) => b.cost - a.cost || byName(a.entry, b.entry))
    .map(({ entry }) => entry)
  const [first] = sorted
  if (first === undefined) throw new Error('a job without packages')
  const strategies = new Set(sorted.map(({ strategy }) => strategy))
  return {
    target: first.target,
    strategy: strategies.size === 1 ? first.strategy : 'auto',
    runner: first.runner,
    entries: sorted,
    reason: reasonOf(sorted),
    // groups share downloads and texts
    cost: groups.length === 1 ? (groups[0]?.cost ?? 0) : costOf(sorted, graph),
  }
}

const MOST_REASONS = 3

function reasonOf(entries: readonly Entry[]): string {
  const reasons = [...new Set(entries.map(({ reason }) => reason))]
  const more = reasons.length > MOST_REASONS ? [`and ${reasons.length - MOST_REASONS} more, see the plan`] : []
  return [...reasons.slice(0, MOST_REASONS), ...more].join('; ')
}

/** Estimated seconds for all that the entries need, what they share counted once. */
export function costOf(entries: readonly Entry[], graph: DerivationGraph): number {
  const lists = entries.map(({ toBuild }) => toBuild)
  const derivations = lists.length === 1 ? (lists[0] ?? []) : [...new Set(lists.flat())]
  const weights = weightsOf(derivations, graph, speedsOf(entries[0]?.native ?? []))
  return weights.reduce((sum, { seconds }) => sum + seconds, 0)
}

const nameOf = ({ target, entries }: Job): string => `${target} ${entries[0]?.package ?? ''}`
const byName = (a: Entry, b: Entry): number => compare(a.target, b.target) || compare(a.package, b.package)
/** By code unit: the same on every machine, unlike localeCompare. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
