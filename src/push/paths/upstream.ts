import type { Destination } from '../../inputs/inputs.ts'
import { keyName } from '../../nix/signing-key.ts'
import { type StorePath, storeHash } from '../../nix/store-path.ts'
import { parseDestination, withoutLogin } from '../../nix/store-url.ts'
import { inParallel } from '../../runner/parallel.ts'
import type { Runner } from '../../runner/ports.ts'
import type { Objects } from '../destination/objects.ts'
import { openObjects } from '../destination/open.ts'
import { BRIEF_PATIENCE } from '../retry.ts'
import type { PushSettings } from '../settings.ts'
import { reasonOf } from '../target.ts'
import type { PushRequest } from '../types.ts'
import type { PathFacts } from './closure.ts'
import { isSignedBy, parseNarInfo } from './narinfo.ts'

/**
 * The caches whose paths are left out: those named, or all configured substituters, but never a destination itself, and
 * no substituter in the folder for temporary files of the job (the Actions cache is one): nobody else can reach it.
 * @param temporary that folder
 */
export function upstreamCaches(
  wish: PushRequest['skipUpstream'],
  substituters: readonly string[],
  destinations: readonly Destination[],
  temporary: string,
): readonly string[] {
  const targets = new Set(destinations.map(({ url }) => place(url)))
  const lasting = substituters.filter((url) => !place(url).startsWith(`file://${temporary}/`))
  const named = wish === 'substituters' ? lasting : (wish ?? [])
  return [...new Set(named)].filter((url) => !targets.has(place(url)))
}

const place = (url: string): string => withoutLogin(url).replace(/\?.*$/s, '').replace(/\/+$/, '')

/**
 * Trusted keys that stand for a cache by the custom of their names: `cache.nixos.org-1` signs for
 * https://cache.nixos.org, `foo.cachix.org-1` for https://foo.cachix.org.
 */
export function keysOf(cache: string, trustedKeys: readonly string[]): readonly string[] {
  const host = /^https?:\/\/([^/?#:]+)/.exec(place(cache))?.[1]
  return trustedKeys.filter((key) => keyName(key).replace(/-\d+$/, '') === host)
}

/**
 * Paths of the closure that the caches serve: by a trusted key's signature on the local path, without a question, or
 * because the cache has their narinfo. A cache that does not answer serves nothing.
 */
export async function servedUpstream(
  runner: Runner,
  caches: readonly string[],
  closure: readonly PathFacts[],
  settings: PushSettings,
): Promise<ReadonlySet<StorePath>> {
  const served = new Set<StorePath>()
  for (const cache of caches) {
    const keys = keysOf(cache, settings.trustedKeys)
    for (const facts of closure) if (keys.some((key) => isSignedBy(facts, key))) served.add(facts.path)
    const open = closure.filter(({ path }) => !served.has(path))
    for (const path of await askCache(runner, cache, open, settings)) served.add(path)
  }
  return served
}

async function askCache(
  runner: Runner,
  cache: string,
  closure: readonly PathFacts[],
  settings: PushSettings,
): Promise<readonly StorePath[]> {
  const parsed = parseDestination(cache)
  if ('problem' in parsed || closure.length === 0) return []
  let objects: Objects | undefined
  try {
    const there = await openObjects(parsed, settings, BRIEF_PATIENCE)
    objects = there
    if (there === undefined) return []
    const found = await inParallel(there.lookups, closure, async ({ path }) => {
      const text = await there.read(`${storeHash(path)}.narinfo`)
      return text !== undefined && parseNarInfo(text.toString()).path === path ? [path] : []
    })
    return found.flat()
  } catch (cause) {
    runner.log.warning(`skip-upstream: ${parsed.shown} could not be asked, so its paths are pushed: ${reasonOf(cause)}`)
    return []
  } finally {
    objects?.close()
  }
}
