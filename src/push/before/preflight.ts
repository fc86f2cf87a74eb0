import type { Destination, SigningKey } from '../../inputs/inputs.ts'
import type { Nix } from '../../nix/nix.ts'
import { withoutLogin } from '../../nix/store-url.ts'
import type { Runner } from '../../runner/ports.ts'
import { wrongParameters } from '../copy/copy-plan.ts'
import { limitWarning } from '../destination/body-limit.ts'
import { folderOf, probeFolder } from '../destination/file.ts'
import { bytesOf, type Objects } from '../destination/objects.ts'
import { openObjects } from '../destination/open.ts'
import { BRIEF_PATIENCE } from '../retry.ts'
import { type PushSettings, readSettings } from '../settings.ts'
import { reachStore } from '../ssh/ssh-store.ts'
import type { Problem } from '../types.ts'
import { CACHE_INFO, wrongCacheInfo } from './cache-info.ts'

/** Fixed, so that a destination that forbids DELETE ends up with one such object at most. */
const PROBE = 'nix-multiarch-write-test'

/**
 * Tries every destination in seconds, so that wrong credentials fail before an hour of building: reachable, a binary
 * cache for this store or an empty place that can become one, readable and writable. Never throws.
 */
export async function preflight(
  runner: Runner,
  nix: Nix,
  destinations: readonly Destination[],
  key: SigningKey | undefined,
): Promise<readonly Problem[]> {
  if (destinations.length === 0) return []
  if (key !== undefined) runner.log.info(`Pushed paths are signed; their public key is ${key.publicKey}`)
  const settings = await readSettings(runner, nix)
  const found = await Promise.all(destinations.map((destination) => problemOf(runner, nix, destination, settings)))
  return found.flatMap((text, n) => {
    const destination = destinations[n]
    if (destination === undefined) return []
    if (text === undefined) runner.log.info(`Push destination ${destination.shown}: reachable and writable`)
    return text === undefined ? [] : [{ destination: destination.shown, text: `${destination.shown}: ${text}` }]
  })
}

async function problemOf(
  runner: Runner,
  nix: Nix,
  destination: Destination,
  settings: PushSettings,
): Promise<string | undefined> {
  let objects: Objects | undefined
  try {
    const isCache = !destination.scheme.startsWith('ssh')
    const wrongUrl = isCache ? wrongParameters(destination.url) : undefined
    if (wrongUrl !== undefined) return wrongUrl
    if (destination.scheme === 'file') await probeFolder(folderOf(destination.url), PROBE)
    objects = await openObjects(destination, settings, BRIEF_PATIENCE)
    if (objects === undefined) return await reachStore(runner, nix, destination)
    const info = await objects.read(CACHE_INFO)
    const wrong = info === undefined ? undefined : wrongCacheInfo(info.toString(), nix.storeDirectory)
    if (wrong !== undefined || destination.scheme === 'file') return wrong
    await objects.write(PROBE, bytesOf('Written by nix-multiarch to see whether it may; can be deleted.\n'))
    if ((await objects.size(PROBE)) === undefined)
      return 'it takes what is written, says so, and does not have it: a place that cannot be written to'
    const limit = await objects.limit?.(PROBE)
    await objects.remove(PROBE)
    if (limit !== undefined) runner.log.warning(limitWarning(destination.shown, limit))
    return undefined
  } catch (cause) {
    return withoutLogin(cause instanceof Error ? cause.message : String(cause))
  } finally {
    objects?.close()
  }
}
