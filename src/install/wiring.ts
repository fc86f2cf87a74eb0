/** What the machine says about who may use the store, gathered once (facts.ts). */
export interface AccessFacts {
  readonly uid: number
  readonly privilege: 'root' | 'sudo' | 'none'
  /** NIX_REMOTE. */
  readonly remote: string | undefined
  /** This user may write the store and its database. */
  readonly storeWritable: boolean
  /**
   * Whether a daemon answers at the socket. `dead`: nobody listens at it; `denied`: this user may not open it (Debian
   * keeps it for the group nix-users), or is refused there; `silent`: it lets this user in and says nothing.
   */
  readonly socket: 'answers' | 'dead' | 'denied' | 'silent' | 'absent'
}

/** Who opens the store. `start`: a daemon must be started first; `beside`: the usual socket belongs to another. */
export type Access =
  | { readonly mode: 'single-user'; readonly reason: string }
  | { readonly mode: 'daemon'; readonly start: boolean; readonly beside: boolean; readonly reason: string }
  | { readonly mode: 'none'; readonly reason: string }

/**
 * Decides as Nix itself does (openStore, libstore/store-api.cc): NIX_REMOTE, else the store directly where this user
 * may write it, else the daemon.
 */
export function chooseAccess(facts: AccessFacts): Access {
  const remote = facts.remote === 'auto' ? '' : (facts.remote ?? '')
  const isDaemon = remote === 'daemon' || remote.startsWith('unix://')
  if (remote !== '' && remote !== 'local' && !isDaemon) {
    return { mode: 'none', reason: `NIX_REMOTE is ${remote}: only daemon, unix://, local and auto are supported` }
  }
  if (!isDaemon && facts.uid === 0) return { mode: 'single-user', reason: 'root opens the store itself' }
  if (!isDaemon && facts.storeWritable) return { mode: 'single-user', reason: 'this user owns the store' }
  if (remote === 'local')
    return {
      mode: 'none',
      reason: 'NIX_REMOTE is local, and this user may not write the store: unset it for this step, or make it daemon',
    }
  if (facts.socket === 'answers') return { mode: 'daemon', start: false, beside: true, reason: 'a daemon is running' }
  const state = {
    dead: 'the daemon that left its socket is not running',
    denied: "this user may not open the daemon's socket, or is none of its allowed-users",
    silent: 'the daemon that is running does not answer',
    absent: 'no daemon is running',
  }[facts.socket]
  if (remote.startsWith('unix://'))
    return {
      mode: 'none',
      reason: `NIX_REMOTE is ${remote}, and ${state}. Start that daemon and let this user open its socket, or unset NIX_REMOTE for this step`,
    }
  if (facts.privilege !== 'none') {
    const beside = facts.socket === 'denied' || facts.socket === 'silent'
    return { mode: 'daemon', start: true, beside, reason: `${state}: this run starts one` }
  }
  return {
    mode: 'none',
    reason:
      `${state}, and this user may not write /nix. ${facts.socket === 'silent' ? 'Restart' : 'Start'} nix-daemon and let this user open its socket, or run the ` +
      'job as root, or let its user use sudo without a password',
  }
}

/** How build settings reach the process that builds. */
export type Wiring =
  /** Through the client's own file: it builds itself, or its daemon takes settings from it. */
  | { readonly kind: 'client' }
  /** Through the configuration of a daemon that this run has started. */
  | { readonly kind: 'own-daemon'; readonly daemon: OwnDaemon }
  /** Not at all: the daemon is the machine's, it does not trust this user, and there is no root. */
  | { readonly kind: 'fixed' }

/** A nix-daemon that this run started. */
export interface OwnDaemon {
  readonly run:
    | { readonly kind: 'unit'; readonly unit: string }
    | { readonly kind: 'itself'; readonly pid: number; readonly startTime: string }
  readonly socket: string
  readonly environment: Readonly<Record<string, string>>
}

/**
 * A daemon that does not trust this user ignores its settings. With root, this run has a daemon of its own beside it
 * instead of changing nix.conf and restarting the machine's daemon under other jobs.
 */
export function chooseWiring(
  access: Extract<Access, { mode: 'daemon' | 'single-user' }>,
  trusted: boolean,
  privilege: AccessFacts['privilege'],
): Wiring['kind'] {
  if (access.mode === 'single-user') return 'client'
  if (access.start) return 'own-daemon'
  if (trusted) return 'client'
  return privilege === 'none' ? 'fixed' : 'own-daemon'
}

/**
 * Whether `trusted-users` of nix.conf names a user: by name, by `@group`, or `*`.
 * @param groups names of all groups of the user
 */
export function isTrusted(trustedUsers: readonly string[], user: string, groups: readonly string[]): boolean {
  return trustedUsers.some(
    (entry) => entry === '*' || entry === user || (entry.startsWith('@') && groups.includes(entry.slice(1))),
  )
}
