import { storeHash } from '../nix/store-path.ts'
import type { CacheEntries } from './types.ts'

/**
 * Entries to leave out so that the others have at most `limit` bytes. The longest unused go first, and what is kept
 * keeps all that it refers to: only an entry that no kept entry refers to can go.
 * @param used name of an entry → time of its last use
 * @returns names
 */
export function chooseEvicted(
  entries: CacheEntries,
  used: ReadonlyMap<string, number>,
  limit: number,
): ReadonlySet<string> {
  const users = countUsers(entries)
  let bytes = [...entries.values()].reduce((sum, { fileSize }) => sum + fileSize, 0)
  const evicted = new Set<string>()
  const free = [...entries.keys()].filter((name) => users.get(name) === 0)
  while (bytes > limit && free.length > 0) {
    const name = takeOldest(free, entries, used)
    const entry = entries.get(name)
    if (entry === undefined) continue
    evicted.add(name)
    bytes -= entry.fileSize
    for (const reference of innerReferences(entries, name)) {
      const left = (users.get(reference) ?? 0) - 1
      users.set(reference, left)
      if (left === 0) free.push(reference)
    }
  }
  return evicted
}

/** How many other entries refer to each. */
function countUsers(entries: CacheEntries): Map<string, number> {
  const users = new Map([...entries.keys()].map((name) => [name, 0]))
  for (const name of entries.keys())
    for (const reference of innerReferences(entries, name)) users.set(reference, (users.get(reference) ?? 0) + 1)
  return users
}

const innerReferences = (entries: CacheEntries, name: string): readonly string[] =>
  [...new Set((entries.get(name)?.references ?? []).map(storeHash))].filter(
    (other) => other !== name && entries.has(other),
  )

/** Of equally old ones the largest: it makes the most room. */
function takeOldest(free: string[], entries: CacheEntries, used: ReadonlyMap<string, number>): string {
  const time = (name: string) => used.get(name) ?? 0
  const size = (name: string) => entries.get(name)?.fileSize ?? 0
  let best = 0
  for (let at = 1; at < free.length; at += 1) {
    const [one, other] = [free[at] ?? '', free[best] ?? '']
    const order = time(one) - time(other) || size(other) - size(one) || (one < other ? -1 : 1)
    if (order < 0) best = at
  }
  return free.splice(best, 1)[0] ?? ''
}
