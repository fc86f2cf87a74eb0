import { statSync } from 'node:fs'
import { userInfo } from 'node:os'
import type { RunnerFacts } from '../runner/ports.ts'

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
