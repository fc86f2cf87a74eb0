import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import type { Command, Runner } from '../../runner/ports.ts'
import { type EffectiveSettings, parseSettings, showSettings } from '../conf.ts'
import { chooseCandidate, type FoundNix } from '../find.ts'

/** Of /nix, as it is right after an install. */
export const PARTS = ['store', 'var'] as const
/** Beside the parts, where they are kept: what `nix --version` printed. */
const VERSION = 'version'
/** And its settings where no file says anything. */
const DEFAULTS = 'defaults'
export const ABOUT = [VERSION, DEFAULTS] as const

/** What is kept is a whole /nix, for a machine that has none. */
export const nixIsAbsent = (): boolean => PARTS.every((part) => !existsSync(`/nix/${part}`))

export type Run = (tool: string, ...args: Command['args']) => Promise<void>

export const commandsOf =
  (runner: Runner, asRoot: boolean): Run =>
  async (tool, ...args) => {
    await runner.commands.run({ tool, args }, { asRoot, timeoutSeconds: 300 })
  }

/** Asks a Nix that was installed just now what will be kept of it besides its files, in the order of ABOUT. */
export async function askAbout(runner: Runner, { bin, version }: FoundNix): Promise<readonly string[]> {
  const env = { NIX_CONF_DIR: '/nonexistent', NIX_USER_CONF_FILES: '/nonexistent', NIX_CONFIG: undefined }
  const ask = async (args: readonly string[]) =>
    (await runner.commands.run({ tool: `${bin}/nix`, args, env }, { timeoutSeconds: 60 })).stdout
  return await Promise.all([ask(['--version']), ask(showSettings(version))])
}

/** Moves both parts out of the folder $1, but not over what is there. */
export const MOVE = `mv -n -- ${PARTS.map((part) => `"$1/${part}"`).join(' ')} /nix`

/** What was kept besides the files. @param folder where that is @throws Error where it is no version that serves */
export function readAbout(folder: string): Pick<FoundNix, 'version' | 'defaults'> {
  const printed = readFileSync(`${folder}/${VERSION}`, 'utf8')
  const { chosen } = chooseCandidate([{ path: folder, printed }])
  if (chosen === undefined) throw new Error(`its version is ${printed}`)
  return { version: chosen.version, defaults: readDefaults(`${folder}/${DEFAULTS}`) }
}

/** An earlier version of this action did not keep them. */
function readDefaults(path: string): EffectiveSettings | undefined {
  return existsSync(path) ? parseSettings(readFileSync(path, 'utf8')) : undefined
}

/**
 * Lays /nix out of what an earlier job kept: no download, no xz, no registration.
 * @param where it was kept, for the log
 * @param bin folder of the programs in it
 * @param fill makes a folder on the store's file system, puts both parts into it, and gives what was kept besides
 *   (readAbout); it may move them too
 * @returns undefined where it does not serve
 */
export async function layOut(
  runner: Runner,
  where: string,
  { bin, asRoot }: { readonly bin: string; readonly asRoot: boolean },
  fill: (draft: string, run: Run) => Promise<ReturnType<typeof readAbout>>,
): Promise<FoundNix | undefined> {
  const draft = `/nix/.kept-${randomBytes(6).toString('hex')}`
  await runner.journal.record({ kind: 'remove', path: draft, root: asRoot })
  try {
    const run = commandsOf(runner, asRoot)
    const about = await fill(draft, run)
    if (existsSync(`${draft}/store`)) await run('sh', '-c', MOVE, 'sh', draft)
    if (existsSync(`${draft}/store`)) throw new Error('another Nix has come meanwhile')
    return { bin, ...about, onPath: false }
  } catch (error) {
    runner.log.info(`what ${where} kept does not serve: ${error instanceof Error ? error.message : String(error)}`)
    await runner.files.remove(draft, { asRoot })
    return undefined
  }
}
