import { createHash, hash } from 'node:crypto'
import { createReadStream, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { ENTRIES, ENTRIES_BYTES, NAR_NAME, NARINFO_NAME, splitEntries } from './entry.ts'
import type { FoundFiles } from './judge.ts'
import { LEDGER, LEDGER_BYTES, MEMORY, MEMORY_BYTES } from './ledger.ts'

/** Bytes read at once: a stream takes longer to open than a small file to read. */
const AT_ONCE = 4 * 1024 * 1024
/** Files after which signals and timers get their turn: small files are read without waiting, ten times as fast. */
const WITHOUT_BREATH = 50
/** What an archive has besides NARs. */
const EXPECTED = [ENTRIES, LEDGER, MEMORY, 'nar']

/** Reads a folder that came from outside: nothing in it is followed, and only regular files are opened. */
export async function scanFolder(folder: string): Promise<FoundFiles> {
  const nars = new Map<string, { size: number; hash: string }>()
  const foreign = names(folder).filter((name) => !EXPECTED.includes(name))
  const narFolder = join(folder, 'nar')
  for (const [at, name] of (isFolder(narFolder) ? names(narFolder) : []).entries()) {
    const size = regularSize(join(narFolder, name))
    if (NAR_NAME.test(name) && size !== undefined)
      nars.set(name, { size, hash: `sha256-${await sha256(join(narFolder, name), size)}` })
    else foreign.push(`nar/${name}`)
    if (at % WITHOUT_BREATH === 0) await breathe()
  }
  return { narinfos: splitEntries(readSmall(join(folder, ENTRIES), ENTRIES_BYTES)), nars, foreign }
}

/** Names in the folder that a binary cache does not need. */
export const strayNames = (folder: string): readonly string[] =>
  names(folder).filter((name) => !NARINFO_NAME.test(name) && !['nix-cache-info', 'nar'].includes(name))

/** Text of the ledger; empty where there is none that can be read. */
export const readLedgerFile = (folder: string): string => readSmall(join(folder, LEDGER), LEDGER_BYTES)

/** What earlier runs left; empty where there is nothing that can be read. */
export const readMemoryFile = (folder: string): string => readSmall(join(folder, MEMORY), MEMORY_BYTES)

function readSmall(path: string, most: number): string {
  const size = regularSize(path)
  return size !== undefined && size <= most ? readFileSync(path, 'utf8') : ''
}

/** Whether it is a folder itself, not a link to one. */
export function isFolder(path: string): boolean {
  try {
    return lstatSync(path).isDirectory()
  } catch {
    return false
  }
}

const names = (folder: string): readonly string[] => readdirSync(folder).sort()

/** Bytes of a regular file that has no other name; undefined for everything else. */
export function regularSize(path: string): number | undefined {
  try {
    const stat = lstatSync(path)
    return stat.isFile() && stat.nlink === 1 ? stat.size : undefined
  } catch {
    return undefined
  }
}

async function sha256(path: string, size: number): Promise<string> {
  if (size <= AT_ONCE) return hash('sha256', readFileSync(path), 'base64')
  const whole = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: AT_ONCE })) whole.update(chunk as Buffer)
  return whole.digest('base64')
}
