import type { Destination } from '../inputs/inputs.ts'
import type { Nix } from '../nix/nix.ts'
import type { StorePath } from '../nix/store-path.ts'
import type { Runner } from '../runner/ports.ts'
import { type CachePush, pushToCaches } from './caches.ts'
import { makingParameters } from './copy-plan.ts'
import { closureOf, damagedPaths } from './local-store.ts'
import { isSignedBy } from './narinfo.ts'
import { consumerLines, reportOf, type Seen } from './report.ts'
import { readSettings } from './settings.ts'
import { closureOverSsh, copyOverSsh } from './ssh-store.ts'
import { reasonOf } from './target.ts'
import type { PushReport, PushRequest } from './types.ts'
import { servedUpstream, upstreamCaches } from './upstream.ts'

/**
 * Pushes the closures of all roots to every destination and reads them back from there. What fails is reported, by
 * path, and not thrown. @param reached paths known to be at every destination, which are not asked for again
 * @throws CommandError where a root is not in the store
 */
export async function pushClosures(
  runner: Runner,
  nix: Nix,
  request: PushRequest,
  reached: ReadonlySet<StorePath> = new Set(),
): Promise<readonly PushReport[]> {
  if (request.destinations.length === 0 || request.roots.length === 0) return []
  const [settings, closure] = await Promise.all([readSettings(runner, nix), closureOf(runner, nix, request.roots)])
  const caches = upstreamCaches(request.skipUpstream, settings.substituters, request.destinations)
  const upstream = await servedUpstream(
    runner,
    caches,
    closure.filter(({ path }) => !reached.has(path)),
    settings,
  )
  if (upstream.size > 0)
    runner.log.info(`${upstream.size} of ${closure.length} paths are served by ${caches.join(', ')}`)
  const push: CachePush = { request, settings, closure, upstream: new Set([...upstream, ...reached]) }
  const reports = new Map<Destination, PushReport>()
  for (const alike of groups(request)) {
    const [first] = alike
    if (first === undefined) continue
    const overSsh = first.scheme === 'ssh' || first.scheme === 'ssh-ng'
    const done = overSsh ? [await pushOverSsh(runner, nix, push, first)] : await pushToCaches(runner, nix, push, alike)
    for (const [n, report] of done.entries()) reports.set(alike[n] ?? first, report)
  }
  return request.destinations.flatMap((destination) => reports.get(destination) ?? [])
}

/** Destinations that one `nix copy` serves; each store behind SSH is one of its own. */
function groups({ destinations, compression }: PushRequest): readonly (readonly Destination[])[] {
  const alike = new Map<string, Destination[]>()
  for (const destination of destinations) {
    const isSsh = destination.scheme.startsWith('ssh')
    const name = isSsh ? destination.url : makingParameters(destination.url, compression, 0)
    alike.set(name, [...(alike.get(name) ?? []), destination])
  }
  return [...alike.values()]
}

async function pushOverSsh(runner: Runner, nix: Nix, push: CachePush, destination: Destination): Promise<PushReport> {
  const began = performance.now()
  const { request, closure } = push
  let seen: Seen
  try {
    const damaged = await damagedPaths(
      runner,
      nix,
      closure.map(({ path }) => path),
    )
    const [first] = damaged
    if (first !== undefined) throw new Error(`${first[0]}: ${first[1]}`)
    await copyOverSsh(runner, nix, request, destination, closure)
    seen = await readBack(runner, nix, push, destination)
  } catch (cause) {
    seen = { before: new Map(), after: new Map(), faults: new Map(), verified: 0, reason: reasonOf(cause) }
  }
  const lines = consumerLines(destination, request.key?.publicKey)
  // over SSH the other side fetches what it can from its own substituters, and has everything in the end
  return reportOf(destination.shown, { ...push, upstream: new Set() }, seen, (performance.now() - began) / 1000, lines)
}

async function readBack(runner: Runner, nix: Nix, push: CachePush, destination: Destination): Promise<Seen> {
  const { request, closure } = push
  const faults = new Map<StorePath, string>()
  const nothing = { before: new Map(), after: new Map(), faults }
  if (request.verify === 'none') return { ...nothing, verified: 0 }
  const there = new Map(
    (await closureOverSsh(runner, nix, destination, request.roots)).map((facts) => [facts.path, facts]),
  )
  for (const { path } of closure) {
    const found = there.get(path)
    if (found === undefined) faults.set(path, 'it is not there')
    // the old protocol does not tell signatures
    else if (destination.scheme === 'ssh-ng' && request.key !== undefined && !isSignedBy(found, request.key.publicKey))
      faults.set(path, 'our signature is not on it')
  }
  return { ...nothing, verified: closure.length - faults.size }
}
