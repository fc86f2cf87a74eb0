import { dirname } from 'node:path'
import type { Destination } from '../inputs/inputs.ts'
import type { Nix } from '../nix/nix.ts'
import { pathInfos } from '../nix/store.ts'
import type { StorePath } from '../nix/store-path.ts'
import type { Runner } from '../runner/ports.ts'
import { describeUnsigned } from './after/unsigned.ts'
import { type CachePush, pushToCaches } from './caches.ts'
import { unlessCancelled } from './cancel.ts'
import { makingParameters } from './copy/copy-plan.ts'
import { asFacts } from './paths/closure.ts'
import { servedUpstream, upstreamCaches } from './paths/upstream.ts'
import { readSettings } from './settings.ts'
import { pushOverSsh } from './ssh/ssh.ts'
import type { PushReport, PushRequest } from './types.ts'

/**
 * Pushes the closures of all roots to every destination and reads them back from there. What fails is reported, by
 * path, and not thrown. @param reached paths known to be at every destination, which are not asked for again
 * @throws CommandError where a root is not in the store, UserError where the job is cancelled
 */
export async function pushClosures(
  runner: Runner,
  nix: Nix,
  request: PushRequest,
  reached: ReadonlySet<StorePath> = new Set(),
): Promise<readonly PushReport[]> {
  if (request.destinations.length === 0 || request.roots.length === 0) return []
  return await unlessCancelled(runner.cancelled, pushAll(runner, nix, request, reached))
}

async function pushAll(
  runner: Runner,
  nix: Nix,
  request: PushRequest,
  reached: ReadonlySet<StorePath>,
): Promise<readonly PushReport[]> {
  const [settings, infos] = await Promise.all([
    readSettings(runner, nix),
    pathInfos(runner.commands, nix, request.roots, { recursive: true }),
  ])
  const closure = infos.map(asFacts)
  const temporary = dirname(runner.facts.folder)
  const caches = upstreamCaches(request.skipUpstream, settings.substituters, request.destinations, temporary)
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
  // what is not read back may be signed by the server
  const seen = request.verify === 'none' ? [] : [...reports.values()]
  for (const text of seen.flatMap((report) => describeUnsigned(report, closure) ?? [])) runner.log.notice(text)
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
