import type { StorePath } from '../../nix/store-path.ts'
import { storeName } from '../../nix/store-path.ts'
import { systemInDerivation } from '../costs.ts'
import type { DerivationFacts, DerivationGraph } from './types.ts'

/**
 * What the planner needs from the text of a .drv file (Nix, src/libstore/derivations.cc): inside its strings every
 * quote is escaped, so that `("` begins a tuple.
 */
export function readDerivation(path: string, text: string): DerivationFacts {
  const inputs = [...text.matchAll(/\("(\/[^"\\]+\.drv)",\(?\[/g)].map((match) => match[1] ?? '')
  const outputs = text.slice(0, text.indexOf('],['))
  return {
    system: systemInDerivation(text),
    name: storeName(path as StorePath),
    fixedOutput: /\("[^"]*","[^"]*","[^"]*","[^"]+"\)/.test(outputs),
    trivial: text.includes('("preferLocalBuild","1")'),
    inputs,
  }
}

/**
 * Derivations that have to be built for one: those of the graph that it reaches through others of the graph. The
 * graph holds only what neither the store nor a substituter has, so what is behind another is not needed.
 */
export function reachable(graph: DerivationGraph, root: string): readonly string[] {
  const found = new Set<string>()
  const open = graph.has(root) ? [root] : []
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (found.has(path)) continue
    found.add(path)
    for (const input of graph.get(path)?.inputs ?? []) if (graph.has(input) && !found.has(input)) open.push(input)
  }
  return [...found].sort()
}
