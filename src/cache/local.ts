import { parsePathInfos } from '../nix/json.ts'
import { type Nix, nixCommand } from '../nix/nix.ts'
import { configInForce, slices } from '../nix/store.ts'
import type { DrvPath, StorePath } from '../nix/store-path.ts'
import { atLeast } from '../nix/version.ts'
import type { Runner } from '../runner/ports.ts'
import { member } from './decide.ts'
import type { LocalPath } from './select.ts'

const FEATURES = ['--extra-experimental-features', 'nix-command']
const LIMIT = { timeoutSeconds: 600 }

/**
 * All that is there of what derivations need and make: the outputs of theirs and of what they are built with, as far
 * as these are in the store, and the closures of those.
 */
export async function neededPaths(runner: Runner, nix: Nix, drvs: readonly DrvPath[]): Promise<readonly LocalPath[]> {
  const found = new Set<StorePath>()
  for (const some of slices(drvs)) {
    const command = nixCommand(nix, 'nix-store', ['--query', '--requisites', '--include-outputs', ...some])
    const { stdout } = await runner.commands.run(command, LIMIT)
    for (const path of stdout.split('\n')) if (path !== '' && !path.endsWith('.drv')) found.add(path as StorePath)
  }
  return await localPaths(runner, nix, [...found])
}

async function localPaths(runner: Runner, nix: Nix, paths: readonly StorePath[]): Promise<readonly LocalPath[]> {
  const format = atLeast(nix.version, '2.33') ? ['--json-format', '1'] : []
  const infos: LocalPath[] = []
  for (const some of slices(paths)) {
    const command = nixCommand(nix, 'nix', [...FEATURES, 'path-info', '--json', ...format, '--', ...some])
    const { stdout } = await runner.commands.run(command, LIMIT)
    infos.push(...parseLocalPaths(stdout))
  }
  return infos
}

/** Reads `nix path-info --json` with what it says of where a path was made. */
export function parseLocalPaths(document: string): readonly LocalPath[] {
  const value: unknown = JSON.parse(document)
  const items: readonly unknown[] = Array.isArray(value) ? value : Object.values(value ?? {})
  const names: readonly unknown[] = Array.isArray(value)
    ? items.map((item) => member(item, 'path'))
    : Object.keys(value ?? {})
  const ultimate = new Set(names.filter((_, at) => member(items[at], 'ultimate') === true))
  return parsePathInfos(document).map((info) => ({ ...info, ultimate: ultimate.has(info.path) }))
}

/** `trusted-public-keys` in force. */
export async function trustedKeys(runner: Runner, nix: Nix): Promise<readonly string[]> {
  const keys = (await configInForce(runner.commands, nix)).get('trusted-public-keys')
  return Array.isArray(keys) ? keys.map(String) : []
}

/**
 * Copies paths into the folder; what is there already, or has a stand-in there, is not copied again. Their contents
 * are checked first: `nix copy` packs a rotten path without a look.
 * @throws CommandError
 */
export async function copyInto(runner: Runner, nix: Nix, folder: string, paths: readonly StorePath[]): Promise<void> {
  // what an earlier `nix copy` believed to be somewhere must not count
  const fresh = `${runner.facts.folder}/cache-lookups`
  try {
    for (const some of slices(paths)) {
      const verify = nixCommand(nix, 'nix', [...FEATURES, 'store', 'verify', '--no-trust', '--', ...some])
      await runner.commands.run(verify, { silentSeconds: 1800, discardStdout: true })
      const args = [...FEATURES, 'copy', '--to', `file://${folder}?compression=zstd`, '--', ...some]
      const copy = nixCommand(nix, 'nix', args, { env: { XDG_CACHE_HOME: fresh } })
      await runner.commands.run(copy, { silentSeconds: 1800, discardStdout: true })
    }
  } finally {
    await runner.files.remove(fresh)
  }
}
