import { explainNix } from '../nix/explain.ts'
import { parseFlakeMetadata } from '../nix/json.ts'
import { type Nix, nixCommand } from '../nix/nix.ts'
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

const FETCH_LIMIT_SECONDS = 1800

/** Fetches the flake and reads what it is. @throws UserError where it is not there or is no flake */
export async function readFlake(runner: Runner, nix: Nix, reference: string): Promise<Flake> {
  const command = nixCommand(nix, 'nix', ['flake', 'metadata', '--json', '--no-write-lock-file', '--', reference])
  try {
    const { stdout } = await runner.commands.run(command, { timeoutSeconds: FETCH_LIMIT_SECONDS })
    const { url, revision, description, inputs } = parseFlakeMetadata(stdout)
    return { url, revision, description, nixpkgs: nixpkgsOf(inputs) }
  } catch (error) {
    if (!(error instanceof CommandError) || error.result.stopped !== undefined) throw error
    const { sentence, advice } = explainNix(error.result.stderr)
    throw new UserError(`flake: "${reference}" cannot be used: ${sentence} ${advice}`.trim())
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
