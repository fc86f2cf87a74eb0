import { parseStorePath, type StorePath, storeHash } from '../nix/store-path.ts'
import { member } from './decide.ts'
import { baseName } from './entry.ts'
import type { CacheEntries, Ledger } from './types.ts'

/** Name of the file beside the narinfos. */
export const LEDGER = 'nix-multiarch.json'
export const LEDGER_BYTES = 64 * 1024 * 1024
/** What runs leave to later ones besides closures (strategy/memory.ts). */
export const MEMORY = 'nix-multiarch-memory.json'
export const MEMORY_BYTES = 4 * 1024 * 1024

/** Text of the file. */
export function printLedger(ledger: Ledger): string {
  const used = Object.fromEntries([...ledger.used].sort(([a], [b]) => (a < b ? -1 : 1)))
  const outside = [...ledger.outside].map(baseName).sort()
  return `${JSON.stringify({ used, outside, wanted: [...ledger.wanted].sort() })}\n`
}

/**
 * Reads the file. It is not signed, and a wrong one does no harm: entries would be evicted too early or too late, or
 * be dropped. What cannot be read is as if it were not there.
 */
export function parseLedger(text: string, storeDirectory: string, now: number): Ledger {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = undefined
  }
  const used = new Map<string, number>()
  for (const [name, time] of Object.entries(member(value, 'used') ?? {})) {
    if (typeof time === 'number' && time >= 0) used.set(name, Math.min(time, now))
  }
  const listed = member(value, 'outside')
  const outside = (Array.isArray(listed) ? listed : []).flatMap((name: unknown) => {
    try {
      return [parseStorePath(`${storeDirectory}/${String(name)}`)]
    } catch {
      return []
    }
  })
  const asked = member(value, 'wanted')
  const wanted = (Array.isArray(asked) ? asked : []).filter((name: unknown) => typeof name === 'string')
  return { used, outside: new Set(outside), wanted: new Set(wanted) }
}

/**
 * The ledger after this run.
 * @param run paths that it needed, and those of them that it was asked for
 * @param now seconds since 1970
 */
export function updateUses(
  entries: CacheEntries,
  before: Ledger,
  { needed, wanted }: { readonly needed: ReadonlySet<StorePath>; readonly wanted: readonly StorePath[] },
  now: number,
): Ledger {
  const used = new Map<string, number>()
  const outside = new Set<StorePath>()
  const inside = new Set([...entries.values()].map(({ path }) => path))
  for (const [name, { path, references }] of entries) {
    used.set(name, needed.has(path) ? now : (before.used.get(name) ?? now))
    for (const reference of references) if (!inside.has(reference)) outside.add(reference)
  }
  return { used, outside, wanted: new Set(wanted.map(storeHash).filter((name) => entries.has(name))) }
}
