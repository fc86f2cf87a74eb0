import { createHash } from 'node:crypto'
import { createReadStream, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { NAR_NAME, NARINFO_BYTES, NARINFO_NAME } from './entry.ts'
import type { FoundFiles } from './judge.ts'
import { LEDGER, LEDGER_BYTES, MEMORY, MEMORY_BYTES } from './ledger.ts'

/** Bytes read at once: a stream takes longer to open than a small file to read. */
const AT_ONCE = 4 * 1024 * 1024
/** Files after which signals and timers get their turn: small files are read without waiting, ten times as fast. */
const WITHOUT_BREATH = 50
/** Files whose names are known and whose content is not taken over. */
const EXPECTED = ['nix-cache-info', LEDGER, MEMORY, 'nar']

/** Reads a folder that came from outside: nothing in it is followed, and only regular files are opened. */
export async function scanFolder(folder: string): Promise<FoundFiles> {
  const narinfos = new Map<string, string>()
  const nars = new Map<string, { size: number; hash: string }>()
  const foreign: string[] = []
  for (const name of names(folder)) {
    const size = regularSize(join(folder, name))
    if (NARINFO_NAME.test(name) && size !== undefined && size <= NARINFO_BYTES)
      narinfos.set(name, readFileSync(join(folder, name), 'utf8'))
    else if (!EXPECTED.includes(name)) foreign.push(name)
  }
  const narFolder = join(folder, 'nar')
  for (const [at, name] of (isFolder(narFolder) ? names(narFolder) : []).entries()) {
    const size = regularSize(join(narFolder, name))
    if (NAR_NAME.test(name) && size !== undefined)
      nars.set(name, { size, hash: `sha256-${await sha256(join(narFolder, name), size)}` })
    else foreign.push(`nar/${name}`)
    if (at % WITHOUT_BREATH === 0) await breathe()
  }
  return { narinfos, nars, foreign }
}

/** Names in the folder that no cache of ours has. */
export const strayNames = (folder: string): readonly string[] =>
  names(folder).filter((name) => !NARINFO_NAME.test(name) && !EXPECTED.includes(name))

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
  const hash = createHash('sha256')
  if (size <= AT_ONCE) hash.update(readFileSync(path))
  else for await (const chunk of createReadStream(path, { highWaterMark: AT_ONCE })) hash.update(chunk as Buffer)
  return hash.digest('base64')
}
