import { existsSync, readdirSync, type Stats } from 'node:fs'
import type { Runner } from '../../runner/ports.ts'
import { mayEnter } from '../facts.ts'

/** Parts of /nix that Nix makes, the outermost first. */
const PARTS = ['/nix', '/nix/store', '/nix/var'] as const

/** Which of the parts are to be removed in post: the outermost that are not there, so that what was there stays. */
export function partsToClaim(exists: (path: string) => boolean): readonly string[] {
  return exists('/nix') ? PARTS.slice(1).filter((path) => !exists(path)) : ['/nix']
}

/** Records what of /nix this run is about to make; an empty folder counts as not there. Called before it is made. */
export async function claimNixFolder(runner: Runner): Promise<void> {
  for (const path of partsToClaim(holdsSomething)) {
    await runner.journal.record({ kind: 'remove', path, root: runner.facts.privilege !== 'none', shared: true })
  }
}

function holdsSomething(path: string): boolean {
  if (path === '/nix') return existsSync(path)
  try {
    return readdirSync(path).length > 0
  } catch {
    return existsSync(path)
  }
}

/** Why a /nix that is there can hold no Nix, whoever installs it. */
export function nixFolderProblem(
  nix: Pick<Stats, 'isDirectory' | 'mode' | 'uid'> | undefined,
  isRoot: boolean,
): string | undefined {
  if (nix === undefined) return undefined
  if (!nix.isDirectory())
    return '/nix is no folder of its own (Nix takes no symbolic link for it). Remove it, or mount a folder there.'
  const open = (nix.mode & 0o005) === 0o005
  // in a sandbox root is nobody where another user owns the folder
  if (open || (isRoot ? nix.uid === 0 : mayEnter('/nix'))) return undefined
  return `/nix lets ${isRoot ? 'only its owner' : 'this user not'} in. Make it readable for all: chmod 755 /nix`
}
