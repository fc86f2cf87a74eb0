import type { Destination } from '../../inputs/inputs.ts'
import type { StorePath } from '../../nix/store-path.ts'
import { urlParameter } from '../../nix/store-url.ts'
import type { PathFacts } from '../paths/closure.ts'
import type { PushedPath, PushReport } from '../types.ts'

/** A path as a destination has it. */
export interface Copy {
  /** Of the compressed NAR; over SSH of the NAR itself, since the protocol tells no other. */
  readonly bytes: number
  readonly signatures: readonly string[]
}

/** What was seen of one destination before and after its push. */
export interface Seen {
  /** What was there, right and signed. */
  readonly before: ReadonlySet<StorePath>
  /** What is there, right and, but for what is in `faults`, signed. */
  readonly after: ReadonlyMap<StorePath, Copy>
  /** What is wrong, by path, after the push. */
  readonly faults: ReadonlyMap<StorePath, string>
  readonly verified: number
  /** Why the push as a whole failed. */
  readonly reason?: string
}

/** The report of one destination. @param seconds wall clock of its push */
export function reportOf(
  destination: string,
  { closure, upstream }: { readonly closure: readonly PathFacts[]; readonly upstream: ReadonlySet<StorePath> },
  seen: Seen,
  seconds: number,
  lines: readonly string[],
): PushReport {
  const paths = closure.map(({ path }) =>
    upstream.has(path) ? ({ path, status: 'upstream', bytes: 0 } as const) : became(path, seen),
  )
  const failed = paths.filter(({ status }) => status === 'failed')
  const reason =
    seen.reason ??
    (failed.length === 0
      ? undefined
      : `${failed.length} of ${paths.length} paths: ${failed[0]?.path} ${failed[0]?.reason}`)
  return {
    destination,
    status: reason === undefined ? 'ok' : 'failed',
    ...(reason === undefined ? {} : { reason }),
    paths,
    seconds,
    verified: seen.verified,
    consumerLines: lines,
  }
}

function became(path: StorePath, seen: Seen): PushedPath {
  const copy = seen.after.get(path)
  const { bytes, signatures } = copy ?? { bytes: 0, signatures: [] }
  // what came there before the push failed is there
  const reason = seen.faults.get(path) ?? (copy === undefined ? seen.reason : undefined)
  if (reason !== undefined) return { path, status: 'failed', bytes, reason }
  return { path, status: seen.before.has(path) ? 'present' : 'pushed', bytes, signatures }
}

/** Lines for a consumer's nix.conf; a folder or an SSH store is named as it is given here. */
export function consumerLines(destination: Destination, publicKey: string | undefined): readonly string[] {
  const key = publicKey === undefined ? [] : [`extra-trusted-public-keys = ${publicKey}`]
  return [`extra-substituters = ${consumerUrl(destination)}`, ...key]
}

/** The store URL without login and without what only matters for writing. */
function consumerUrl({ shown, scheme }: Destination): string {
  const [place = shown] = shown.split('?')
  const kept = scheme === 's3' ? ['endpoint', 'region', 'scheme'] : scheme.startsWith('ssh') ? ['remote-store'] : []
  const query = kept.flatMap((name) => {
    const value = urlParameter(shown, name)
    return value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]
  })
  return query.length === 0 ? place : `${place}?${query.join('&')}`
}
