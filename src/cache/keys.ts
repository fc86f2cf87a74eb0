import { createHash } from 'node:crypto'
import type { CacheTrust } from './types.ts'

/** What the keys are made of. */
export interface KeyFacts {
  /** The system that builds, `x86_64-linux`. */
  readonly system: string
  /** Each target with its strategy. */
  readonly targets: readonly { readonly name: string; readonly strategy: string }[]
  /** What is built, as text: flake reference, packages, templates. */
  readonly what: readonly string[]
  /** GITHUB_REF, `refs/heads/main`. */
  readonly ref: string
  /** GITHUB_BASE_REF of a pull request: a branch's name. */
  readonly base: string | undefined
  /** A branch's name. */
  readonly defaultBranch: string | undefined
  /** Content of flake.lock; undefined where there is none to read. */
  readonly lock: string | undefined
}

export interface CacheKeys {
  /** Prefixes to restore by, the nearest first; at most 10 (a limit of the service's client). */
  readonly restore: readonly string[]
  /** Prefix of the key to save under; the digest of the content completes it. */
  readonly save: string
}

/** Raised when an older action could not read what a newer one saves. */
const FORMAT = 'v2'

/**
 * Keys of the cache. An entry of the service never changes, and a prefix finds the newest that starts with it: hence
 * the order of the parts, and a digest at the end. Each part is free of `-`, so that no prefix ends inside of a part.
 * Names of refs are only text in them: who may read which entry, GitHub decides by the ref that saved it.
 */
export function cacheKeys(facts: KeyFacts, trust: CacheTrust): CacheKeys {
  const start = `nix-multiarch-${FORMAT}-${facts.system}-${targetsPart(facts.targets)}`
  const what = hash(JSON.stringify(facts.what))
  const branch = (name: string | undefined) => (name === undefined ? [] : [refPart(`refs/heads/${name}`)])
  const others = [...branch(facts.base), ...branch(facts.defaultBranch)]
  const by = (kind: CacheTrust, ...parts: readonly string[]) => `${[start, kind, ...parts].join('-')}-`
  const own = by(trust, what, refPart(facts.ref), hash(facts.lock ?? ''))
  const near = [own, by(trust, what, refPart(facts.ref)), ...others.map((part) => by(trust, what, part))]
  const far = [by(trust, what), by(trust)]
  // a run without key cannot check signatures and needs none: it may use what runs with a key have saved
  const signed = trust === 'open' ? others.map((part) => by('signed', what, part)) : []
  const farSigned = trust === 'open' ? [by('signed', what), by('signed')] : []
  return { restore: [...new Set([...near, ...signed, ...far, ...farSigned])].slice(0, 10), save: own }
}

/** How near an entry is to what was asked for. */
export const hitKind = (keys: CacheKeys, matchedKey: string): 'exact' | 'partial' =>
  matchedKey.startsWith(keys.save) ? 'exact' : 'partial'

/**
 * Digest of the content, for the end of the key: the same paths with the same contents have the same.
 * @param salt makes another key of the same content, to come after an entry that is damaged
 */
export function contentDigest(
  entries: Iterable<{ readonly path: string; readonly narHash: string }>,
  salt: string,
): string {
  const lines = [...entries].map(({ path, narHash }) => `${path} ${narHash}\n`).sort()
  return hash(`${lines.join('')}${salt}`, 16)
}

function targetsPart(targets: KeyFacts['targets']): string {
  const names = targets.map(({ name }) => name).sort()
  const all = targets.map(({ name, strategy }) => `${name}=${strategy}`).sort()
  return `${readable(names.join('+'))}.${hash(all.join(' '))}`
}

const refPart = (ref: string): string => `${readable(ref.replace(/^refs\/(heads\/)?/, ''))}.${hash(ref)}`

const readable = (text: string): string => text.replace(/[^A-Za-z0-9+]+/g, '_').slice(0, 40)

const hash = (text: string, digits = 8): string => createHash('sha256').update(text).digest('hex').slice(0, digits)
