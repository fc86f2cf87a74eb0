import type { Nix } from '../nix/nix.ts'
import type { Wiring } from './wiring.ts'

/** Settings of nix.conf, name to value. A name that starts with `extra-` adds to what is there. */
export type Settings = Readonly<Record<string, string>>

export type NixOrigin = 'existing' | 'release' | 'distro' | 'tarball'

/** A Nix that works, and how this run came to it. */
export interface Installed {
  readonly nix: Nix
  readonly source: NixOrigin
  /** This run installed it, and post removes it. */
  readonly installed: boolean
  /** Why this source and not one before it. */
  readonly reason: string
  /** One sentence for log and report: version, place, how builds run, trust. */
  readonly describe: string
  /** Build settings of this run. */
  readonly settings: Settings
  /** Its setting `builders`, as machine and workflow set it: lines, or `@FILE`. */
  readonly builders: string
  /** Its setting `extra-platforms`, as machine and workflow set it. */
  readonly platforms: readonly string[]
  /** Its setting `system-features`, as it was before `/dev/kvm` was opened. */
  readonly features: readonly string[]
  /** How settings reach the process that builds. */
  readonly wiring: Wiring
}

/** Keeps files for jobs on other machines. What it gives a holder of the signing key has put there. */
export interface Shelf {
  readonly writes: boolean
  /** A file that was put under this name; undefined where there is none, none that is right, or none in time. */
  take(name: string): Promise<Uint8Array | undefined>
  /** Keeps a file, beside what follows. */
  put(name: string, bytes: AsyncIterable<Uint8Array>): void
}
