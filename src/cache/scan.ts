import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NAR_NAME, NARINFO_BYTES, NARINFO_NAME } from './entry.ts'
import type { FoundFiles } from './judge.ts'
import { LEDGER, LEDGER_BYTES } from './ledger.ts'

/** Bytes read at once: a stream takes longer to open than a small file to read. */
const AT_ONCE = 4 * 1024 * 1024
/** Files whose names are known and whose content is not taken over. */
const EXPECTED = ['nix-cache-info', LEDGER, 'nar']

/** Reads a folder that came from outside: nothing in it is followed, and only regular files are opened. */
export async function scanFolder(folder: string): Promise<FoundFiles> {
  const narinfos = new Map<string, string>()
  const nars = new Map<string, { size: number; hash: string }>()
  const foreign: string[] = []
  for (const name of await names(folder)) {
    const size = await regularSize(join(folder, name))
    if (NARINFO_NAME.test(name) && size !== undefined && size <= NARINFO_BYTES)
      narinfos.set(name, await readFile(join(folder, name), 'utf8'))
    else if (!EXPECTED.includes(name)) foreign.push(name)
  }
  const narFolder = join(folder, 'nar')
  for (const name of (await isFolder(narFolder)) ? await names(narFolder) : []) {
    const size = await regularSize(join(narFolder, name))
    if (NAR_NAME.test(name) && size !== undefined)
      nars.set(name, { size, hash: `sha256-${await sha256(join(narFolder, name), size)}` })
    else foreign.push(`nar/${name}`)
  }
  return { narinfos, nars, foreign }
}

/** Names in the folder that no cache of ours has. */
export const strayNames = async (folder: string): Promise<readonly string[]> =>
  (await names(folder)).filter((name) => !NARINFO_NAME.test(name) && !EXPECTED.includes(name))

/** Text of the ledger; empty where there is none that can be read. */
export async function readLedgerFile(folder: string): Promise<string> {
  const size = await regularSize(join(folder, LEDGER))
  return size !== undefined && size <= LEDGER_BYTES ? await readFile(join(folder, LEDGER), 'utf8') : ''
}

/** Whether it is a folder itself, not a link to one. */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory()
  } catch {
    return false
  }
}

const names = async (folder: string): Promise<readonly string[]> => (await readdir(folder)).sort()

/** Bytes of a regular file that has no other name; undefined for everything else. */
async function regularSize(path: string): Promise<number | undefined> {
  try {
    const stat = await lstat(path)
    return stat.isFile() && stat.nlink === 1 ? stat.size : undefined
  } catch {
    return undefined
  }
}

async function sha256(path: string, size: number): Promise<string> {
  const hash = createHash('sha256')
  if (size <= AT_ONCE) hash.update(await readFile(path))
  else for await (const chunk of createReadStream(path, { highWaterMark: AT_ONCE })) hash.update(chunk as Buffer)
  return hash.digest('base64')
}
