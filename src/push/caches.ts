import type { Destination } from '../inputs/inputs.ts'
import type { Nix } from '../nix/nix.ts'
import type { StorePath } from '../nix/store-path.ts'
import type { Runner } from '../runner/ports.ts'
import type { PathFacts } from './closure.ts'
import { copyWithTries, freshCommand, withSecretFile } from './copy.ts'
import { gatewayCopyArguments, makingParameters, silenceLimit } from './copy-plan.ts'
import { type Found, faultOf } from './found.ts'
import { Gateway } from './gateway/gateway.ts'
import { damagedPaths } from './local-store.ts'
import { pooled } from './pool.ts'
import { contentFault, lookUp, sampleOf } from './read-back.ts'
import { consumerLines, reportOf, type Seen } from './report.ts'
import type { PushSettings } from './settings.ts'
import { lackedBy, type NoTarget, openTarget, reasonOf, signWhatIsThere, type Target } from './target.ts'
import type { PushReport, PushRequest } from './types.ts'

const PROGRESS_SECONDS = 15
const CONTENTS_AT_A_TIME = 4

/** What is pushed where, once facts are gathered. */
export interface CachePush {
  readonly request: PushRequest
  readonly settings: PushSettings
  readonly closure: readonly PathFacts[]
  /** Paths that other caches serve and that are left out. */
  readonly upstream: ReadonlySet<StorePath>
}

/**
 * Pushes to binary caches whose NARs are made alike, so that each NAR is made once: asks them what they have, lets
 * `nix copy` bring the rest to the gateway, adds our signature to what lacks it, and reads everything back.
 */
export async function pushToCaches(
  runner: Runner,
  nix: Nix,
  push: CachePush,
  destinations: readonly Destination[],
): Promise<readonly PushReport[]> {
  const began = performance.now()
  const own = push.closure.filter(({ path }) => !push.upstream.has(path))
  const publicKey = push.request.key?.publicKey
  const opened = await Promise.all(
    destinations.map((destination) => openTarget(destination, push.settings, nix.storeDirectory, own, publicKey)),
  )
  const targets = opened.filter((target): target is Target => 'objects' in target)
  await bring(runner, nix, push, targets, own)
  const reports = await Promise.all(
    opened.map(async (target) => {
      const seen = 'objects' in target ? await readBack(target, push, own) : unseen(target)
      const lines = consumerLines(target.destination, publicKey)
      const seconds = (performance.now() - began) / 1000
      return reportOf(target.destination.shown, push, seen, seconds, lines)
    }),
  )
  for (const { objects } of targets) objects.close()
  return reports
}

/** Lets Nix bring what targets lack. What fails is kept in their deliveries. */
async function bring(
  runner: Runner,
  nix: Nix,
  { request, closure }: CachePush,
  targets: readonly Target[],
  own: readonly PathFacts[],
): Promise<void> {
  const lacking = new Map(targets.map((target) => [target.delivery, lackedBy(target, own)]))
  const wanted = [...new Set([...lacking.values()].flat())]
  const url = targets[0]?.destination.url
  if (wanted.length === 0 || url === undefined) return
  const deliveries = targets.map(({ delivery }) => delivery)
  const { folder } = runner.facts
  const gateway = await Gateway.open({ storeDirectory: nix.storeDirectory, folder, key: request.key, deliveries })
  const progress = setInterval(() => runner.log.info(progressOf(targets, wanted.length)), PROGRESS_SECONDS * 1000)
  try {
    gateway.announce(closure, lacking)
    const checking = checkContents(runner, nix, targets, wanted)
    const largest = wanted.reduce((most, { narSize }) => Math.max(most, narSize), 0)
    const silent = silenceLimit(largest, request.compression)
    const copying = copyInto(runner, nix, gateway, request, makingParameters(url, request.compression, largest), silent)
    const [, reason] = await Promise.all([checking, copying])
    await gateway.settle(reason ?? 'nix copy did not bring it')
  } finally {
    clearInterval(progress)
    await gateway.close()
  }
}

/** Gives why Nix did not bring everything; undefined where it did. */
async function copyInto(
  runner: Runner,
  nix: Nix,
  gateway: Gateway,
  request: PushRequest,
  parameters: string,
  silentSeconds: number,
): Promise<string | undefined> {
  const netrc = `machine 127.0.0.1 login nix password ${gateway.password}\n`
  try {
    await withSecretFile(runner, netrc, async (file) => {
      const args = gatewayCopyArguments(`${gateway.url}?${parameters}`, file, request.roots)
      await copyWithTries(runner, () => freshCommand(runner, nix, args), silentSeconds)
    })
    return undefined
  } catch (cause) {
    return `nix copy: ${reasonOf(cause)}`
  }
}

/** Runs beside the copy; narinfos wait for its result. */
async function checkContents(
  runner: Runner,
  nix: Nix,
  targets: readonly Target[],
  wanted: readonly PathFacts[],
): Promise<void> {
  const paths = wanted.map(({ path }) => path)
  let damaged: ReadonlyMap<StorePath, string>
  try {
    damaged = await damagedPaths(runner, nix, paths)
  } catch (cause) {
    damaged = new Map(paths.map((path) => [path, reasonOf(cause)]))
  }
  for (const { delivery } of targets) {
    for (const [path, reason] of damaged) delivery.lose(path, reason)
    delivery.contentsFit(paths.filter((path) => !damaged.has(path)))
  }
}

function progressOf(targets: readonly Target[], wanted: number): string {
  const each = targets.map(({ destination, delivery }) => {
    const megabytes = (delivery.bytes / 1e6).toFixed(1)
    return `${destination.shown}: ${delivery.written.size} of ${wanted} paths, ${megabytes} MB sent`
  })
  return each.join('; ')
}

const unseen = ({ reason }: NoTarget): Seen => ({
  before: new Map(),
  after: new Map(),
  faults: new Map(),
  verified: 0,
  reason,
})

/** Adds missing signatures and looks at the destination again. Never throws. */
async function readBack(target: Target, push: CachePush, own: readonly PathFacts[]): Promise<Seen> {
  const { objects, delivery, before } = target
  const { key, verify } = push.request
  const dead = delivery.dead === undefined ? {} : { reason: delivery.dead }
  try {
    const unsignable = await signWhatIsThere(target, key)
    const faults = new Map([...delivery.lost, ...unsignable])
    const written: readonly (readonly [StorePath, Found])[] = [...delivery.written].map(([path, info]) => [
      path,
      { state: 'good', info, bytes: info.fileSize ?? 0 },
    ])
    if (verify === 'none') {
      for (const [path, found] of before) if (found.state === 'foreign') faults.set(path, found.reason)
      return { before, after: new Map([...before, ...written]), faults, verified: 0, ...dead }
    }
    const changed = own.filter(({ path }) => before.get(path)?.state !== 'good')
    const after = new Map([...before, ...(await lookUp(objects, changed, key?.publicKey))])
    for (const [path, found] of after) {
      const fault = faultOf(found)
      if (fault !== undefined && !faults.has(path)) faults.set(path, fault)
    }
    await pooled(sampleOf(after, verify, Math.random), CONTENTS_AT_A_TIME, async (info) => {
      const fault = await contentFault(objects, info)
      if (fault !== undefined) faults.set(info.path, fault)
    })
    return { before, after, faults, verified: after.size - faults.size, ...dead }
  } catch (cause) {
    return {
      before,
      after: before,
      faults: delivery.lost,
      verified: 0,
      reason: delivery.dead ?? `reading back: ${reasonOf(cause)}`,
    }
  }
}
