import { type Nix, nixCommand } from '../nix/nix.ts'
import type { StorePath } from '../nix/store-path.ts'
import { atLeast } from '../nix/version.ts'
import { UserError } from '../runner/errors.ts'
import type { Runner } from '../runner/ports.ts'
import { type PathFacts, parseDamaged, parsePathInfo } from './closure.ts'

const FEATURES = ['--extra-experimental-features', 'nix-command']
/** Paths in one command line: it ends at 2 MB, a path has up to 250 characters. */
const PATHS_A_COMMAND = 5000

/** Everything that the roots need at run time, themselves included. @throws CommandError where a root is not valid */
export async function closureOf(runner: Runner, nix: Nix, roots: readonly StorePath[]): Promise<readonly PathFacts[]> {
  if (roots.length === 0) return []
  // from 2.33 on the format has to be named
  const format = atLeast(nix.version, '2.33') ? ['--json-format', '1'] : []
  const closure = new Map<StorePath, PathFacts>()
  for (const some of slices(roots)) {
    const command = nixCommand(nix, 'nix', [
      ...FEATURES,
      'path-info',
      '--json',
      ...format,
      '--recursive',
      '--',
      ...some,
    ])
    const { stdout } = await runner.commands.run(command, { timeoutSeconds: 600 })
    for (const facts of parsePathInfo(stdout)) closure.set(facts.path, facts)
  }
  return [...closure.values()]
}

/**
 * Checks the contents of local paths against their hashes: `nix copy` uploads a rotten path without a look.
 * @throws UserError naming the damaged paths
 */
export async function verifyLocal(runner: Runner, nix: Nix, paths: readonly StorePath[]): Promise<void> {
  for (const some of slices(paths)) {
    const command = nixCommand(nix, 'nix', [...FEATURES, 'store', 'verify', '--no-trust', '--', ...some])
    const result = await runner.commands.run(command, { accept: 'any', silentSeconds: 3600, discardStdout: true })
    if (result.exitCode === 0) continue
    const damaged = parseDamaged(result.stderr)
    const what = damaged.length === 0 ? result.stderr.trim().split('\n').slice(-3).join('\n') : damaged.join(', ')
    throw new UserError(
      `Nothing is pushed: the local store is damaged (${what}). ` +
        'Repair it with: nix-store --repair-path PATH, or delete the paths and build them again.',
    )
  }
}

function slices<T>(list: readonly T[]): readonly (readonly T[])[] {
  const parts: T[][] = []
  for (let at = 0; at < list.length; at += PATHS_A_COMMAND) parts.push(list.slice(at, at + PATHS_A_COMMAND))
  return parts
}
