import type { Destination } from '../../inputs/inputs.ts'
import type { PathInfo } from '../../nix/json.ts'
import type { Nix } from '../../nix/nix.ts'
import { signText } from '../../nix/signing-key.ts'
import type { StorePath } from '../../nix/store-path.ts'
import type { Runner } from '../../runner/ports.ts'
import { consumerLines, reportOf, type Seen } from '../after/report.ts'
import type { CachePush } from '../caches.ts'
import { asFacts, type PathFacts } from '../paths/closure.ts'
import { damagedPaths } from '../paths/local-store.ts'
import { fingerprint, isSignedBy } from '../paths/narinfo.ts'
import { reasonOf } from '../target.ts'
import type { PushReport } from '../types.ts'
import { copyOverSsh, heldOverSsh, signOverSsh } from './ssh-store.ts'

/** Pushes to a store behind SSH: brings what it lacks, signs what was there without our signature, and looks again. */
export async function pushOverSsh(
  runner: Runner,
  nix: Nix,
  push: CachePush,
  destination: Destination,
): Promise<PushReport> {
  const began = performance.now()
  const { request, closure } = push
  const paths = closure.map(({ path }) => path)
  let seen: Seen
  try {
    const damaged = await damagedPaths(runner, nix, paths)
    const [first] = damaged
    if (first !== undefined) throw new Error(`${first[0]}: ${first[1]}`)
    const before = await heldOverSsh(runner, nix, destination, paths)
    await copyOverSsh(runner, nix, request, destination, closure)
    const unsigned = destination.scheme === 'ssh-ng' ? unsignedIn(before, push) : []
    const failure =
      unsigned.length === 0 || request.key === undefined
        ? undefined
        : await signOverSsh(runner, nix, request.key, destination, unsigned)
    const after = request.verify === 'none' ? undefined : await heldOverSsh(runner, nix, destination, paths)
    seen = seenOverSsh(push, destination, { before, unsigned, failure, after })
  } catch (cause) {
    seen = { before: new Set(), after: new Map(), faults: new Map(), verified: 0, reason: reasonOf(cause) }
  }
  const lines = consumerLines(destination, request.key?.publicKey)
  // over SSH the other side fetches what it can from its own substituters, and has everything in the end
  return reportOf(destination.shown, { ...push, upstream: new Set() }, seen, (performance.now() - began) / 1000, lines)
}

type Held = ReadonlyMap<StorePath, PathInfo>

/** Paths that are there as they are here, but without our signature. */
function unsignedIn(held: Held, { request, closure }: CachePush): readonly PathFacts[] {
  const publicKey = request.key?.publicKey
  if (publicKey === undefined) return []
  return closure.filter((facts) => {
    const found = held.get(facts.path)
    if (found === undefined) return false
    const there = asFacts(found)
    return fingerprint(there) === fingerprint(facts) && !isSignedBy(there, publicKey)
  })
}

/** What a store behind SSH showed. */
interface Looks {
  readonly before: Held
  /** Those of them that our signature was added to, and why that failed. */
  readonly unsigned: readonly PathFacts[]
  readonly failure: string | undefined
  /** Undefined where it was not read back. */
  readonly after: Held | undefined
}

function seenOverSsh(
  { request, closure }: CachePush,
  { scheme }: Destination,
  { before, unsigned, failure, after }: Looks,
): Seen {
  const { key } = request
  const why = failure === undefined ? '' : `, and it could not be added: ${failure}`
  const noSignature = `our signature is not on it${why}`
  const faults = new Map<StorePath, string>(
    failure === undefined ? [] : unsigned.map(({ path }) => [path, noSignature]),
  )
  for (const { path } of after === undefined ? [] : closure) {
    const found = after?.get(path)
    if (found === undefined) faults.set(path, 'it is not there')
    // the old protocol does not tell signatures
    else if (scheme === 'ssh-ng' && key !== undefined && !isSignedBy(asFacts(found), key.publicKey))
      faults.set(path, noSignature)
  }
  const copies = closure.map((facts) => {
    const found = after?.get(facts.path) ?? before.get(facts.path)
    const signatures =
      key === undefined ? facts.signatures : [...facts.signatures, signText(key.secret, fingerprint(facts))]
    const copy = { bytes: facts.narSize, signatures: found?.signatures ?? signatures }
    return [facts.path, copy] as const
  })
  const changed = new Set(unsigned.map(({ path }) => path))
  const verified = after === undefined ? 0 : closure.length - faults.size
  return {
    before: new Set([...before.keys()].filter((path) => !changed.has(path))),
    after: new Map(copies),
    faults,
    verified,
  }
}
