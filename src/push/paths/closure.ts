import { toNarInfoHash } from '../../nix/hash.ts'
import type { PathInfo } from '../../nix/json.ts'
import { parseStorePath, type StorePath } from '../../nix/store-path.ts'

/** What the local store, or a store behind SSH, knows of a path. */
export interface PathFacts {
  readonly path: StorePath
  /** `sha256:<base 32>`, as narinfos and fingerprints have it. */
  readonly narHash: string
  readonly narSize: number
  /** Itself included where it refers to itself. */
  readonly references: readonly StorePath[]
  readonly signatures: readonly string[]
  readonly deriver?: StorePath
  /** Content address, of what has one: `fixed:r:sha256:…`, `text:sha256:…`. */
  readonly ca?: string
}

/** With the hash as narinfos spell it. */
export const asFacts = ({ path, narHash, narSize, references, signatures, deriver, ca }: PathInfo): PathFacts => ({
  path,
  narHash: toNarInfoHash(narHash),
  narSize,
  references,
  signatures,
  ...(deriver === undefined ? {} : { deriver }),
  ...(ca === undefined ? {} : { ca }),
})

/** Paths that `nix store verify --no-trust` found changed or could not read, from what it printed. */
export function parseDamaged(stderr: string): readonly StorePath[] {
  const found = [...stderr.matchAll(/path '([^']+)' (?:was modified|disappeared|is corrupted)/g)]
  return [...new Set(found.map((match) => match[1] ?? ''))].map(parseStorePath)
}
