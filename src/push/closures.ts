import type { Destination } from '../inputs/inputs.ts'
import type { Nix } from '../nix/nix.ts'
import { withoutLogin } from '../nix/store-url.ts'
import { UserError } from '../runner/errors.ts'
import type { Runner } from '../runner/ports.ts'
import type { PathFacts } from './closure.ts'
import { copyClosure, remoteClosure } from './copy.ts'
import type { Objects } from './destination/objects.ts'
import { openObjects } from './destination/open.ts'
import { type Found, faultOf } from './found.ts'
import { closureOf, verifyLocal } from './local-store.ts'
import { pooled } from './pool.ts'
import { contentFault, lookUp, sampleOf } from './read-back.ts'
import { consumerLines, reportOf, type Seen } from './report.ts'
import { type PushSettings, readSettings } from './settings.ts'
import type { PushReport, PushRequest } from './types.ts'

/**
 * Pushes the closures of all roots to every destination and reads them back from there. A destination that fails is
 * reported, not thrown. @throws UserError where the local store is damaged: then nothing is pushed anywhere
 */
export async function pushClosures(runner: Runner, nix: Nix, request: PushRequest): Promise<readonly PushReport[]> {
  if (request.destinations.length === 0 || request.roots.length === 0) return []
  const settings = await readSettings(runner, nix)
  const closure = await closureOf(runner, nix, request.roots)
  await verifyLocal(
    runner,
    nix,
    closure.map(({ path }) => path),
  )
  const reports: PushReport[] = []
  for (const destination of request.destinations)
    reports.push(await pushTo(runner, nix, request, destination, closure, settings))
  return reports
}

async function pushTo(
  runner: Runner,
  nix: Nix,
  request: PushRequest,
  destination: Destination,
  closure: readonly PathFacts[],
  settings: PushSettings,
): Promise<PushReport> {
  const began = performance.now()
  const lines = consumerLines(destination, request.key?.publicKey)
  const finish = (seen: Seen) => reportOf(destination.shown, closure, seen, (performance.now() - began) / 1000, lines)
  let objects: Objects | undefined
  try {
    objects = await openObjects(destination, settings)
    const publicKey = request.key?.publicKey
    const before = objects === undefined ? new Map() : await lookUp(objects, closure, publicKey)
    await copyClosure(runner, nix, request, destination, closure)
    if (objects === undefined) return finish({ before, ...(await readRemote(runner, nix, request, destination)) })
    if (request.verify === 'none') return finish({ before, faults: new Map(), verified: 0, after: before })
    const after = await lookUp(objects, closure, publicKey)
    return finish({ before, after, ...(await readContents(objects, after, request)) })
  } catch (cause) {
    if (cause instanceof UserError) throw cause
    const reason = withoutLogin(cause instanceof Error ? cause.message : String(cause))
    return finish({ before: new Map(), after: new Map(), faults: new Map(), verified: 0, reason })
  } finally {
    objects?.close()
  }
}

type Read = Pick<Seen, 'after' | 'faults' | 'verified'>

async function readRemote(runner: Runner, nix: Nix, request: PushRequest, destination: Destination): Promise<Read> {
  const after = new Map<PathFacts['path'], Found>()
  if (request.verify === 'none') return { after, faults: new Map(), verified: 0 }
  const there = await remoteClosure(runner, nix, destination, request.roots)
  return { after, faults: new Map(), verified: there.length }
}

async function readContents(
  objects: Objects,
  after: ReadonlyMap<PathFacts['path'], Found>,
  request: PushRequest,
): Promise<Pick<Seen, 'faults' | 'verified'>> {
  const faults = new Map<PathFacts['path'], string>()
  for (const [path, found] of after) {
    const fault = faultOf(found)
    if (fault !== undefined) faults.set(path, fault)
  }
  await pooled(sampleOf(after, request.verify, Math.random), 4, async (info) => {
    const fault = await contentFault(objects, info)
    if (fault !== undefined) faults.set(info.path, fault)
  })
  return { faults, verified: after.size - faults.size }
}
