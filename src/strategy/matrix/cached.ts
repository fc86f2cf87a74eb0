import { parsePathInfos } from '../../nix/json.ts'
import { type Nix, nixCommand } from '../../nix/nix.ts'
import type { Runner } from '../../runner/ports.ts'
import { inChunks } from '../missing.ts'

const QUERY_LIMIT_SECONDS = 300
const MOST_ARGUMENTS = 1000

/**
 * Those of the paths that a substituter has. For paths that are in the planning machine's own store, where a dry run
 * tells nothing: other machines do not have that store.
 */
export async function inSubstituters(runner: Runner, nix: Nix, paths: readonly string[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  if (paths.length === 0) return found
  for (const substituter of nix.substituters) {
    for (const some of inChunks(
      paths.filter((path) => !found.has(path)),
      MOST_ARGUMENTS,
    )) {
      const command = nixCommand(nix, 'nix', ['path-info', '--json', '--store', substituter, ...some])
      const result = await runner.commands.run(command, { accept: 'any', timeoutSeconds: QUERY_LIMIT_SECONDS })
      if (result.exitCode !== 0) runner.log.debug(`${substituter} does not tell what it has: ${result.stderr}`)
      else for (const { path } of parsePathInfos(result.stdout)) found.add(path)
    }
  }
  return found
}
