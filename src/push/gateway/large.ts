import type { Dirent } from 'node:fs'
import { lstat, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import zlib from 'node:zlib'
import type { StorePath } from '../../nix/store-path.ts'
import type { PathFacts } from '../paths/closure.ts'

/**
 * NARs from here on with which zstd has little work are made by this process and sent while they are made: Nix packs all
 * of a NAR into a file of its own before it sends the first byte. What gives zstd work is left to Nix's several threads.
 */
const LARGE_BYTES = 32 * 1024 * 1024
/** What is packed against what it was: noise and what is packed already, and what is empty. */
const [NOISE, EMPTY] = [0.45, 0.05]
const SAMPLES = 16
const SAMPLE_BYTES = 64 * 1024
/** In a tree of more files no few of them tell what it is like. */
const MOST_FILES = 2000

/** Forms of a content address that a narinfo takes as they are. */
const PLAIN_ADDRESS = /^(?:text|fixed(?::r)?):sha\d+:[0-9a-z]+$/

/** The level where nothing else than zstd, with or without one, is asked for. @param parameters query of the store URL */
export function ownMaking(parameters: string): { readonly level: number | undefined } | undefined {
  const { compression, 'compression-level': level, ...others } = Object.fromEntries(new URLSearchParams(parameters))
  const { 'parallel-compression': parallel, ...rest } = others
  const isPlain = Object.values(rest).every((value) => /^(false|no|0)$/.test(value))
  if (compression !== 'zstd' || !isPlain) return undefined
  return { level: level === undefined || level === '-1' ? undefined : Number(level) }
}

/** Those that are large enough, each content once, and can be described in a narinfo from what is known. */
export function largeOnes(wanted: readonly PathFacts[]): readonly PathFacts[] {
  const large = wanted.filter(
    ({ narSize, ca }) => narSize >= LARGE_BYTES && (ca === undefined || PLAIN_ADDRESS.test(ca)),
  )
  return [...new Map(large.map((facts) => [facts.narHash, facts])).values()]
}

/** Whether zstd packs a path as fast as it is hashed, told by samples of its files. Never throws. */
export async function packsFast(path: StorePath): Promise<boolean> {
  try {
    const files = await filesOf(path)
    const total = files.reduce((sum, { size }) => sum + size, 0)
    let [before, after] = [0, 0]
    for (const [file, at] of places(files, total)) {
      const bytes = await bytesAt(file, at)
      before += bytes.length
      after += zlib.zstdCompressSync(bytes).length
    }
    const ratio = after / before
    return ratio >= NOISE || ratio <= EMPTY
  } catch {
    return false // Nix says what is wrong with it; so does a Node without zstd
  }
}

interface Sized {
  readonly path: string
  readonly size: number
}

async function filesOf(top: string): Promise<readonly Sized[]> {
  const stat = await lstat(top)
  if (!stat.isDirectory()) return stat.isFile() ? [{ path: top, size: stat.size }] : []
  const found: Sized[] = []
  const folders = [top]
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    const entries: Dirent[] = await readdir(folder, { withFileTypes: true })
    for (const entry of entries) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) folders.push(path)
      else if (entry.isFile()) found.push({ path, size: await sizeOf(path) })
      if (found.length > MOST_FILES) return []
    }
  }
  return found
}

/** A name that is no UTF-8 is not found again, and adds nothing to the sample. */
const sizeOf = async (path: string): Promise<number> => {
  try {
    return (await lstat(path)).size
  } catch {
    return 0
  }
}

/** Places at equal distances in the bytes of all files. */
function places(files: readonly Sized[], total: number): readonly (readonly [string, number])[] {
  const chosen: (readonly [string, number])[] = []
  let [begin, next] = [0, total / SAMPLES / 2]
  for (const { path, size } of files) {
    for (; next < begin + size; next += total / SAMPLES) chosen.push([path, Math.floor(next - begin)])
    begin += size
  }
  return chosen
}

async function bytesAt(path: string, at: number): Promise<Uint8Array> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(SAMPLE_BYTES), 0, SAMPLE_BYTES, at)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
