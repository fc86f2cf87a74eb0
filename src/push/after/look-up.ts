import { type StorePath, storeHash } from '../../nix/store-path.ts'
import { inParallel } from '../../runner/parallel.ts'
import type { Objects } from '../destination/objects.ts'
import type { PathFacts } from '../paths/closure.ts'
import { isSignedByBeside, type NarInfo, parseNarInfo } from '../paths/narinfo.ts'
import { type Found, judge } from './found.ts'

/**
 * Asks the destination itself what it has of each path. @param written narinfos that should be there: their NARs are
 * asked for at the same time @throws DestinationError where it does not answer
 */
export async function lookUp(
  objects: Objects,
  closure: readonly PathFacts[],
  publicKey: string | undefined,
  written: ReadonlyMap<StorePath, NarInfo> = new Map(),
): Promise<ReadonlyMap<StorePath, Found>> {
  const found = await inParallel(
    objects.lookups,
    closure,
    async (facts) => [facts.path, await lookUpOne(objects, facts, publicKey, written.get(facts.path)?.url)] as const,
  )
  return new Map(found)
}

async function lookUpOne(
  objects: Objects,
  facts: PathFacts,
  publicKey: string | undefined,
  url: string | undefined,
): Promise<Found> {
  const [text, size] = await Promise.all([
    objects.read(`${storeHash(facts.path)}.narinfo`),
    url === undefined ? undefined : objects.size(url),
  ])
  if (text === undefined) return { state: 'missing' }
  let info: NarInfo
  try {
    info = parseNarInfo(text.toString())
  } catch (cause) {
    return { state: 'broken', reason: cause instanceof Error ? cause.message : String(cause) }
  }
  const [bytes, isSigned] = await Promise.all([
    info.url === url ? size : objects.size(info.url),
    publicKey === undefined || isSignedByBeside(info, publicKey),
  ])
  return judge(info, bytes, facts, isSigned)
}
