import type { Nix } from '../nix/nix.ts'
import type { DrvPath } from '../nix/store-path.ts'
import { inParallel } from '../runner/parallel.ts'
import type { Runner } from '../runner/ports.ts'
import { type DerivationGraph, reachable, UNKNOWN_DERIVATION } from './graph.ts'
import { dryRun, readClosure } from './missing.ts'
import type { Cost } from './types.ts'
import { type Durations, fetchSeconds, isForeign, weightOf } from './weights.ts'

const SUBSTITUTERS_LIMIT_SECONDS = 60

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
    const runsForeign = !foreign && usesForeign(path, graph, native)
    if (foreign || runsForeign) emulated.push(foreign ? `${facts.name} (${facts.system})` : facts.name)
    if (foreign && facts.features.some(isOfMachines)) unemulatable.push(`${facts.name} (${facts.features.join(', ')})`)
    seconds += weightOf(facts, native, durations, foreign || runsForeign)
    nativeSeconds += weightOf(facts, native, durations, false)
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

/** Its build runs a program that another system's derivation made: a toolchain taken from elsewhere, say. */
function usesForeign(path: string, graph: DerivationGraph, native: readonly string[]): boolean {
  const { inputs, tools, system } = graph.get(path) ?? UNKNOWN_DERIVATION
  if (system === 'builtin') return false
  return inputs.some((input) => {
    const { outputs, system: made, fixedOutput } = graph.get(input) ?? UNKNOWN_DERIVATION
    return isForeign(made, native) && !fixedOutput && outputs.some((output) => tools.includes(output))
  })
}

function bySystem(root: string, graph: DerivationGraph): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const path of reachable(graph, root)) {
    const { system } = graph.get(path) ?? UNKNOWN_DERIVATION
    counts[system] = (counts[system] ?? 0) + 1
  }
  return counts
}
