import { readFile } from 'node:fs/promises'
import { parseDryRun } from '../../nix/json.ts'
import { type Nix, nixCommand } from '../../nix/nix.ts'
import { CommandError } from '../../runner/errors.ts'
import { inParallel } from '../../runner/parallel.ts'
import type { Runner } from '../../runner/ports.ts'
import { readDerivation } from './graph.ts'
import type { DerivationFacts, DerivationGraph } from './types.ts'

const DRY_RUN_LIMIT_SECONDS = 1800
/** Keeps a command line below the kernel's limit. */
const MOST_ARGUMENTS = 2000
const FILES_AT_ONCE = 32

/** What is missing of a set of derivations. */
export interface Missing {
  /** Derivations that neither the store nor a substituter has, with what they need. */
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
  for (const some of inChunks([...new Set(derivations)], MOST_ARGUMENTS)) {
    const lines: string[] = []
    const command = nixCommand(nix, 'nix-store', ['--realise', '--dry-run', ...some])
    const result = await runner.commands.run(command, {
      accept: 'any',
      timeoutSeconds: DRY_RUN_LIMIT_SECONDS,
      // The result keeps only the end of stderr, and the list of a large flake is longer.
      onLine: (line, stream) => {
        if (stream === 'stderr') lines.push(line)
      },
    })
    if (result.stopped !== undefined) throw new CommandError(command, result)
    const missing = parseDryRun(lines.join('\n'))
    if (result.exitCode !== 0) {
      runner.log.warning(`What has to be built is not known, all is taken as missing: ${lines.slice(-3).join(' ')}`)
      for (const path of some) toBuild.add(path)
    }
    for (const path of missing.toBuild) toBuild.add(path)
    for (const path of missing.toFetch) fetchable.add(path)
  }
  return { graph: await readGraph([...toBuild]), fetchable }
}

async function readGraph(paths: readonly string[]): Promise<DerivationGraph> {
  const facts = await inParallel(FILES_AT_ONCE, paths, async (path): Promise<DerivationFacts | undefined> => {
    try {
      return readDerivation(path, await readFile(path, 'utf8'))
    } catch {
      return undefined // a store elsewhere
    }
  })
  const unknown = { system: 'unknown', name: '', fixedOutput: false, trivial: false, inputs: [] }
  return new Map(paths.map((path, index) => [path, facts[index] ?? unknown]))
}

export function inChunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}
