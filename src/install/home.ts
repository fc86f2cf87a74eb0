import { statSync } from 'node:fs'
import { userInfo } from 'node:os'
import type { Runner, RunnerFacts } from '../runner/ports.ts'

/**
 * The home that Nix goes by (getHome, libutil/users.cc): not one of another user's, as root has in the container of a
 * job, where HOME is a folder of the machine's runner.
 */
export function homeOfNix({ env, home, uid }: Pick<RunnerFacts, 'env' | 'home' | 'uid'>): string {
  try {
    if (env.HOME && statSync(env.HOME).uid === uid) return env.HOME
    return userInfo().homedir
  } catch {
    return home // HOME is not there, and Nix will make it; or the user has no name
  }
}

/** Whether Nix finds none, and ends with that: HOME is another user's or not set, and this one has no name. */
function isHomeless({ env, uid }: Pick<RunnerFacts, 'env' | 'uid'>): boolean {
  const owner = env.HOME ? ownerOf(env.HOME) : 'unknown'
  if (owner === 'absent' || owner === uid) return false
  try {
    userInfo()
    return false
  } catch {
    return true
  }
}

function ownerOf(folder: string): number | 'absent' | 'unknown' {
  try {
    return statSync(folder).uid
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'absent' : 'unknown'
  }
}

/** For a user for whom Nix finds no home, as a container's may be. */
export async function ownHome(runner: Runner): Promise<{ readonly HOME?: string }> {
  if (!isHomeless(runner.facts)) return {}
  const HOME = `${runner.facts.folder}/home`
  await runner.files.makeDirectory(HOME, { mode: 0o700 })
  runner.log.info(
    `This user (${runner.facts.uid}) has no entry in /etc/passwd, and HOME (${runner.facts.env.HOME || 'not set'}) is not ` +
      'its own: this run has a home of its own. Later steps that use Nix need HOME set to a folder of this user.',
  )
  return { HOME }
}
