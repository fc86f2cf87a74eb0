import type { RigNixVersion } from './cache.ts'

export type MachineUser = 'root' | 'runner'

export interface Bind {
  /** Absolute path on the host. */
  source: string
  /** Where it appears in the machine; the same path by default. */
  target?: string
  /** Only `false` lets the machine write to the host's folder. */
  readOnly?: boolean
}

export interface MachineOptions {
  /** Who runs commands: `root`, or `runner` (uid 1001) with passwordless sudo as on a hosted runner. Default `runner`. */
  user?: MachineUser
  /** Takes sudo away. */
  noSudo?: boolean
  /** A Nix that is there before the action comes. Default `none`. */
  nix?: 'none' | RigNixVersion
  /** `single-user`: /nix belongs to `user`. `daemon`: root's daemon with build users. Default `single-user`. */
  nixFlavour?: 'single-user' | 'daemon'
  /** Lines appended to /etc/nix/nix.conf, with `nix`. */
  nixConf?: string
  /** Makes a local repository with nix-bin and qemu-user-static the only apt source. */
  apt?: boolean
  /** Who is process 1: a shell that starts nothing (default), or the host's systemd with its journal. */
  init?: 'shell' | 'systemd'
  /** The machine's own binfmt_misc: mounted, mounted read-only, or not mounted (root may mount it). Default `own`. */
  binfmt?: 'own' | 'none' | 'read-only'
  /** The fault "no namespaces": /proc/sys is read-only and Nix cannot make a sandbox. */
  sysctlReadOnly?: boolean
  /** `address` (default): no route out, but not "offline" for Nix. `loopback`: only lo, which turns substituters off. */
  network?: 'address' | 'loopback'
  /** Puts sshd where Debian has it (see servers.ts). */
  ssh?: boolean
  /** Lets the machine see /dev/kvm, if the host has it. Default false. */
  kvm?: boolean
  binds?: Bind[]
  /** Limit of what may be changed in memory, as tmpfs(5) writes it. Default 8g. */
  size?: string
}

export interface RunOptions {
  /** Default: the machine's user. */
  user?: MachineUser
  /** Added to PATH, HOME, USER, LANG; `undefined` takes one of those away. Nothing of the host's environment is passed. */
  env?: Record<string, string | undefined>
  /** Default: the user's home. */
  cwd?: string
  input?: string | Uint8Array
  /** Milliseconds until the command and what it started are killed. Default 120 000. */
  timeout?: number
}

export interface RunResult {
  /** Exit code; null where a signal ended it. */
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
  timedOut: boolean
}
