import type { Destination, SigningKey } from '../inputs/inputs.ts'
import type { StorePath } from '../nix/store-path.ts'

/** What became of one path at one destination. */
export interface PushedPath {
  readonly path: StorePath
  readonly status: 'pushed' | 'present' | 'upstream' | 'failed'
  /** Bytes of the compressed NAR at the destination; over SSH of the NAR itself, since the protocol tells no other. */
  readonly bytes: number
  /** On the path at the destination; absent where it was not seen there. */
  readonly signatures?: readonly string[]
  /** Set where status is `failed`. */
  readonly reason?: string
}

/** What one destination got. */
export interface PushReport {
  /** URL without user name and password. */
  readonly destination: string
  readonly status: 'ok' | 'failed' | 'skipped'
  /** Why it failed or was skipped, and what to do. */
  readonly reason?: string
  readonly paths: readonly PushedPath[]
  readonly seconds: number
  /** How many paths were read back and found right: narinfo, signature, NAR size. */
  readonly verified: number
  /** Lines for a consumer's nix.conf (extra-substituters, extra-trusted-public-keys); empty where they do not apply. */
  readonly consumerLines: readonly string[]
}

/** What is to be pushed, and where to. */
export interface PushRequest {
  /** Their closures are pushed. */
  readonly roots: readonly StorePath[]
  readonly destinations: readonly Destination[]
  readonly key: SigningKey | undefined
  /** Of the NARs, as Nix names it: `zstd`, `xz`, `none`, … */
  readonly compression: string
  readonly verify: 'sample' | 'full' | 'none'
  /** Caches whose paths are not pushed; `substituters`: all that Nix is configured with, except the destinations. */
  readonly skipUpstream?: readonly string[] | 'substituters'
}

/** Something that stands in the way of a push, found before the build. */
export interface Problem {
  /** URL without user name and password; undefined where it is not about one destination. */
  readonly destination?: string
  /** One sentence: what is wrong, and what to do. */
  readonly text: string
}
