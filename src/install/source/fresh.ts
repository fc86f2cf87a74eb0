import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { Command, Runner } from '../../runner/ports.ts'
import { chooseCandidate, type FoundNix } from '../find.ts'

/** Of /nix, as it is right after an install. */
export const PARTS = ['store', 'var'] as const
/** Beside the parts, where they are kept: what `nix --version` printed. */
export const VERSION = 'version'

/** What is kept is a whole /nix, for a machine that has none. */
export const nixIsAbsent = (): boolean => PARTS.every((part) => !existsSync(`/nix/${part}`))

export type Run = (tool: string, ...args: Command['args']) => Promise<void>

export const commandsOf =
  (runner: Runner, asRoot: boolean): Run =>
  async (tool, ...args) => {
    await runner.commands.run({ tool, args }, { asRoot, timeoutSeconds: 300 })
  }

/** Runs a Nix that was installed just now. */
export async function askVersion(runner: Runner, { bin }: FoundNix): Promise<string> {
  return (await runner.commands.run({ tool: `${bin}/nix`, args: ['--version'] }, { timeoutSeconds: 60 })).stdout
}

/** Moves both parts out of the folder $1, but not over what is there. */
export const MOVE = `mv -n -- ${PARTS.map((part) => `"$1/${part}"`).join(' ')} /nix`

/** @throws Error where it is no version that serves */
export function versionIn(bin: string, printed: string): FoundNix['version'] {
  const { chosen } = chooseCandidate([{ path: bin, printed }])
  if (chosen === undefined) throw new Error(`its version is ${printed}`)
  return chosen.version
}

/**
 * Lays /nix out of what an earlier job kept: no download, no xz, no registration.
 * @param where it was kept, for the log
 * @param bin folder of the programs in it
 * @param fill makes a folder on the store's file system, puts both parts into it, and gives what `nix --version` had
 *   printed; where that serves (versionIn) it may move them too
 * @returns undefined where it does not serve
 */
export async function layOut(
  runner: Runner,
  where: string,
  { bin, asRoot }: { readonly bin: string; readonly asRoot: boolean },
  fill: (draft: string, run: Run) => Promise<string>,
): Promise<FoundNix | undefined> {
  const draft = `/nix/.kept-${randomBytes(6).toString('hex')}`
  await runner.journal.record({ kind: 'remove', path: draft, root: asRoot })
  try {
    const run = commandsOf(runner, asRoot)
    const printed = await fill(draft, run)
    const version = versionIn(bin, printed)
    if (existsSync(`${draft}/store`)) await run('sh', '-c', MOVE, 'sh', draft)
    if (existsSync(`${draft}/store`)) throw new Error('another Nix has come meanwhile')
    return { bin, version, onPath: false }
  } catch (error) {
    runner.log.info(`what ${where} kept does not serve: ${error instanceof Error ? error.message : String(error)}`)
    await runner.files.remove(draft, { asRoot })
    return undefined
  }
}
