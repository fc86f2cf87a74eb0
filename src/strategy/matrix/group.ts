import { type DerivationGraph, numbersIn } from '../graph.ts'
import { isWorthSharing } from '../weights.ts'
import type { Entry } from './types.ts'

/** Of a derivation that is not worth a job in common. */
const NOBODY = -1

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
  const join = (index: number, first: number): void => {
    if (parent[index] !== parent[first]) parent[root(index)] = root(first)
  }
  const firstWith = new Map<number | string, number>()
  for (const [index, { toBuild }] of entries.entries()) {
    numbersIn(graph, toBuild).forEach((number, place) => {
      const path = toBuild[place] ?? ''
      const key = number < 0 ? path : number
      const first = firstWith.get(key)
      if (first === undefined) firstWith.set(key, isWorthSharing(graph.get(path)) ? index : NOBODY)
      else if (first !== NOBODY) join(index, first)
    })
  }
  const groups = new Map<number, Entry[]>()
  for (const [index, entry] of entries.entries()) {
    const group = groups.get(root(index))
    if (group === undefined) groups.set(root(index), [entry])
    else group.push(entry)
  }
  return [...groups.values()]
}
