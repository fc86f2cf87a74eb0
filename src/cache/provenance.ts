import type { Nix } from '../nix/nix.ts'
import type { DrvPath, StorePath } from '../nix/store-path.ts'
import type { Runner } from '../runner/ports.ts'
import { neededPaths } from './local.ts'
import { isUnverified } from './signer.ts'

/**
 * Paths among the outputs, closures and build inputs of derivations that came out of a cache for which nobody vouches
 * (an earlier step of the job without signing key): nothing that is made of them may be pushed.
 * @throws CommandError where the store cannot be asked
 */
export async function unverifiedPaths(
  runner: Runner,
  nix: Nix,
  drvPaths: readonly DrvPath[],
): Promise<readonly StorePath[]> {
  const needed = drvPaths.length === 0 ? [] : await neededPaths(runner, nix, drvPaths)
  return needed.filter(({ signatures }) => signatures.some(isUnverified)).map(({ path }) => path)
}
