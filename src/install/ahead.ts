import type { Runner } from '../runner/ports.ts'
import { baseSettings } from './conf.ts'
import type { Wanted } from './connect.ts'
import type { FoundNix } from './find.ts'
import { GROUP, settingsBeforeNix } from './machine/ahead.ts'
import { type OpenDaemon, openDaemon } from './settings.ts'

/** Names in nix.conf that change what this run sets for a daemon of its own (baseSettings, build users). */
const NAMES = /sandbox|max-jobs|connect-timeout|stalled-download|build-users-group|auto-allocate-uids|include/

/** Whether a Nix that root installs now will have the settings of this run that its own defaults lead to. */
export const isPlain = (settings: string): boolean => !NAMES.test(settings)

/**
 * Starts the daemon while the settings are read, where they will be those that a new Nix has of itself.
 * @returns undefined where that is not known
 */
export async function openAhead(
  runner: Runner,
  { bin, version, defaults }: FoundNix,
  { userLines, prepared, idle }: Pick<Wanted, 'userLines' | 'prepared' | 'idle'>,
  machine: Parameters<typeof baseSettings>[2],
): Promise<OpenDaemon | undefined> {
  const lines = settingsBeforeNix(runner, userLines)
  if (defaults === undefined || prepared === undefined || lines === undefined || !isPlain(lines)) return undefined
  const settings = { ...baseSettings(defaults, version, machine), 'build-users-group': GROUP }
  return await openDaemon(runner, { bin, settings, userLines, socket: undefined, idle })
}
