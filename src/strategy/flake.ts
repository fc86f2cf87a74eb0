import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { explainNix } from '../nix/explain.ts'
import { parseFlakeMetadata } from '../nix/json.ts'
import { type Nix, nixCommand } from '../nix/nix.ts'
import { atLeast } from '../nix/version.ts'
import { CommandError, UserError } from '../runner/errors.ts'
import type { Runner } from '../runner/ports.ts'

/** The flake of this run, locked where it can be. */
export interface Flake {
  /** Reference that all evaluations use: with its revision where it has one. */
  readonly url: string
  /** Commit, where the flake is a clean checkout or a remote repository. */
  readonly revision: string | undefined
  readonly description: string | undefined
  /** Which nixpkgs it is locked to, for telling one from another: revisions or hashes. */
  readonly nixpkgs: string
}

/** A flake that can be evaluated before it is known what it is. */
export interface OpenFlake {
  /** What evaluations take as its reference. */
  readonly reference: string
  /** What it is: asked once, as late as it may be. @throws UserError where it is not there or is no flake */
  readonly read: () => Promise<Flake>
}

const FETCH_LIMIT_SECONDS = 1800

/**
 * Opens a flake. A folder is evaluated as it is; of anything else it is read first what it is, or several processes
 * would fetch it.
 * @throws UserError where it is not there or is no flake
 */
export async function openFlake(runner: Runner, nix: Nix, reference: string): Promise<OpenFlake> {
  let reading: Promise<Flake> | undefined
  const read = (): Promise<Flake> => {
    if (reading === undefined) {
      reading = readFlake(runner, nix, reference)
      reading.catch(() => undefined) // thrown to all who wait for it, be it later
    }
    return reading
  }
  const folder = folderOf(reference)
  // Nix before 2.14 does not tell a flake's folder within its source; its URL does.
  if (folder === undefined || !atLeast(nix.version, '2.14')) return { reference: (await read()).url, read }
  return { reference: folder, read }
}

/** A flake's own folder, where it is named by its path and nothing else, in letters that Nix takes as they are. */
function folderOf(reference: string): string | undefined {
  const folder = resolve(reference)
  const isPlain = /^[./]/.test(reference) && /^[\w./+-]+$/.test(folder)
  return isPlain && existsSync(join(folder, 'flake.nix')) ? folder : undefined
}

/** Fetches the flake and reads what it is. */
async function readFlake(runner: Runner, nix: Nix, reference: string): Promise<Flake> {
  const command = nixCommand(nix, 'nix', ['flake', 'metadata', '--json', '--no-write-lock-file', '--', reference])
  try {
    const { stdout } = await runner.commands.run(command, { timeoutSeconds: FETCH_LIMIT_SECONDS })
    const { url, revision, description, inputs } = parseFlakeMetadata(stdout)
    return { url, revision, description, nixpkgs: nixpkgsOf(inputs) }
  } catch (error) {
    if (!(error instanceof CommandError) || error.result.stopped !== undefined) throw error
    const { sentence, advice } = explainNix(error.result.stderr)
    const isFolder = !/^[./]/.test(reference) && existsSync(join(resolve(reference), 'flake.nix'))
    const hint = isFolder ? `To mean the folder of that name, write ./${reference}.` : advice
    throw new UserError(`flake: "${reference}" cannot be used: ${sentence} ${hint}`.trim())
  }
}

/** The inputs that are called nixpkgs, or all where none is. */
function nixpkgsOf(inputs: ReadonlyMap<string, string>): string {
  const named = [...inputs].filter(([name]) => /nixpkgs/i.test(name))
  return (named.length > 0 ? named : [...inputs])
    .map(([name, revision]) => `${name}:${revision}`)
    .sort()
    .join(' ')
}
