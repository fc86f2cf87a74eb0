import type { Nix } from '../nix/nix.ts'
import type { DrvPath } from '../nix/store-path.ts'
import { inParallel } from '../runner/parallel.ts'
import type { Runner } from '../runner/ports.ts'
import { type DerivationGraph, reachable, UNKNOWN_DERIVATION } from './graph.ts'
import { dryRun, readClosure } from './missing.ts'
import type { Cost } from './types.ts'
import { type Durations, fetchSeconds, isForeign, weightOf } from './weights.ts'

const SUBSTITUTERS_LIMIT_SECONDS = 60

/** Of a build whose own tools run at full speed, and others do not: nothing says how much these do. */
const MIXED_SHARE = 0.5

/** What an estimate needs to know besides the derivations. */
export interface Speeds {
  /** Systems whose programs run without an emulator. */
  readonly native: readonly string[]
  readonly durations: Durations
}

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
  const [missing, graph] = await Promise.all([
    inParallel(runner.facts.cpus, distinct, (drvPath) => dryRun(runner, nix, [drvPath], SUBSTITUTERS_LIMIT_SECONDS)),
    readClosure(distinct),
  ])
  const costs = new Map<string, Cost>()
  for (const [index, drvPath] of distinct.entries()) {
    const told = missing[index]
    if (told !== undefined) costs.set(drvPath, costOf(drvPath, told.toBuild, told.bytesToFetch, graph, speeds))
  }
  return { costs, graph }
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
  { native, durations }: Speeds,
): Cost {
  const counts: Record<string, number> = {}
  const emulated: string[] = []
  const unemulatable: string[] = []
  let seconds = fetchSeconds(bytesToFetch)
  let nativeSeconds = seconds
  for (const path of toBuild) {
    const facts = graph.get(path) ?? UNKNOWN_DERIVATION
    counts[facts.system] = (counts[facts.system] ?? 0) + 1
    const foreign = isForeign(facts.system, native)
    const share = foreign ? 1 : emulatedShare(path, graph, native)
    if (share > 0) emulated.push(foreign ? `${facts.name} (${facts.system})` : facts.name)
    if (foreign && facts.features.some(isOfMachines)) unemulatable.push(`${facts.name} (${facts.features.join(', ')})`)
    const atFullSpeed = weightOf(facts, native, durations, false)
    seconds += share === 0 ? atFullSpeed : share * weightOf(facts, native, durations, true) + (1 - share) * atFullSpeed
    nativeSeconds += atFullSpeed
  }
  return {
    toBuild: counts,
    bytesToFetch,
    seconds,
    nativeSeconds,
    emulated: emulated.sort(),
    unemulatable,
    closure: bySystem(drvPath, graph),
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
