import { setFlagsFromString } from 'node:v8'
import type { Destination } from '../inputs/inputs.ts'
import type { Nix } from '../nix/nix.ts'
import type { StorePath } from '../nix/store-path.ts'
import type { Runner } from '../runner/ports.ts'
import { readBack, unseen } from './after/read-back.ts'
import { consumerLines, reportOf } from './after/report.ts'
import { CANCELLED } from './cancel.ts'
import { copyWithTries, freshCommand, withSecretFile } from './copy/copy.ts'
import { gatewayCopyArguments, makingParameters, silenceLimit } from './copy/copy-plan.ts'
import { Gateway } from './gateway/gateway.ts'
import { largeOnes, ownMaking, packsFast } from './gateway/large.ts'
import { narOf } from './gateway/nar.ts'
import type { PathFacts } from './paths/closure.ts'
import { damagedPaths } from './paths/local-store.ts'
import type { PushSettings } from './settings.ts'
import { lackedBy, openTarget, reasonOf, type Target } from './target.ts'
import type { PushReport, PushRequest } from './types.ts'

const PROGRESS_SECONDS = 15
/** From so many paths on memory comes before speed already while the destinations are asked. */
const MANY_PATHS = 2500

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
  if (own.length > MANY_PATHS) saveMemory()
  const publicKey = push.request.key?.publicKey
  const opened = await Promise.all(
    destinations.map((destination) => openTarget(destination, push.settings, nix.storeDirectory, own, publicKey)),
  )
  const targets = opened.filter((target): target is Target => 'objects' in target)
  await bring(runner, nix, push, targets, own)
  const reports = await Promise.all(
    opened.map(async (target) => {
      const seen = 'objects' in target ? await readBack(runner, target, push.request, own) : unseen(target)
      const lines = consumerLines(target.destination, publicKey)
      const seconds = (performance.now() - began) / 1000
      return reportOf(target.destination.shown, push, seen, seconds, lines)
    }),
  )
  for (const { objects } of targets) objects.close()
  return reports
}

/** Thousands of requests make garbage that V8 otherwise collects late: half the memory for a quarter more work. */
const saveMemory = (): void => setFlagsFromString('--optimize-for-size')

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
  saveMemory()
  const deliveries = targets.map(({ delivery }) => delivery)
  const { folder } = runner.facts
  const gateway = await Gateway.open({ storeDirectory: nix.storeDirectory, folder, key: request.key, deliveries })
  const stop = () => {
    for (const delivery of deliveries) delivery.stop(CANCELLED)
  }
  runner.cancelled.addEventListener('abort', stop)
  const progress = setInterval(() => runner.log.info(progressOf(targets, wanted.length)), PROGRESS_SECONDS * 1000)
  try {
    const made = await madeHere(wanted, makingParameters(url, request.compression, 0))
    const paths = new Set(made.paths.map(({ path }) => path))
    gateway.announce(closure, lacking, paths)
    const others = wanted.filter(({ path }) => !paths.has(path))
    const checking = checkContents(runner, nix, targets, others)
    const largest = others.reduce((most, { narSize }) => Math.max(most, narSize), 0)
    const silent = silenceLimit(largest, request.compression)
    const copying = copyInto(runner, nix, gateway, request, makingParameters(url, request.compression, largest), silent)
    const making = makeThem(gateway, made)
    const [, reason] = await Promise.all([checking, copying, making])
    await gateway.settle(reason ?? 'nix copy did not bring it')
  } finally {
    clearInterval(progress)
    runner.cancelled.removeEventListener('abort', stop)
    await gateway.close()
  }
}

interface Made {
  readonly paths: readonly PathFacts[]
  readonly level: number | undefined
}

/** What is packed and sent by this process, and not by Nix: large paths that zstd packs fast. */
async function madeHere(wanted: readonly PathFacts[], parameters: string): Promise<Made> {
  const making = ownMaking(parameters)
  if (making === undefined) return { paths: [], level: undefined }
  const large = await Promise.all(
    largeOnes(wanted).map(async (facts) => ((await packsFast(facts.path)) ? [facts] : [])),
  )
  return { paths: large.flat(), level: making.level }
}

async function makeThem(gateway: Gateway, { paths, level }: Made): Promise<void> {
  for (const facts of paths) await gateway.make(facts, narOf(facts.path), level)
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
