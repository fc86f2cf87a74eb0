import { readFile } from 'node:fs/promises'
import { parseDryRun } from '../nix/json.ts'
import { type Nix, nixCommand } from '../nix/nix.ts'
import type { DrvPath } from '../nix/store-path.ts'
import { inParallel } from '../runner/parallel.ts'
import type { Runner } from '../runner/ports.ts'
import type { Cost } from './types.ts'

const DRY_RUN_LIMIT_SECONDS = 600

/**
 * What would have to be built and fetched for each derivation, from `nix-store --realise --dry-run`: Nix asks the
 * store and all substituters itself. A derivation whose dry run fails has no entry.
 */
export async function gatherCosts(
  runner: Runner,
  nix: Nix,
  derivations: readonly DrvPath[],
): Promise<ReadonlyMap<string, Cost>> {
  const distinct = [...new Set(derivations)]
  const costs = await inParallel(runner.facts.cpus, distinct, async (drvPath) => {
    const command = nixCommand(nix, 'nix-store', ['--realise', '--dry-run', drvPath])
    const result = await runner.commands.run(command, { accept: 'any', timeoutSeconds: DRY_RUN_LIMIT_SECONDS })
    if (result.exitCode !== 0 || result.stopped !== undefined) return undefined
    const { toBuild, bytesToFetch } = parseDryRun(result.stderr)
    return { toBuild: await countBySystem(toBuild), bytesToFetch }
  })
  return new Map(
    distinct.flatMap((drvPath, index) => (costs[index] === undefined ? [] : [[drvPath, costs[index]] as const])),
  )
}

async function countBySystem(derivations: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {}
  for (const drvPath of derivations) {
    const system = await systemOfDerivation(drvPath)
    counts[system] = (counts[system] ?? 0) + 1
  }
  return counts
}

/** The system in a .drv file: the first text after its lists of outputs and inputs (Nix src/libstore/derivations.cc). */
async function systemOfDerivation(drvPath: string): Promise<string> {
  try {
    return systemInDerivation(await readFile(drvPath, 'utf8'))
  } catch {
    return 'unknown'
  }
}

export function systemInDerivation(text: string): string {
  return /\],"([a-z0-9_]+(?:-[a-z0-9_]+)?)","/.exec(text)?.[1] ?? 'unknown'
}
