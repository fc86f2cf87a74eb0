import type { Nix } from '../nix/nix.ts'
import type { DrvPath } from '../nix/store-path.ts'
import { inParallel } from '../runner/parallel.ts'
import type { Runner } from '../runner/ports.ts'
import { type DerivationGraph, numbersIn, reachable, UNKNOWN_DERIVATION } from './graph.ts'
import { dryRun, readClosure } from './missing.ts'
import { divide, type Share } from './shares.ts'
import type { Cost } from './types.ts'
import { type Durations, fetchSeconds, isForeign, weightOf } from './weights.ts'

const SUBSTITUTERS_LIMIT_SECONDS = 60
/** Each walks through all that a derivation needs: a tenth of a second for a thousand. */
const MOST_DRY_RUNS = 8

/** Of a build whose own tools run at full speed, and others do not: nothing says how much these do. */
const MIXED_SHARE = 0.5

/** What an estimate needs to know besides the derivations. */
export interface Speeds {
  /** Systems whose programs run without an emulator. */
  readonly native: readonly string[]
  readonly durations: Durations
}

/** Speeds without experience; one value for each machine, since what derivations weigh is kept with it. */
export function speedsOf(native: readonly string[]): Speeds {
  const speeds = speedsByNative.get(native) ?? { native, durations: new Map() }
  speedsByNative.set(native, speeds)
  return speeds
}

const speedsByNative = new WeakMap<readonly string[], Speeds>()

/**
 * What would have to be built and fetched for each derivation, and what that costs. A derivation whose dry run fails
 * has no entry.
 */
export async function gatherCosts(
  runner: Runner,
  nix: Nix,
  derivations: readonly DrvPath[],
  speeds: Speeds,
): Promise<{ readonly costs: ReadonlyMap<string, Cost>; readonly graph: DerivationGraph }> {
  const distinct = [...new Set(derivations)]
  const reading = readClosure(distinct)
  const missing = await whatIsMissing(runner, nix, distinct, reading)
  const graph = await reading
  const costs = new Map<string, Cost>()
  for (const [drvPath, { toBuild, bytesToFetch }] of missing)
    costs.set(drvPath, costOf(drvPath, toBuild, bytesToFetch, graph, speeds))
  return { costs, graph }
}

/** One dry run for each of a few derivations; for many, one for all. */
async function whatIsMissing(
  runner: Runner,
  nix: Nix,
  derivations: readonly DrvPath[],
  graph: Promise<DerivationGraph>,
): Promise<ReadonlyMap<string, Share>> {
  if (derivations.length > MOST_DRY_RUNS) {
    const all = await dryRun(runner, nix, derivations, SUBSTITUTERS_LIMIT_SECONDS)
    if (all !== undefined) return divide(all, derivations, await graph)
  }
  const each = await inParallel(runner.facts.cpus, derivations, async (drvPath) => {
    const told = await dryRun(runner, nix, [drvPath], SUBSTITUTERS_LIMIT_SECONDS)
    return told === undefined ? [] : [[drvPath, told] as const]
  })
  return new Map(each.flat())
}

/**
 * The cost of what is missing of one derivation.
 * @param toBuild derivations that have to be built for it
 * @param graph holds these and what they need, as far as it is known
 */
export function costOf(
  drvPath: string,
  toBuild: readonly string[],
  bytesToFetch: number,
  graph: DerivationGraph,
  speeds: Speeds,
): Cost {
  const counts = new Map<string, number>()
  const emulated: string[] = []
  const unemulatable: string[] = []
  const features = new Set<string>()
  let seconds = fetchSeconds(bytesToFetch)
  let nativeSeconds = seconds
  for (const weight of weightsOf(toBuild, graph, speeds)) {
    counts.set(weight.system, (counts.get(weight.system) ?? 0) + 1)
    if (weight.emulated !== undefined) emulated.push(weight.emulated)
    if (weight.unemulatable !== undefined) unemulatable.push(weight.unemulatable)
    for (const feature of weight.features) features.add(feature)
    seconds += weight.seconds
    nativeSeconds += weight.nativeSeconds
  }
  const built = Object.fromEntries(counts)
  return {
    toBuild: built,
    bytesToFetch,
    seconds,
    nativeSeconds,
    emulated: emulated.sort(),
    unemulatable,
    features: [...features],
    closure: toBuild === reachable(graph, drvPath) ? built : bySystem(drvPath, graph),
  }
}

/** What building one derivation costs, all that it needs being there. */
interface Weight {
  readonly system: string
  readonly seconds: number
  readonly nativeSeconds: number
  /** What is said of it where its build runs programs that this machine does not execute. */
  readonly emulated: string | undefined
  readonly unemulatable: string | undefined
  readonly features: readonly string[]
}

/** By number, kept with the graph and the speeds: most packages of a flake need the same derivations. */
const weighed = new WeakMap<DerivationGraph, WeakMap<Speeds, Weight[]>>()

/** @param graph is not changed any more */
export function weightsOf(paths: readonly string[], graph: DerivationGraph, speeds: Speeds): readonly Weight[] {
  const ofGraph = weighed.get(graph) ?? new WeakMap<Speeds, Weight[]>()
  const weights = ofGraph.get(speeds) ?? []
  weighed.set(graph, ofGraph.set(speeds, weights))
  return numbersIn(graph, paths).map((number, index) => {
    const known = weights[number]
    if (known !== undefined) return known
    const weight = weightIn(graph, paths[index] ?? '', speeds)
    if (number >= 0) weights[number] = weight
    return weight
  })
}

function weightIn(graph: DerivationGraph, path: string, { native, durations }: Speeds): Weight {
  const facts = graph.get(path) ?? UNKNOWN_DERIVATION
  const { name, system, features } = facts
  const foreign = isForeign(system, native)
  const share = foreign ? 1 : emulatedShare(path, graph, native)
  const nativeSeconds = weightOf(facts, native, durations, false)
  return {
    system,
    seconds:
      share === 0 ? nativeSeconds : share * weightOf(facts, native, durations, true) + (1 - share) * nativeSeconds,
    nativeSeconds,
    emulated: share === 0 ? undefined : foreign ? `${name} (${system})` : name,
    unemulatable: foreign && features.some(isOfMachines) ? `${name} (${features.join(', ')})` : undefined,
    features: features.filter((feature) => !feature.startsWith('gccarch-')),
  }
}

/** Features that an emulated build does not have, whatever the machine says. */
export const isOfMachines = (feature: string): boolean => feature === 'kvm' || feature === 'nixos-test'

/**
 * How much of a build of this machine's own system is emulated, because it runs programs that another system's derivation
 * made (a tool taken from another flake, say): all where its builder is one of them, else half: its own shell and
 * compiler run at full speed.
 */
function emulatedShare(path: string, graph: DerivationGraph, native: readonly string[]): number {
  const { inputs, tools, system } = graph.get(path) ?? UNKNOWN_DERIVATION
  if (system === 'builtin') return 0
  const foreign = inputs.flatMap((input) => {
    const { outputs, system: made, fixedOutput } = graph.get(input) ?? UNKNOWN_DERIVATION
    return isForeign(made, native) && !fixedOutput ? outputs : []
  })
  const used = tools.filter((tool) => foreign.includes(tool))
  if (used.length === 0) return 0
  return used[0] === tools[0] ? 1 : MIXED_SHARE
}

function bySystem(root: string, graph: DerivationGraph): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const path of reachable(graph, root)) {
    const { system } = graph.get(path) ?? UNKNOWN_DERIVATION
    counts[system] = (counts[system] ?? 0) + 1
  }
  return counts
}
