import { readFileSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { type DryRun, parseDryRun } from '../nix/json.ts'
import { type Nix, nixCommand } from '../nix/nix.ts'
import { CommandError } from '../runner/errors.ts'
import type { Runner } from '../runner/ports.ts'
import { type DerivationFacts, type DerivationGraph, readDerivation, UNKNOWN_DERIVATION } from './graph.ts'

const PLANNER_LIMIT_SECONDS = 1800
/** Keeps a command line below the kernel's limit. */
const MOST_ARGUMENTS = 2000
const FILES_AT_ONCE = 100
const WITHOUT_SUBSTITUTERS = ['--option', 'substitute', 'false']

/** What is missing of a set of derivations. */
export interface Missing {
  /** Derivations that no substituter has, nor the store where it was asked, with what they need. */
  readonly graph: DerivationGraph
  /** Paths that a substituter has and the store has not. */
  readonly fetchable: ReadonlySet<string>
}

/**
 * What would have to be built for all derivations together: one `nix-store --realise --dry-run`, then the .drv files
 * of what is missing, instead of a dry run for each.
 */
export async function gatherMissing(runner: Runner, nix: Nix, derivations: readonly string[]): Promise<Missing> {
  const toBuild = new Set<string>()
  const fetchable = new Set<string>()
  // Read while Nix looks: most of it where much is missing, and no more once Nix has told what is.
  const reading = new AbortController()
  const ahead = readClosure(derivations, reading.signal)
  for (const some of inChunks([...new Set(derivations)], MOST_ARGUMENTS)) {
    const missing = await dryRun(runner, nix, some, PLANNER_LIMIT_SECONDS)
    if (missing === undefined) {
      runner.log.warning('What has to be built is not known, all is taken as missing')
      for (const path of some) toBuild.add(path)
    }
    for (const path of missing?.toBuild ?? []) toBuild.add(path)
    for (const path of missing?.toFetch ?? []) fetchable.add(path)
  }
  reading.abort()
  return { graph: await readGraph([...toBuild], await ahead), fetchable }
}

/**
 * What is missing where no substituter is asked: all of it, for a machine that does not have this one's store. Then the
 * files tell, and Nix need not.
 */
async function readMissing(runner: Runner, nix: Nix, derivations: readonly string[]): Promise<Missing> {
  const graph = await readClosure(derivations)
  const complete = ![...graph.values()].includes(UNKNOWN_DERIVATION)
  return complete ? { graph, fetchable: new Set() } : gatherMissing(runner, nix, derivations)
}

/**
 * Looks up what is missing for the machines of jobs, which have what substituters have: in portions, while others are
 * evaluated.
 * @returns looks up those of the derivations that it has not been given before, and tells what is missing of all given
 */
export function openMissing(runner: Runner, nix: Nix): (derivations: readonly string[]) => Promise<Missing> {
  const gather = nix.substituters.length === 0 ? readMissing : gatherMissing
  const portions = new Map<string, Promise<Missing>>()
  return async (derivations) => {
    const fresh = [...new Set(derivations)].filter((path) => !portions.has(path))
    const portion = fresh.length === 0 ? undefined : gather(runner, nix, fresh)
    if (portion !== undefined) for (const path of fresh) portions.set(path, portion)
    return union(await Promise.all(new Set(derivations.flatMap((path) => portions.get(path) ?? []))))
  }
}

const union = (all: readonly Missing[]): Missing => {
  const [only] = all
  if (all.length === 1 && only !== undefined) return only
  return {
    graph: new Map(all.flatMap(({ graph }) => [...graph])),
    fetchable: new Set(all.flatMap(({ fetchable }) => [...fetchable])),
  }
}

/**
 * What Nix would build and fetch: it asks the store and all substituters itself, 25 paths at once.
 * @param limit seconds for the answers of the substituters; after these they are not asked
 * @returns undefined where Nix cannot tell
 */
export async function dryRun(
  runner: Runner,
  nix: Nix,
  derivations: readonly string[],
  limit: number,
): Promise<DryRun | undefined> {
  // With --fallback Nix goes on without a substituter that fails.
  let ways = [[], ['--fallback'], WITHOUT_SUBSTITUTERS]
  for (let way = ways.shift(); way !== undefined; way = ways.shift()) {
    const lines: string[] = []
    const command = nixCommand(nix, 'nix-store', ['--realise', '--dry-run', ...way, ...derivations])
    const result = await runner.commands.run(command, {
      accept: 'any',
      timeoutSeconds: limit,
      // The result keeps only the end of stderr, and the list of a large flake is longer.
      onLine: (line, stream) => {
        if (stream === 'stderr') lines.push(line)
      },
    })
    if (result.stopped === 'cancelled') throw new CommandError(command, result)
    if (result.stopped === undefined && result.exitCode === 0) return parseDryRun(lines.join('\n'))
    if (result.stopped === undefined) continue
    runner.log.warning(`The substituters did not say within ${limit} s what they have: taken as if they had nothing`)
    ways = ways.filter((other) => other === WITHOUT_SUBSTITUTERS)
  }
  return undefined
}

/**
 * Reads .drv files; one that is not there is told as unknown.
 * @param known read before
 */
async function readGraph(paths: readonly string[], known: DerivationGraph): Promise<DerivationGraph> {
  const graph = new Map<string, DerivationFacts>()
  for (const some of inChunks(paths, FILES_AT_ONCE)) {
    await setImmediate() // commands are begun, and listened to
    for (const path of some) graph.set(path, known.get(path) ?? readFacts(path))
  }
  return graph
}

/** At once: a promise for each of some thousand small files takes several times longer than reading them. */
function readFacts(path: string): DerivationFacts {
  try {
    return readDerivation(path, readFileSync(path, 'utf8'))
  } catch {
    return UNKNOWN_DERIVATION // a store elsewhere
  }
}

/**
 * The graph of all that derivations need, themselves included: some thousand small files at most.
 * @param signal ends it with what has been read until then
 */
export async function readClosure(roots: readonly string[], signal?: AbortSignal): Promise<DerivationGraph> {
  const graph = new Map<string, DerivationFacts>()
  for (let open: readonly string[] = [...new Set(roots)]; open.length > 0 && signal?.aborted !== true; ) {
    const read = await readGraph(open.slice(0, FILES_AT_ONCE), graph)
    for (const [path, facts] of read) graph.set(path, facts)
    const next = [...open.slice(FILES_AT_ONCE), ...[...read.values()].flatMap(({ inputs }) => inputs)]
    open = [...new Set(next)].filter((path) => !graph.has(path))
  }
  return graph
}

export function inChunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}
