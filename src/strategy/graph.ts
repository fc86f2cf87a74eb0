import type { StorePath } from '../nix/store-path.ts'
import { storeName } from '../nix/store-path.ts'

/** What a build mostly runs: a compiler, a shell, or the interpreter of its own language. */
export type BuildKind = 'compiler' | 'shell' | 'interpreter'

/** What is known of a derivation. */
export interface DerivationFacts {
  /** Build platform, or `builtin`. */
  readonly system: string
  readonly name: string
  /** Its output is fixed by a hash: a download. */
  readonly fixedOutput: boolean
  /** Its author says that it is cheaper built than fetched (`preferLocalBuild`). */
  readonly trivial: boolean
  readonly kind: BuildKind
  /** Derivations that it needs. */
  readonly inputs: readonly string[]
  /** Its output paths, as far as they are known before the build. */
  readonly outputs: readonly string[]
  /** Store paths whose programs its build runs: builder, stdenv and `nativeBuildInputs`. */
  readonly tools: readonly string[]
  /** `requiredSystemFeatures`. */
  readonly features: readonly string[]
}

/** By path of the .drv file. */
export type DerivationGraph = ReadonlyMap<string, DerivationFacts>

/** What stands for a derivation that cannot be read: of a store elsewhere. */
export const UNKNOWN_DERIVATION: DerivationFacts = {
  system: 'unknown',
  name: '',
  fixedOutput: false,
  trivial: false,
  kind: 'compiler',
  inputs: [],
  outputs: [],
  tools: [],
  features: [],
}

/**
 * What the planner needs from the text of a .drv file (Nix, src/libstore/derivations.cc): inside its strings every
 * quote is escaped, so that `("` begins a tuple.
 */
export function readDerivation(path: string, text: string): DerivationFacts {
  const inputs = [...text.matchAll(/\("(\/[^"\\]+\.drv)",\(?\[/g)].map((match) => match[1] ?? '')
  const outputs = text.slice(0, text.indexOf('],['))
  const head = /\],"([a-z0-9_]+(?:-[a-z0-9_]+)?)","([^"]*)",\[/.exec(text)
  const name = storeName(path as StorePath).replace(/\.drv$/, '')
  const trivial = text.includes('("preferLocalBuild","1")')
  return {
    system: head?.[1] ?? 'unknown',
    name,
    fixedOutput: /\("[^"]*","[^"]*","[^"]*","[^"]+"\)/.test(outputs),
    trivial,
    kind: kindOf(name, trivial, inputs),
    inputs,
    outputs: [...outputs.matchAll(/\("[^"]*","(\/[^"]+)"/g)].map((match) => match[1] ?? ''),
    tools: [head?.[2] ?? '', ...toolsIn(text)].filter((tool) => tool.startsWith('/')).map(storePathOf),
    features: wordsOf(text, 'requiredSystemFeatures'),
  }
}

const storePathOf = (path: string): string => path.split('/').slice(0, 4).join('/')

const toolsIn = (text: string): readonly string[] =>
  ['nativeBuildInputs', 'depsBuildBuild', 'stdenv'].flatMap((name) => wordsOf(text, name))

/** A list in the environment of a derivation, or in its structured attributes. */
function wordsOf(text: string, name: string): readonly string[] {
  const value = new RegExp(`\\("${name}","([^"]*)"\\)`).exec(text)?.[1] ?? ''
  const structured = new RegExp(`\\\\"${name}\\\\":\\[([^\\]]*)\\]`).exec(text)?.[1] ?? ''
  return [...value.split(/\s+/), ...structured.replaceAll('\\"', '').split(',')].filter((word) => word !== '')
}

/** Names of what a build needs where an interpreter does most of its work, and where a compiler does. */
const INTERPRETED = /^(?:python3?(?:\.\d+)?|perl5?(?:\.\d+)*|ruby(?:\d|\.)*|node|nodejs|R|lua(?:\d|\.)*|php\d*)-\S+-\d/
const INTERPRETERS = /-(?:nodejs|yarn|pnpm|npm-config-hook|pypa-build-hook|bundler)\b/
const COMPILERS = /-(?:stdenv|gcc|clang|cc-wrapper|rustc|cargo|go-\d|ghc|zig|ocaml|swift|openjdk|gnat|gfortran)/

function kindOf(name: string, trivial: boolean, inputs: readonly string[]): BuildKind {
  if (INTERPRETED.test(name) || inputs.some((input) => INTERPRETERS.test(input))) return 'interpreter'
  return !trivial && inputs.some((input) => COMPILERS.test(input)) ? 'compiler' : 'shell'
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
