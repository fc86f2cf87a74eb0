import { accessSync, constants, existsSync } from 'node:fs'
import type { Nix } from '../nix/nix.ts'
import { nixCommand } from '../nix/nix.ts'
import { atLeast } from '../nix/version.ts'
import { UserError } from '../runner/errors.ts'
import type { Runner } from '../runner/ports.ts'
import { type EffectiveSettings, parseSettings, showSettings } from './conf.ts'
import { HELLO, probeSocket, STANDARD_SOCKET } from './daemon/daemon.ts'
import type { FoundNix } from './find.ts'
import { ignoredSettings, settingsRefusal, storeProblem } from './refusals.ts'
import { confFile } from './settings.ts'
import { lastLines, librariesAdvice } from './source/problem.ts'
import type { AccessFacts } from './wiring.ts'

/** Facts about the store on this machine. */
export async function gatherAccess(runner: Runner): Promise<AccessFacts> {
  const remote = runner.facts.env.NIX_REMOTE
  return {
    uid: runner.facts.uid,
    privilege: runner.facts.privilege,
    remote,
    storeWritable: ['/nix/store', '/nix/var/nix', '/nix/var/nix/db'].every(
      (path, index) => mayWrite(path) || (index === 2 && !existsSync(path)),
    ),
    socket: await probeSocket(remote?.startsWith('unix://') ? remote.slice('unix://'.length) : STANDARD_SOCKET, HELLO),
  }
}

/** Whether this user may write a file or folder; false where it is not there. */
export const mayWrite = (path: string): boolean => may(path, constants.W_OK)

/** Whether this user may list a folder and go into it. */
export const mayEnter = (path: string): boolean => may(path, constants.R_OK | constants.X_OK)

function may(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}

/** Nix's own names for other places than /nix, which is the only one that this action works with. */
const PLACES: Readonly<Record<string, string>> = {
  NIX_STORE_DIR: '/nix/store',
  NIX_STORE: '/nix/store',
  NIX_STATE_DIR: '/nix/var/nix',
  NIX_DB_DIR: '/nix/var/nix/db',
}

/** Which variables put Nix's store or its database elsewhere, and what to do; else undefined. */
export function placesProblem(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const moved = Object.keys(PLACES).filter((name) => env[name] && env[name] !== PLACES[name])
  if (moved.length === 0) return undefined
  return `this action works with a Nix in /nix, and ${moved.join(', ')} in the environment says otherwise: unset it for this step.`
}

/**
 * All settings as this Nix sees them; what it ignores of `extra-nix-config` is told.
 * @throws UserError where nix.conf or `extra-nix-config` cannot be read
 */
export async function readSettings(
  runner: Runner,
  found: FoundNix,
  env: Readonly<Record<string, string | undefined>>,
  userLines: string,
): Promise<EffectiveSettings> {
  const command = { tool: `${found.bin}/nix`, args: showSettings(found.version), env }
  const result = await runner.commands.run(command, { accept: 'any', timeoutSeconds: 60 })
  if (result.exitCode !== 0) {
    const advice = librariesAdvice(result.stderr, runner.facts.env)
    throw new UserError(
      advice === ''
        ? settingsRefusal(result.stderr, confFile(runner))
        : `Nix cannot read its settings: ${lastLines(result.stderr)}${advice}`,
    )
  }
  const settings = parseSettings(result.stdout)
  const elsewhere = storeProblem(settings.store, runner.facts.env.NIX_REMOTE)
  if (elsewhere !== undefined) throw new UserError(elsewhere)
  for (const ignored of ignoredSettings(result.stderr, userLines))
    runner.log.warning(`extra-nix-config: Nix ${found.version.text} says: ${ignored}. That line has no effect.`)
  return settings
}

/** Whether the daemon lets this user set restricted settings; undefined where it is too old to say so. */
export async function askTrust(runner: Runner, nix: Nix): Promise<boolean | undefined> {
  if (!atLeast(nix.version, '2.19')) return undefined
  const args = ['--extra-experimental-features', 'nix-command', 'store', 'info', '--json']
  const result = await runner.commands.run(nixCommand(nix, 'nix', args), { accept: 'any', timeoutSeconds: 60 })
  const answer = /"trusted":\s*(true|false|0|1)\b/.exec(result.stdout)?.[1]
  return answer === undefined ? undefined : answer === 'true' || answer === '1'
}

/** Names of all groups of this user. */
export async function groupNames(runner: Runner): Promise<readonly string[]> {
  const result = await runner.commands.run({ tool: 'id', args: ['-Gn'] }, { accept: 'any', timeoutSeconds: 30 })
  return result.stdout.split(/\s+/).filter((name) => name !== '')
}
