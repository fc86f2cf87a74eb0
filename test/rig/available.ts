import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const commands = [
  'unshare',
  'nsenter',
  'setpriv',
  'mount',
  'pivot_root',
  'ip',
  'bash',
  'flock',
  'dpkg-deb',
  'apt-get',
  'xz',
  'tar',
]

/** The Debian mirror that this host installs from (RIG_DEBIAN_MIRROR overrides it), or undefined where it has none. */
export function debianMirror(): string | undefined {
  if (process.env.RIG_DEBIAN_MIRROR) return process.env.RIG_DEBIAN_MIRROR
  const parts = '/etc/apt/sources.list.d'
  const files = [
    '/etc/apt/sources.list',
    ...(existsSync(parts)
      ? readdirSync(parts)
          .sort()
          .map((name) => join(parts, name))
      : []),
  ]
  for (const file of files.filter((name) => existsSync(name))) {
    const url = readFileSync(file, 'utf8').match(/^(?:URIs:|deb(?: \[[^\]]*\])?)\s+(\S*\/debian\/?)(?:\s|$)/m)?.[1]
    if (url) return url
  }
  return undefined
}

/** The host's Debian suite, whose sudo, sshd and apt packages fit into a machine. */
export function hostSuite(): string | undefined {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : ''
  return /^ID=debian$/m.test(release) ? release.match(/^VERSION_CODENAME=(\w+)$/m)?.[1] : undefined
}

function onPath(command: string): boolean {
  return (process.env.PATH ?? '')
    .split(':')
    .concat('/usr/sbin', '/sbin')
    .some((dir) => existsSync(join(dir, command)))
}

/** Binfmt tables belong to a user namespace since Linux 6.7; before that a machine would write into the host's. */
function kernelIsOld(): boolean {
  const [major = 0, minor = 0] = readFileSync('/proc/sys/kernel/osrelease', 'utf8').split('.').map(Number)
  return major < 6 || (major === 6 && minor < 7)
}

let answer: { reason: string | undefined } | undefined

/** Why no machine can be made here and how to have one, or undefined where it can. Asked once per process. */
export function unavailableReason(): string | undefined {
  answer ??= { reason: findReason() }
  return answer.reason
}

function findReason(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'needs Linux on x86_64'
  if (process.getuid?.() !== 0) return 'needs root (run the tests as root, or in a privileged container)'
  const missing = commands.filter((command) => !onPath(command))
  if (missing.length > 0)
    return `needs the commands ${missing.join(', ')} (Debian: util-linux, iproute2, xz-utils, apt)`
  if (kernelIsOld()) return 'needs Linux 6.7 or newer, where each user namespace has a binfmt_misc table of its own'
  if (!debianMirror() || !hostSuite()) return 'needs a Debian host with a Debian mirror in its apt sources'
  if (!readFileSync('/proc/self/uid_map', 'utf8').match(/^\s*0\s+0\s+4294967295/))
    return 'needs all user ids (this is a user namespace already)'
  const trial = spawnSync('unshare', ['--mount', '--user', '--pid', '--fork', '--net', '--uts', '--ipc', 'true'], {
    encoding: 'utf8',
  })
  if (trial.status !== 0) return `needs namespaces: ${trial.stderr.trim()} (in a container: run it privileged)`
  if (!/\toverlay$/m.test(readFileSync('/proc/filesystems', 'utf8')) && spawnSync('modprobe', ['overlay']).status !== 0)
    return 'needs overlayfs'
  return undefined
}

/**
 * For `describe.skipIf(!machineUsable())`. Why they are skipped is said once, by the project's set-up (setup.ts). On CI
 * a skip is a failure.
 */
export function machineUsable(): boolean {
  const reason = unavailableReason()
  if (reason && process.env.CI === 'true') throw new Error(`tests on a disposable machine: ${reason}`)
  return !reason
}

/** Where cgroup2 is mounted, or undefined. */
export const cgroupRoot = (): string | undefined =>
  /^\S+ (\S+) cgroup2 rw/m.exec(readFileSync('/proc/self/mounts', 'utf8'))?.[1]

/** Whether a machine may have `init: 'systemd'`: it takes the host's, and a control group of its own. */
export const systemdUsable = (): boolean =>
  machineUsable() && existsSync('/lib/systemd/systemd') && existsSync(`${cgroupRoot()}/cgroup.procs`)
