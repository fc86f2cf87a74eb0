import type { CommandResult } from '../../runner/ports.ts'

const FULL = /No space left on device|Disk quota exceeded/
const LAST_LINES = 5

/** What to do where a Nix was given the libraries of somebody else; empty where that is not why it failed. */
export function librariesAdvice(stderr: string, env: Readonly<Record<string, string | undefined>>): string {
  const name = ['LD_LIBRARY_PATH', 'LD_PRELOAD'].find((each) => env[each])
  if (name === undefined || !/\(required by |symbol lookup error|loading shared libraries/.test(stderr)) return ''
  return `\nPrograms of Nix bring their own libraries: unset ${name} (${env[name]}) for this step and those that use Nix.`
}

/** Why the new Nix is not in the store, or does not run there, and what to do where that is known. */
export function putProblem(
  { stopped, stderr }: Pick<CommandResult, 'stopped' | 'stderr'>,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const why = stopped === undefined ? lastLines(stderr) : `it was ended (${stopped})`
  const advice = FULL.test(stderr)
    ? '\nFree some space on the disk that /nix is on.'
    : /bin\/nix.*Permission denied/.test(stderr)
      ? '\nPrograms in /nix cannot be run: mount it without noexec.'
      : librariesAdvice(stderr, env)
  return `the new Nix cannot be put into /nix/store: ${why}${advice}`
}

/** Why a tarball cannot be unpacked: tar names every file that a full disk has no room for. */
export function unpackProblem(stderr: string): string {
  if (FULL.test(stderr))
    return 'the disk that /nix is on is full. Free some space on it, or mount a larger one at /nix.'
  const missing = /\b(tar|xz|zstd|gzip|bzip2): (?:command )?not found/.exec(stderr)?.[1]
  if (missing !== undefined)
    return `there is no ${missing} on this machine. Install it (Debian: apt-get install ${packageOf(missing)}).`
  return lastLines(stderr)
}

const packageOf = (tool: string): string => (tool === 'xz' ? 'xz-utils' : tool)

/** The end of what a command said: where one library or file is missing, a hundred follow. */
export const lastLines = (stderr: string): string => stderr.trim().split('\n').slice(-LAST_LINES).join('\n')
