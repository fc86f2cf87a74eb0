import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import type { Runner } from '../runner/ports.ts'
import { printEntry, signEntry } from './entry.ts'
import type { Restored } from './restore.ts'
import type { CacheEntry } from './types.ts'

/** The narinfos of the restored entries, signed by this run. */
export interface Narinfos {
  readonly textOf: (entry: CacheEntry) => string
  /** All of them are in the folder: from then on it answers as a substituter. Never rejects. */
  readonly written: Promise<void>
}

/** Narinfos after which others get their turn. */
const AT_ONCE = 10

/**
 * Writes the narinfos of what was restored. Signing takes longer than all else that is done with an entry, and is done
 * while something else waits for the disk or for another program.
 */
export function openNarinfos(runner: Runner, { folder, entries, signer, use }: Restored): Narinfos {
  const texts = new Map<CacheEntry, string>()
  const print = use.trust === 'signed' ? printEntry : signEntry
  const textOf = (entry: CacheEntry): string => {
    const text = texts.get(entry) ?? print(entry, signer)
    texts.set(entry, text)
    return text
  }
  const write = async (): Promise<void> => {
    let count = 0
    for (const [name, entry] of entries) {
      // a folder of this run alone: nothing is overwritten
      writeFileSync(join(folder, `${name}.narinfo`), textOf(entry), { flag: 'wx' })
      count += 1
      if (count % AT_ONCE === 0) await breathe()
    }
  }
  const told = (cause: unknown): void => runner.log.info(`Actions cache: not all of it is used: ${String(cause)}`)
  return { textOf, written: write().catch(told) }
}

/** The signature in a narinfo of this action; none where there is none. */
export function signatureIn(narinfo: string): readonly string[] {
  const signature = /^Sig: (.*)$/m.exec(narinfo)?.[1]
  return signature === undefined ? [] : [signature]
}
