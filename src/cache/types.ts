import type { StorePath } from '../nix/store-path.ts'

/** One path in the cache: what its narinfo says and its signature covers, and where its NAR lies. */
export interface CacheEntry {
  readonly path: StorePath
  /** `sha256:<base 32>`. */
  readonly narHash: string
  readonly narSize: number
  /** Of the compressed NAR, `nar/<fileHash>.nar.zst`: 52 digits of base 32. */
  readonly fileHash: string
  readonly fileSize: number
  /** Itself included where it refers to itself. */
  readonly references: readonly StorePath[]
}

/** Entries by the 32 characters that name their path. */
export type CacheEntries = ReadonlyMap<string, CacheEntry>

/** What the cache remembers beside its narinfos. */
export interface Ledger {
  /** Name of an entry (32 characters) → seconds since 1970 when a run last needed it. */
  readonly used: ReadonlyMap<string, number>
  /** Paths that entries refer to and that other substituters serve. */
  readonly outside: ReadonlySet<StorePath>
  /** Names of the entries that the last run that saved was asked for: their closures are what a run like it needs. */
  readonly wanted: ReadonlySet<string>
}

/**
 * `signed`: every entry carries a signature by a key that only holders of the workflow's signing key can make.
 * `open`: nobody vouches for the entries; nothing of this run is pushed.
 */
export type CacheTrust = 'signed' | 'open'

/** Whether and how this run uses the cache. */
export interface CacheUse {
  readonly read: boolean
  readonly write: boolean
  readonly trust: CacheTrust
  /** One sentence without full stop. */
  readonly reason: string
}
