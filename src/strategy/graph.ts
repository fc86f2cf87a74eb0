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
  const head = /\],"([a-z0-9_]+(?:-[a-z0-9_]+)?)","([^"]*)",\[/.exec(text)
  const before = text.slice(0, head?.index)
  const inputs = [...before.matchAll(/\("(\/[^"\\]+\.drv)",\(?\[/g)].map((match) => match[1] ?? '')
  const outputs = text.slice(0, text.indexOf('],['))
  const name = storeName(path as StorePath).replace(/\.drv$/, '')
  const trivial = text.includes('("preferLocalBuild","1")') || text.includes('\\"preferLocalBuild\\":true')
  return {
    system: head?.[1] ?? 'unknown',
    name,
    // an impure one has that word where a download has its hash
    fixedOutput: /\("[^"]*","[^"]*","[^"]*","(?!impure")[^"]+"\)/.test(outputs),
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
  const value = between(text, `("${name}","`, '"', '")')
  const structured = between(text, `\\"${name}\\":[`, ']', ']').replaceAll('\\"', '')
  return [...value.split(/\s+/), ...structured.split(',')].filter((word) => word !== '')
}

/** What stands between two marks, where the text goes on with `end` at the first `stop`. */
function between(text: string, start: string, stop: string, end: string): string {
  const from = text.indexOf(start) + start.length
  const to = from < start.length ? -1 : text.indexOf(stop, from)
  return to >= 0 && text.startsWith(end, to) ? text.slice(from, to) : ''
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
 * Derivations that have to be built for one: those of the graph that it reaches through others of the graph, sorted by name. The
 * graph holds only what neither the store nor a substituter has, so what is behind another is not needed.
 * @param graph is not changed any more: what was found in it once is kept with it
 */
export function reachable(graph: DerivationGraph, root: string): readonly string[] {
  const index = indexOf(graph)
  const known = index.reached.get(root)
  if (known !== undefined) return known
  const start = index.numbers.get(root)
  const found = start === undefined ? [] : reachedFrom(index, start)
  index.reached.set(root, found)
  return found
}

/**
 * Numbers of derivations in the graph, from 0 to its size; -1 for one that is not in it.
 * @param paths are not changed any more
 */
export function numbersIn(graph: DerivationGraph, paths: readonly string[]): readonly number[] {
  const { numbers, listed } = indexOf(graph)
  return listed.get(paths) ?? paths.map((path) => numbers.get(path) ?? -1)
}

/** A graph by numbers: hundreds of packages are asked for, each of which reaches most of it. */
interface Index {
  /** Sorted by name; the number of a path is its place. */
  readonly paths: readonly string[]
  readonly numbers: ReadonlyMap<string, number>
  readonly inputs: readonly (readonly number[])[]
  /** Number → the last search that came by. */
  readonly seen: Int32Array
  readonly reached: Map<string, readonly string[]>
  /** What was reached, by numbers. */
  readonly listed: WeakMap<readonly string[], readonly number[]>
}

const indexes = new WeakMap<DerivationGraph, Index>()

function indexOf(graph: DerivationGraph): Index {
  const known = indexes.get(graph)
  if (known !== undefined) return known
  const named = [...graph].map(([path, { name }]) => ({ path, key: `${name} ${path}` }))
  const paths = named.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ path }) => path)
  const numbers = new Map(paths.map((path, number) => [path, number]))
  const inputs = paths.map((path) => graph.get(path)?.inputs.flatMap((input) => numbers.get(input) ?? []) ?? [])
  const seen = new Int32Array(paths.length).fill(-1)
  const index = { paths, numbers, inputs, seen, reached: new Map(), listed: new WeakMap() }
  indexes.set(graph, index)
  return index
}

function reachedFrom({ paths, inputs, seen, listed }: Index, start: number): readonly string[] {
  const open = [start]
  seen[start] = start
  for (let number = open.pop(); number !== undefined; number = open.pop())
    for (const input of inputs[number] ?? [])
      if (seen[input] !== start) {
        seen[input] = start
        open.push(input)
      }
  const numbers: number[] = []
  for (let number = 0; number < paths.length; number += 1) if (seen[number] === start) numbers.push(number)
  const found = numbers.map((number) => paths[number] ?? '')
  listed.set(found, numbers)
  return found
}
