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
  readonly total: number
  /** Jobs that it gets. */
  jobs: number
}

/**
 * Makes jobs of the entries that need one: what shares builds stays together, each job is worth its start, the cost
 * of the jobs is balanced, the heaviest come first.
 * @returns at most `maxJobs` jobs, or what is wrong with `maxJobs`
 */
export function packJobs(entries: readonly Entry[], graph: DerivationGraph, maxJobs: number): readonly Job[] | string {
  const open = entries.filter(({ status }) => status !== 'skipped')
  const fine = lotsOf(open, graph, (entry) => [entry.target, entry.runner, entry.strategy, entry.status === 'planned'])
  // Where jobs are scarce a job of the target gets all, and decides itself, as it would have.
  const lots = fine.length <= maxJobs ? fine : lotsOf(open, graph, ({ target, runner }) => [target, runner])
  if (lots.length > maxJobs)
    return `"${maxJobs}" is too few: there are ${lots.length} targets with something to build, and each needs a job of its own`
  allot(lots, maxJobs)
  return lots
    .flatMap((lot) => fill(lot).map((groups) => makeJob(groups, graph)))
    .sort((a, b) => b.cost - a.cost || compare(nameOf(a), nameOf(b)))
}

function lotsOf(entries: readonly Entry[], graph: DerivationGraph, key: (entry: Entry) => readonly unknown[]): Lot[] {
  const lots = new Map<string, Entry[]>()
  for (const entry of [...entries].sort(byName)) {
    const name = JSON.stringify(key(entry))
    lots.set(name, [...(lots.get(name) ?? []), entry])
  }
  return [...lots]
    .sort(([a], [b]) => compare(a, b))
    .map(([, members]) => {
      const groups = groupByShared(members, graph).map((group) => ({ entries: group, cost: costOf(group, graph) }))
      const total = groups.reduce((sum, { cost }) => sum + cost, 0)
      return { groups, total, jobs: Math.max(1, Math.min(groups.length, Math.ceil(total / WORTH_A_JOB))) }
    })
}

/** Takes jobs from the lots whose jobs would still be the lightest, until there are few enough. */
function allot(lots: readonly Lot[], maxJobs: number): void {
  for (let count = lots.reduce((sum, { jobs }) => sum + jobs, 0); count > maxJobs; count -= 1) {
    const loadWithout = ({ total, jobs }: Lot): number => (jobs > 1 ? total / (jobs - 1) : Number.POSITIVE_INFINITY)
    const lightest = lots.reduce((best, lot) => (loadWithout(lot) < loadWithout(best) ? lot : best))
    lightest.jobs -= 1
  }
}

/** Longest first, each into the job that has least to do (Graham 1969: at most 4/3 of the best). */
function fill({ groups, jobs }: Lot): readonly (readonly Group[])[] {
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
