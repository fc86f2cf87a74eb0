import type { PathInfo } from '../nix/json.ts'
import { keyName } from '../nix/signing-key.ts'
import type { StorePath } from '../nix/store-path.ts'
import { isOfActionsCache } from './signer.ts'

/** A valid path of the local store. */
export interface LocalPath extends Pick<PathInfo, 'path' | 'narHash' | 'narSize' | 'references' | 'signatures' | 'ca'> {
  /** It was built in this store, not copied into it. */
  readonly ultimate: boolean
}

export interface Selected {
  /** What is to be in the cache. */
  readonly inside: readonly LocalPath[]
  /** What those refer to and other substituters serve. */
  readonly outside: readonly LocalPath[]
}

/**
 * Chooses what the cache keeps of what a run has needed: what was built in this store, with what that refers to, but
 * for what a trusted substituter has signed. What came here otherwise and is signed by nobody is left out: where it
 * came from is not known, and a signature of ours would vouch for it.
 * @param trustedKeys `trusted-public-keys` in force
 * @param cacheKey name of the key of this run's cache: what carries its signature was restored from there
 */
export function selectPaths(paths: readonly LocalPath[], trustedKeys: readonly string[], cacheKey: string): Selected {
  const known = new Map(paths.map((info) => [info.path, info]))
  const upstream = new Set(trustedKeys.filter((key) => !isOfActionsCache(key)).map(keyName))
  const inside = new Map<StorePath, LocalPath>()
  const outside = new Map<StorePath, LocalPath>()
  const queue = paths.filter(({ ultimate }) => ultimate)
  for (const info of queue) {
    if (inside.has(info.path) || outside.has(info.path)) continue
    const belongs = isKept(info, upstream, cacheKey)
    ;(belongs ? inside : outside).set(info.path, info)
    if (belongs) queue.push(...info.references.flatMap((path) => known.get(path) ?? []))
  }
  return { inside: [...inside.values()], outside: [...outside.values()] }
}

function isKept(info: LocalPath, upstream: ReadonlySet<string>, cacheKey: string): boolean {
  if (info.ultimate) return true
  if (info.signatures.some((signature) => upstream.has(keyName(signature)))) return false
  return info.ca !== undefined || info.signatures.some((signature) => keyName(signature) === cacheKey)
}
