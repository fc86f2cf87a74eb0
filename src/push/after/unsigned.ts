import type { StorePath } from '../../nix/store-path.ts'
import { count } from '../../nix/units.ts'
import type { PathFacts } from '../paths/closure.ts'
import type { PushReport } from '../types.ts'

/**
 * What to say of a cache that consumers will not believe: paths that nobody has signed, neither this run nor the server.
 * A content address stands for itself, and a store behind SSH is used where it is. Undefined where all is well.
 */
export function describeUnsigned(report: PushReport, closure: readonly PathFacts[]): string | undefined {
  const addressed = new Set<StorePath>(closure.flatMap(({ path, ca }) => (ca === undefined ? [] : [path])))
  const unsigned = report.paths.filter(({ path, signatures }) => signatures?.length === 0 && !addressed.has(path))
  if (report.status !== 'ok' || report.destination.startsWith('ssh') || unsigned.length === 0) return undefined
  return `${count(unsigned.length, 'path')} at ${report.destination} ${unsigned.length === 1 ? 'has' : 'have'} no signature (${unsigned[0]?.path}): Nix refuses such paths from a cache unless it is told to trust it blindly. Give a signing-key, and the next push signs them.`
}
