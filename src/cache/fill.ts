import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as zlib from 'node:zlib'
import { type AddedPath, addPathsRequest, readAnswers } from '../nix/add-paths.ts'
import { fromBase32 } from '../nix/base32.ts'
import { type Nix, nixCommand } from '../nix/nix.ts'
import { storeHash } from '../nix/store-path.ts'
import { count } from '../nix/units.ts'
import type { Runner } from '../runner/ports.ts'
import { type Narinfos, signatureIn } from './narinfos.ts'
import type { Restored } from './restore.ts'
import type { CacheEntries, CacheEntry, Ledger } from './types.ts'

const LIMIT_MILLISECONDS = 600_000
/** NARs above are unpacked in a stream: starting one takes longer than unpacking a small one. */
const SMALL_BYTES = 4 * 1024 * 1024
/** More than these wait until they are asked for: much of it may not be needed. */
const MOST_BYTES = 4 * 1024 ** 3

/**
 * Adds to the store what the last run with the same inputs was asked for, with all that it needs, before this run asks
 * for it: one path after the other takes half as long as the substitution of each. What goes wrong here costs nothing,
 * since the cache stays a substituter. Nix checks each signature and hash, as when it substitutes.
 * @param signal ends it: what is in the store by then stays
 * @returns the paths that were added. Never throws.
 */
export async function fillStore(
  runner: Runner,
  nix: Nix,
  restored: Restored,
  narinfos: Narinfos,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const entries = restored.hit === 'exact' && restored.use.read ? entriesToAdd(restored.entries, restored.ledger) : []
  const missing = entries.filter(({ path }) => !existsSync(path))
  const tool = join(nix.bin, 'nix-daemon')
  const bytes = missing.reduce((sum, { narSize }) => sum + narSize, 0)
  if (missing.length === 0 || bytes > MOST_BYTES || !existsSync(tool) || zlib.zstdDecompressSync === undefined)
    return new Set()
  const began = performance.now()
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MILLISECONDS)])
    if (!(await addEntries(runner, nix, missing, restored, narinfos, limit))) return new Set()
    const seconds = ((performance.now() - began) / 1000).toFixed(1)
    runner.log.info(`Actions cache: ${count(missing.length, 'path')} put into the store in ${seconds} s.`)
    return new Set(missing.map(({ path }) => path))
  } catch (error) {
    runner.log.debug(`The store is not filled ahead: ${error instanceof Error ? error.message : error}`)
    return new Set()
  }
}

async function addEntries(
  runner: Runner,
  nix: Nix,
  entries: readonly CacheEntry[],
  { folder, settings }: Restored,
  narinfos: Narinfos,
  signal: AbortSignal,
): Promise<boolean> {
  let hangUp = (): void => undefined
  const answered = new Promise<void>((resolve) => {
    hangUp = resolve
  })
  const request = async function* (): AsyncGenerator<Uint8Array> {
    const key = settings['extra-trusted-public-keys'] ?? ''
    yield* addPathsRequest(entries.length, described(entries, folder, narinfos), { 'extra-trusted-public-keys': key })
    await answered
  }
  try {
    return await readAnswers(runner.commands.filter(nixCommand(nix, 'nix-daemon', ['--stdio']), request(), signal))
  } finally {
    hangUp()
  }
}

/**
 * The closures of what the last run was asked for, each entry behind those it refers to; without those that need something
 * that is not in the cache.
 */
export function entriesToAdd(entries: CacheEntries, { wanted }: Ledger): readonly CacheEntry[] {
  const ordered: CacheEntry[] = []
  const whole = new Map<string, boolean>()
  const visit = (hash: string): boolean => {
    const known = whole.get(hash)
    if (known !== undefined) return known
    const entry = entries.get(hash)
    whole.set(hash, entry !== undefined) // what refers to itself
    const isWhole = entry !== undefined && entry.references.map(storeHash).filter((other) => !visit(other)).length === 0
    whole.set(hash, isWhole)
    if (isWhole && entry !== undefined) ordered.push(entry)
    return isWhole
  }
  for (const hash of wanted) visit(hash)
  return ordered
}

/** Read when its turn comes: until then the daemon has something to do. */
function* described(entries: readonly CacheEntry[], folder: string, narinfos: Narinfos): Generator<AddedPath> {
  for (const entry of entries) yield describe(entry, folder, narinfos)
}

function describe(entry: CacheEntry, folder: string, narinfos: Narinfos): AddedPath {
  const { path, narHash, narSize, fileHash, fileSize, references } = entry
  const nar = join(folder, 'nar', `${fileHash}.nar.zst`)
  return {
    ...{ path, narSize, references },
    narHash: fromBase32(narHash.slice('sha256:'.length)).toString('hex'),
    signatures: signatureIn(narinfos.textOf(entry)),
    nar: () =>
      fileSize <= SMALL_BYTES && narSize <= SMALL_BYTES
        ? // in one piece of the right size
          [zlib.zstdDecompressSync(readFileSync(nar), { maxOutputLength: SMALL_BYTES, chunkSize: narSize + 64 })]
        : atMost(narSize, createReadStream(nar).pipe(zlib.createZstdDecompress())),
  }
}

/** A NAR that unpacks to more than it says is not read to its end. */
async function* atMost(size: number, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let taken = 0
  for await (const some of bytes) {
    taken += some.length
    if (taken > size) throw new Error('a NAR is larger than its narinfo says')
    yield some
  }
}
