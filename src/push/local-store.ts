import { type Nix, nixCommand } from '../nix/nix.ts'
import type { StorePath } from '../nix/store-path.ts'
import { atLeast } from '../nix/version.ts'
import type { Runner } from '../runner/ports.ts'
import { type PathFacts, parseDamaged, parsePathFacts } from './closure.ts'

export const FEATURES = ['--extra-experimental-features', 'nix-command']
/** Paths in one command line: it ends at 2 MB, a path has up to 250 characters. */
const PATHS_A_COMMAND = 5000

/** From 2.33 on the format of `path-info --json` has to be named. */
export const jsonFormat = (nix: Nix): readonly string[] =>
  atLeast(nix.version, '2.33') ? ['--json', '--json-format', '1'] : ['--json']

/** Everything that the roots need at run time, themselves included. @throws CommandError where a root is not valid */
export async function closureOf(runner: Runner, nix: Nix, roots: readonly StorePath[]): Promise<readonly PathFacts[]> {
  const closure = new Map<StorePath, PathFacts>()
  for (const some of slices(roots)) {
    const args = [...FEATURES, 'path-info', ...jsonFormat(nix), '--recursive', '--', ...some]
    const { stdout } = await runner.commands.run(nixCommand(nix, 'nix', args), { timeoutSeconds: 600 })
    for (const facts of parsePathFacts(stdout)) closure.set(facts.path, facts)
  }
  return [...closure.values()]
}

/**
 * Compares the contents of local paths with their hashes: `nix copy` uploads a rotten path without a look.
 * @returns what is wrong, by path
 * @throws Error where they could not be compared
 */
export async function damagedPaths(
  runner: Runner,
  nix: Nix,
  paths: readonly StorePath[],
): Promise<ReadonlyMap<StorePath, string>> {
  const damaged = new Map<StorePath, string>()
  for (const some of slices(paths)) {
    const command = nixCommand(nix, 'nix', [...FEATURES, 'store', 'verify', '--no-trust', '--', ...some])
    const result = await runner.commands.run(command, { accept: 'any', timeoutSeconds: 4 * 3600, discardStdout: true })
    if (result.exitCode === 0) continue
    const found = parseDamaged(result.stderr)
    if (found.length === 0)
      throw new Error(`the local store could not be checked: ${result.stderr.trim().split('\n').slice(-3).join(' ')}`)
    for (const path of found) damaged.set(path, 'its content in the local store is damaged; nix-store --repair-path it')
  }
  return damaged
}

function slices<T>(list: readonly T[]): readonly (readonly T[])[] {
  const parts: T[][] = []
  for (let at = 0; at < list.length; at += PATHS_A_COMMAND) parts.push(list.slice(at, at + PATHS_A_COMMAND))
  return parts
}
