import type { Nix } from '../../nix/nix.ts'
import { newCommand, slices } from '../../nix/store.ts'
import type { StorePath } from '../../nix/store-path.ts'
import type { Runner } from '../../runner/ports.ts'
import { parseDamaged } from './closure.ts'

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
    const command = newCommand(nix, ['store', 'verify', '--no-trust', '--', ...some])
    const result = await runner.commands.run(command, { accept: 'any', timeoutSeconds: 4 * 3600, discardStdout: true })
    if (result.exitCode === 0) continue
    const found = parseDamaged(result.stderr)
    if (found.length === 0)
      throw new Error(`the local store could not be checked: ${result.stderr.trim().split('\n').slice(-3).join(' ')}`)
    for (const path of found) damaged.set(path, 'its content in the local store is damaged; nix-store --repair-path it')
  }
  return damaged
}
