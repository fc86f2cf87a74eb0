import type { PathInfo } from '../nix/json.ts'
import { type Nix, nixCommand } from '../nix/nix.ts'
import { pathInfos } from '../nix/store.ts'
import { type DrvPath, parseStorePath, type StorePath } from '../nix/store-path.ts'
import type { Runner } from '../runner/ports.ts'

const QUERY_LIMIT_SECONDS = 600

/** Which of the paths are valid in the local store. */
export async function validPaths(runner: Runner, nix: Nix, paths: readonly StorePath[]): Promise<ReadonlySet<string>> {
  if (paths.length === 0) return new Set()
  const command = nixCommand(nix, 'nix-store', ['--check-validity', '--print-invalid', ...paths])
  const { stdout } = await runner.commands.run(command, { timeoutSeconds: QUERY_LIMIT_SECONDS })
  const invalid = new Set(stdout.split('\n'))
  return new Set(paths.filter((path) => !invalid.has(path)))
}

/** All that the paths refer to, themselves included, with sizes, hashes and signatures. */
export const closureOf = (runner: Runner, nix: Nix, paths: readonly StorePath[]): Promise<readonly PathInfo[]> =>
  pathInfos(runner.commands, nix, paths, { recursive: true })

/** A derivation with all derivations that it needs. */
export async function derivationClosure(runner: Runner, nix: Nix, drvPath: DrvPath): Promise<ReadonlySet<string>> {
  const command = nixCommand(nix, 'nix-store', ['--query', '--requisites', drvPath])
  const { stdout } = await runner.commands.run(command, { timeoutSeconds: QUERY_LIMIT_SECONDS })
  return new Set(stdout.split('\n').filter((path) => path.endsWith('.drv')))
}

/** The output paths of derivations that are valid by now. Never throws: what cannot be asked is told at the end. */
export async function outputsInStore(
  runner: Runner,
  nix: Nix,
  derivations: readonly string[],
): Promise<readonly StorePath[]> {
  const command = nixCommand(nix, 'nix-store', ['--query', '--outputs', ...derivations])
  const { stdout } = await runner.commands
    .run(command, { timeoutSeconds: QUERY_LIMIT_SECONDS })
    .catch(() => ({ stdout: '' }))
  const paths = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map(parseStorePath)
  const valid = await validPaths(runner, nix, paths).catch(() => new Set<string>())
  return paths.filter((path) => valid.has(path))
}
