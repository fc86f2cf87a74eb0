import type { SigningKey } from '../inputs/inputs.ts'
import { toSri } from '../nix/hash.ts'
import { type StorePath, storeHash } from '../nix/store-path.ts'
import { type FoundEntry, isVouchedFor, parseEntry } from './entry.ts'
import type { CacheEntries, CacheEntry } from './types.ts'

/** What lies in a cache folder that came from outside, as far as it is well formed. */
export interface FoundFiles {
  /** Name → text, of regular files named `<hash>.narinfo`. */
  readonly narinfos: ReadonlyMap<string, string>
  /** Name in `nar/` → bytes and hash (SRI), of regular files named `<hash>.nar.zst`. */
  readonly nars: ReadonlyMap<string, { readonly size: number; readonly hash: string }>
  /** Names of everything else: links, folders, other names. */
  readonly foreign: readonly string[]
}

export interface JudgeRules {
  readonly storeDirectory: string
  /** Key that must vouch for every entry; undefined where none does. */
  readonly key: SigningKey | undefined
  /** Paths that other substituters serve. */
  readonly outside: ReadonlySet<StorePath>
}

export interface Judged {
  readonly entries: CacheEntries
  /** What is left out: name of the file and the reason, a clause. */
  readonly dropped: readonly { readonly name: string; readonly reason: string }[]
}

/**
 * Decides what of a restored folder is used: entries whose narinfo is well formed and signed as asked for, whose NAR
 * is there with the right size and hash, and whose references are all kept too or are served elsewhere.
 */
export function judgeFiles(files: FoundFiles, rules: JudgeRules): Judged {
  const dropped = files.foreign.map((name) => ({ name, reason: 'it is not of a binary cache' }))
  const entries = new Map<string, CacheEntry>()
  for (const [name, text] of files.narinfos) {
    const judged = judgeOne(name, text, files, rules)
    if (typeof judged === 'string') dropped.push({ name, reason: judged })
    else entries.set(storeHash(judged.path), judged)
  }
  for (const [hash, missing] of withoutReferences(entries, rules.outside)) {
    entries.delete(hash)
    dropped.push({ name: `${hash}.narinfo`, reason: `it needs ${missing}, which is not there` })
  }
  return { entries, dropped }
}

function judgeOne(name: string, text: string, files: FoundFiles, rules: JudgeRules): CacheEntry | string {
  let found: FoundEntry
  try {
    found = parseEntry(name, text, rules.storeDirectory)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  const { text: _, ...entry } = found
  if (rules.key !== undefined && !isVouchedFor(text, rules.key)) return 'no run with this signing-key vouches for it'
  const nar = files.nars.get(`${entry.fileHash}.nar.zst`)
  if (nar === undefined) return 'its NAR is not there'
  if (nar.size !== entry.fileSize) return `its NAR has ${nar.size} bytes instead of ${entry.fileSize}`
  return nar.hash === toSri(`sha256:${entry.fileHash}`) ? entry : 'the content of its NAR is wrong'
}

/** Entries that cannot stay since something they need is missing, with what is; those that need such ones too. */
function withoutReferences(entries: CacheEntries, outside: ReadonlySet<StorePath>): ReadonlyMap<string, StorePath> {
  const isThere = (path: StorePath) => entries.get(storeHash(path))?.path === path || outside.has(path)
  const gone = new Map<string, StorePath>()
  for (const [name, { references }] of entries) {
    const missing = references.find((path) => !isThere(path))
    if (missing !== undefined) gone.set(name, missing)
  }
  const users = usersOf(entries)
  // a Map visits what is added while it is walked
  for (const [name] of gone) {
    const { path } = entries.get(name) as CacheEntry
    for (const user of users.get(path) ?? []) if (!gone.has(user)) gone.set(user, path)
  }
  return gone
}

/** Path → names of the entries that refer to it. */
function usersOf(entries: CacheEntries): ReadonlyMap<StorePath, readonly string[]> {
  const users = new Map<StorePath, string[]>()
  for (const [name, { references }] of entries) {
    for (const path of references) {
      const known = users.get(path)
      if (known === undefined) users.set(path, [name])
      else known.push(name)
    }
  }
  return users
}
