import type { Command } from '../runner/ports.ts'
import type { System } from './system.ts'
import type { NixVersion } from './version.ts'

/** A Nix that works on this machine: what the install room gives to all others. */
export interface Nix {
  /** Folder of `nix`, `nix-store` and the other tools. */
  readonly bin: string
  readonly version: NixVersion
  /** The system that this Nix builds for by itself. */
  readonly system: System
  readonly storeDirectory: string
  /** `daemon`: builds run in a nix-daemon. `single-user`: this user owns the store. */
  readonly mode: 'daemon' | 'single-user'
  /** This user may set restricted settings (always in single-user mode). */
  readonly trusted: boolean
  /** URLs of the binary caches that it asks. */
  readonly substituters: readonly string[]
  /** Environment that every command of this Nix gets (configuration files of this run). */
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * What two processes get that open a store's database at the same moment, which is switched to its journal then: SQLite
 * waits for no lock there, and Nix does not try again.
 */
const BUSY = /error:[^\n]*SQLite database [^\n]* is busy/

/** A command of this Nix. @param tool `nix`, `nix-store`, … */
export function nixCommand(nix: Nix, tool: string, args: readonly string[], more: Partial<Command> = {}): Command {
  return { busy: BUSY, ...more, tool: `${nix.bin}/${tool}`, args, env: { ...nix.env, ...more.env } }
}

/** `nix eval` of what nobody asks again: in the cache of evaluations its answers would take time and stay for ever. */
export function evaluation(nix: Nix, args: readonly string[]): Command {
  const NIX_CONFIG = [nix.env.NIX_CONFIG ?? '', 'eval-cache = false'].filter((line) => line !== '').join('\n')
  return nixCommand(nix, 'nix', ['eval', '--json', ...args], { env: { NIX_CONFIG } })
}

/** The same Nix, asking fewer caches: a daemon lets every user name fewer than it has. */
export function withoutSubstituters(nix: Nix, left: readonly string[]): Nix {
  const substituters = nix.substituters.filter((url) => !left.includes(url))
  const lines = [nix.env.NIX_CONFIG ?? '', `substituters = ${substituters.join(' ')}`]
  return { ...nix, substituters, env: { ...nix.env, NIX_CONFIG: lines.filter((line) => line !== '').join('\n') } }
}

/** Reference of a flake in a folder, whatever its name has: Nix takes a part with a space for no URL. */
export const pathReference = (folder: string): string =>
  `path:${encodeURI(folder).replace(/['()*?#]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)}`
