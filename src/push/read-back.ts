import { createHash } from 'node:crypto'
import { toBase32 } from '../nix/base32.ts'
import { type StorePath, storeHash } from '../nix/store-path.ts'
import type { PathFacts } from './closure.ts'
import type { Objects } from './destination/objects.ts'
import { type Found, judge } from './found.ts'
import { type NarInfo, parseNarInfo } from './narinfo.ts'
import { pooled } from './pool.ts'

/** How many NARs `verify: sample` reads whole, and up to which size each. */
const SAMPLE_PATHS = 5
const SAMPLE_BYTES = 256 * 1024 * 1024

/** Asks the destination itself what it has of each path. @throws DestinationError where it does not answer */
export async function lookUp(
  objects: Objects,
  closure: readonly PathFacts[],
  publicKey: string | undefined,
): Promise<ReadonlyMap<StorePath, Found>> {
  const found = await pooled(
    closure,
    objects.lookups,
    async (facts) => [facts.path, await lookUpOne(objects, facts, publicKey)] as const,
  )
  return new Map(found)
}

async function lookUpOne(objects: Objects, facts: PathFacts, publicKey: string | undefined): Promise<Found> {
  const text = await objects.read(`${storeHash(facts.path)}.narinfo`)
  if (text === undefined) return { state: 'missing' }
  let info: NarInfo
  try {
    info = parseNarInfo(text.toString())
  } catch (cause) {
    return { state: 'broken', reason: cause instanceof Error ? cause.message : String(cause) }
  }
  return judge(info, await objects.size(info.url), facts, publicKey)
}

/** Paths whose content is read back: all, or of those small enough a few that change from run to run. */
export function sampleOf(
  found: ReadonlyMap<StorePath, Found>,
  verify: 'sample' | 'full' | 'none',
  random: () => number,
): readonly NarInfo[] {
  const good = [...found.values()].flatMap((one) => (one.state === 'good' ? [one] : []))
  if (verify !== 'sample') return verify === 'full' ? good.map(({ info }) => info) : []
  return good
    .filter(({ bytes }) => bytes <= SAMPLE_BYTES)
    .map(({ info }) => ({ info, order: random() }))
    .sort((a, b) => a.order - b.order)
    .slice(0, SAMPLE_PATHS)
    .map(({ info }) => info)
}

/** Reads a NAR whole and compares its hash. Gives what is wrong. @throws DestinationError where it cannot be read */
export async function contentFault(objects: Objects, info: NarInfo): Promise<string | undefined> {
  const wanted = info.compression === 'none' ? info.narHash : info.fileHash
  if (wanted === undefined) return undefined
  const hash = createHash('sha256')
  for await (const chunk of objects.stream(info.url)) hash.update(chunk)
  const got = `sha256:${toBase32(hash.digest())}`
  return got === wanted ? undefined : `the content of its NAR is wrong: hash ${got} instead of ${wanted}`
}
