import type { DryRun } from '../nix/dry-run.ts'
import { type DerivationGraph, reachable, UNKNOWN_DERIVATION } from './graph.ts'

/** What is missing of one derivation. */
export type Share = Pick<DryRun, 'toBuild' | 'bytesToFetch'>

/**
 * Each derivation's share of one dry run for all of them. What has to be built for it is exact; of the bytes, which Nix
 * tells for all together, it gets as many as it has of the paths to fetch.
 * @param graph all derivations with all that they need
 */
export function divide(all: DryRun, roots: readonly string[], graph: DerivationGraph): ReadonlyMap<string, Share> {
  const missing: DerivationGraph = new Map(all.toBuild.map((path) => [path, graph.get(path) ?? UNKNOWN_DERIVATION]))
  const toFetch = new Set<string>(all.toFetch)
  const fetched = (path: string): number => graph.get(path)?.outputs.filter((output) => toFetch.has(output)).length ?? 0
  const counts = new Map([...graph.keys()].map((path) => [path, fetched(path)]))
  return new Map(
    roots.map((root) => {
      const isThere = !missing.has(root) && counts.get(root) === 0
      const needed = isThere ? [] : reachable(graph, root)
      const paths = needed.reduce((sum, path) => sum + (counts.get(path) ?? 0), 0)
      const bytesToFetch = toFetch.size === 0 ? 0 : Math.round((all.bytesToFetch * paths) / toFetch.size)
      return [root, { toBuild: reachable(missing, root) as Share['toBuild'], bytesToFetch }]
    }),
  )
}
