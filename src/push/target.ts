import type { Destination, SigningKey } from '../inputs/inputs.ts'
import type { StorePath } from '../nix/store-path.ts'
import { storeHash } from '../nix/store-path.ts'
import { withoutLogin } from '../nix/store-url.ts'
import { inParallel } from '../runner/parallel.ts'
import type { Found } from './after/found.ts'
import { lookUp } from './after/look-up.ts'
import { CACHE_INFO, newCacheInfo, wrongCacheInfo } from './before/cache-info.ts'
import { bytesOf, DestinationError, type Objects } from './destination/objects.ts'
import { openObjects } from './destination/open.ts'
import { Delivery } from './gateway/delivery.ts'
import type { PathFacts } from './paths/closure.ts'
import { type NarInfo, signed } from './paths/narinfo.ts'
import type { PushSettings } from './settings.ts'

/** A binary cache that is pushed to, and what it had before. */
export interface Target {
  readonly destination: Destination
  readonly objects: Objects
  readonly delivery: Delivery
  readonly before: ReadonlyMap<StorePath, Found>
}

/** A target that cannot be pushed to, with the reason. */
export interface NoTarget {
  readonly destination: Destination
  readonly reason: string
}

/** Opens a destination, makes it a binary cache if it is none yet, and asks what it has of the closure. Never throws. */
export async function openTarget(
  destination: Destination,
  settings: PushSettings,
  storeDirectory: string,
  closure: readonly PathFacts[],
  publicKey: string | undefined,
): Promise<Target | NoTarget> {
  let objects: Objects | undefined
  try {
    objects = await openObjects(destination, settings)
    if (objects === undefined) throw new Error('not a binary cache')
    const [before] = await Promise.all([lookUp(objects, closure, publicKey), makeCache(objects, storeDirectory)])
    return { destination, objects, delivery: new Delivery(objects), before }
  } catch (cause) {
    objects?.close()
    return { destination, reason: reasonOf(cause) }
  }
}

/** Makes it a binary cache if it is none yet. @throws Error where it is one for another store */
async function makeCache(objects: Objects, storeDirectory: string): Promise<void> {
  const info = await objects.read(CACHE_INFO)
  const wrong = info === undefined ? undefined : wrongCacheInfo(info.toString(), storeDirectory)
  if (wrong !== undefined) throw new Error(wrong)
  if (info === undefined) await objects.write(CACHE_INFO, bytesOf(newCacheInfo(storeDirectory)))
}

/** What the gateway has to bring to a target. */
export const lackedBy = ({ before }: Target, closure: readonly PathFacts[]): readonly PathFacts[] =>
  closure.filter(({ path }) => ['missing', 'broken'].includes(before.get(path)?.state ?? ''))

/** Adds our signature to what is there without it. Gives the narinfos written, and what failed, by path. */
export async function signWhatIsThere(
  { objects, before }: Target,
  key: SigningKey | undefined,
): Promise<{ infos: ReadonlyMap<StorePath, NarInfo>; failed: ReadonlyMap<StorePath, string> }> {
  const failed = new Map<StorePath, string>()
  const infos = new Map<StorePath, NarInfo>()
  const unsigned = [...before].flatMap(([path, found]) =>
    found.state === 'unsigned' ? [{ path, info: found.info }] : [],
  )
  if (key === undefined) return { infos, failed }
  await inParallel(objects.connections, unsigned, async ({ path, info }) => {
    try {
      const ours = signed(info, key)
      await objects.write(`${storeHash(path)}.narinfo`, bytesOf(ours.text))
      infos.set(path, ours)
    } catch (cause) {
      if (!(cause instanceof DestinationError)) throw cause
      failed.set(path, `our signature could not be added: ${cause.message}`)
    }
  })
  return { infos, failed }
}

/** Text of a failure, without logins. */
export const reasonOf = (cause: unknown): string => withoutLogin(cause instanceof Error ? cause.message : String(cause))
