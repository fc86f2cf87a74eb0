import type { Command, Commands } from '../runner/ports.ts'
import { type PathInfo, parseConfig, parsePathInfos, type SettingValue } from './json.ts'
import { type Nix, nixCommand } from './nix.ts'
import type { StorePath } from './store-path.ts'
import { atLeast } from './version.ts'

const FEATURES = ['--extra-experimental-features', 'nix-command']
const QUERY_LIMIT_SECONDS = 600
/** Paths in one command line: it ends at 2 MB, a path has up to 250 characters. */
const PATHS_A_COMMAND = 5000

/** A command of the new interface, which a machine's own Nix may have switched off. */
export const newCommand = (nix: Nix, args: readonly string[], more: Partial<Command> = {}): Command =>
  nixCommand(nix, 'nix', [...FEATURES, ...args], more)

export interface Query {
  /** All that the paths refer to as well. */
  readonly recursive?: boolean
  /** URL of another store than the local one. */
  readonly store?: string
  /** Makes the command, where another store wants an environment of its own. */
  readonly command?: (args: readonly string[]) => Promise<Command>
}

/** What a store knows of paths; those that it does not have are left out. @throws CommandError where it does not answer */
export async function pathInfos(
  commands: Pick<Commands, 'run'>,
  nix: Nix,
  paths: readonly StorePath[],
  { recursive = false, store, command = async (args) => newCommand(nix, args) }: Query = {},
): Promise<readonly PathInfo[]> {
  const infos = new Map<StorePath, PathInfo>()
  for (const some of slices(paths)) {
    const args = [
      // from 2.33 on the format has to be named
      ...['path-info', '--json', ...(atLeast(nix.version, '2.33') ? ['--json-format', '1'] : [])],
      ...[...(recursive ? ['--recursive'] : []), ...(store === undefined ? [] : ['--store', store]), '--', ...some],
    ]
    const { stdout } = await commands.run(await command(args), { timeoutSeconds: QUERY_LIMIT_SECONDS })
    for (const info of parsePathInfos(stdout)) infos.set(info.path, info)
  }
  return [...infos.values()]
}

/** Paths in as many lists as command lines are needed for them. */
export function slices<T>(paths: readonly T[]): readonly (readonly T[])[] {
  const parts: T[][] = []
  for (let at = 0; at < paths.length; at += PATHS_A_COMMAND) parts.push(paths.slice(at, at + PATHS_A_COMMAND))
  return parts
}

/** The settings in force. @throws CommandError */
export async function configInForce(
  commands: Pick<Commands, 'run'>,
  nix: Nix,
): Promise<ReadonlyMap<string, SettingValue>> {
  const show = atLeast(nix.version, '2.20') ? ['config', 'show'] : ['show-config']
  const { stdout } = await commands.run(newCommand(nix, [...show, '--json']), { timeoutSeconds: 60 })
  return parseConfig(stdout)
}
