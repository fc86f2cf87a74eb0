import type { PathFacts } from '../paths/closure.ts'
import type { NarInfo } from '../paths/narinfo.ts'

/** What a destination has of a path, judged against the local store. */
export type Found =
  /** Neither narinfo nor, as far as is known, NAR. */
  | { readonly state: 'missing' }
  /** All there, right, and signed where a key is asked for. */
  | { readonly state: 'good'; readonly info: NarInfo; readonly bytes: number }
  /** Right but without our signature. */
  | { readonly state: 'unsigned'; readonly info: NarInfo; readonly bytes: number }
  /** A narinfo that has to be written anew, with its NAR: the sentence says why. */
  | { readonly state: 'broken'; readonly reason: string }
  /** Another build of the same path, signed by somebody else: not ours to replace. */
  | { readonly state: 'foreign'; readonly reason: string }

/**
 * Judges a narinfo of the destination and the size of its NAR.
 * @param size bytes of the NAR object; undefined where it is not there, NaN where the destination tells no size
 * @param isSigned by our key, or the push is not signed
 */
export function judge(info: NarInfo, size: number | undefined, facts: PathFacts, isSigned: boolean): Found {
  if (info.path !== facts.path) return { state: 'broken', reason: `its narinfo is for ${info.path}` }
  if (size === undefined) return { state: 'broken', reason: `its NAR ${info.url} is not there` }
  if (!Number.isNaN(size) && info.fileSize !== undefined && size !== info.fileSize)
    return { state: 'broken', reason: `its NAR has ${size} bytes instead of ${info.fileSize}` }
  const bytes = Number.isNaN(size) ? (info.fileSize ?? 0) : size
  if (isSigned) return { state: 'good', info, bytes }
  if (info.narHash === facts.narHash && sameReferences(info, facts)) return { state: 'unsigned', info, bytes }
  if (info.signatures.length === 0) return { state: 'broken', reason: 'another build of it is there, signed by nobody' }
  return {
    state: 'foreign',
    reason:
      `another build of it (NAR hash ${info.narHash}) is there, signed by ` +
      `${info.signatures.map((text) => text.split(':')[0]).join(', ')}; delete it there, or push elsewhere`,
  }
}

const sameReferences = (info: NarInfo, facts: PathFacts): boolean =>
  info.narSize === facts.narSize && [...info.references].sort().join() === [...facts.references].sort().join()

/** Why what was found after a push is not right; undefined where it is. */
export function faultOf(found: Found): string | undefined {
  switch (found.state) {
    case 'good':
      return undefined
    case 'missing':
      return 'its narinfo is not there'
    case 'unsigned':
      return 'our signature is not on it'
    default:
      return found.reason
  }
}
