import type { DerivationGraph } from '../graph.ts'
import { isWorthSharing } from '../weights.ts'
import type { Entry } from './types.ts'

/**
 * Puts together the entries that share a derivation still to be built, directly or through others: each of the
 * groups can be built in a job of its own without building anything twice.
 */
export function groupByShared(entries: readonly Entry[], graph: DerivationGraph): readonly (readonly Entry[])[] {
  const parent = entries.map((_, index) => index)
  const root = (index: number): number => {
    let at = index
    while (parent[at] !== at) {
      parent[at] = parent[parent[at] ?? at] ?? at
      at = parent[at] ?? at
    }
    return at
  }
  const worth = new Set([...graph].flatMap(([path, facts]) => (isWorthSharing(facts) ? [path] : [])))
  const firstWith = new Map<string, number>()
  for (const [index, entry] of entries.entries()) {
    for (const derivation of entry.toBuild) {
      const first = firstWith.get(derivation)
      if (first !== undefined) parent[root(index)] = root(first)
      else if (worth.has(derivation) || !graph.has(derivation)) firstWith.set(derivation, index)
    }
  }
  const groups = new Map<number, Entry[]>()
  for (const [index, entry] of entries.entries()) {
    const group = groups.get(root(index))
    if (group === undefined) groups.set(root(index), [entry])
    else group.push(entry)
  }
  return [...groups.values()]
}
