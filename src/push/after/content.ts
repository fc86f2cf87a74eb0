import { createHash, type Hash } from 'node:crypto'
import { Duplex, PassThrough, Transform, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import * as zlib from 'node:zlib'
import { toBase32 } from '../../nix/base32.ts'
import { CommandError } from '../../runner/errors.ts'
import type { Commands } from '../../runner/ports.ts'
import { DestinationError, type Objects } from '../destination/objects.ts'
import type { NarInfo } from '../paths/narinfo.ts'

const TRIES = 3

/** What unpacks NARs on this machine, by compression, the quickest first; none where nothing does. */
export type Unpacker = (compression: string) => readonly (() => Duplex)[]

const PROGRAMS = ['zstd', 'xz', 'bzip2', 'lzip', 'lz4']

/** What Node itself has, and programs. Node's zstd (22.15 and later) unpacks the first of several frames alone. */
export function unpacker(commands: Pick<Commands, 'find' | 'filter'>): Unpacker {
  return (compression) => {
    const tool = PROGRAMS.includes(compression) ? commands.find(compression) : undefined
    const within = {
      none: () => new PassThrough(),
      gzip: () => zlib.createGunzip(),
      br: () => zlib.createBrotliDecompress(),
    }
    const zstd = 'createZstdDecompress' in zlib ? { zstd: () => zlib.createZstdDecompress() } : {}
    const own = new Map<string, () => Duplex>(Object.entries({ ...within, ...zstd })).get(compression || 'none')
    const program = () => Duplex.from((packed: Duplex) => commands.filter({ tool: tool ?? '', args: ['-dc'] }, packed))
    return [...(own === undefined ? [] : [own]), ...(tool === undefined ? [] : [program])]
  }
}

/** What reading a NAR back showed. */
export interface ContentCheck {
  /** What is wrong with it. */
  readonly fault?: string
  /** `packed`: nothing here unpacks it, so only the hash of the file was compared; `unread`: it did not come whole. */
  readonly compared: 'nar' | 'packed' | 'nothing' | 'unread'
}

/** Reads a NAR whole and compares the hash of what is stored, and that of the NAR in it, which is what is signed. */
export async function checkContent(objects: Objects, info: NarInfo, unpack: Unpacker): Promise<ContentCheck> {
  const ways = unpack(info.compression)
  let check = await compare(objects, info, ways[0])
  // what one cannot unpack another may
  for (const way of ways.slice(1)) if (check.fault !== undefined) check = await compare(objects, info, way)
  return check
}

async function compare(objects: Objects, info: NarInfo, way: (() => Duplex) | undefined): Promise<ContentCheck> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await compareOnce(objects, info, way?.())
    } catch (cause) {
      if (!isBrokenOff(cause)) throw cause
      // whether another try helps was looked at already, unless it broke off in the middle
      if (cause instanceof DestinationError || attempt === TRIES)
        return { compared: 'unread', fault: `its NAR cannot be read: ${cause.message}` }
    }
  }
}

async function compareOnce(objects: Objects, info: NarInfo, unpacking: Duplex | undefined): Promise<ContentCheck> {
  const compared = unpacking !== undefined ? 'nar' : info.fileHash !== undefined ? 'packed' : 'nothing'
  const [packed, nar] = [createHash('sha256'), createHash('sha256')]
  const body = await objects.stream(info.url)
  const hashing = new Transform({
    transform: (chunk: Uint8Array, _encoding, done) => {
      packed.update(chunk)
      done(null, chunk)
    },
  })
  try {
    await pipeline(body, hashing, unpacking ?? new PassThrough(), into(nar))
  } catch (cause) {
    if (isBrokenOff(cause)) throw cause
    const why = cause instanceof CommandError ? cause.result.stderr.trim() : String(cause)
    return { compared, fault: `its NAR cannot be unpacked: ${why}` }
  }
  const wrong =
    differs('its file', packed, info.fileHash) ??
    (compared === 'nar' ? differs('its NAR', nar, info.narHash) : undefined)
  return { compared, ...(wrong === undefined ? {} : { fault: wrong }) }
}

const into = (hash: Hash): Writable =>
  new Writable({
    write: (chunk: Uint8Array, _encoding, done) => {
      hash.update(chunk)
      done()
    },
  })

function differs(what: string, hash: Hash, wanted: string | undefined): string | undefined {
  const got = `sha256:${toBase32(hash.digest())}`
  return wanted === undefined || got === wanted ? undefined : `the content of ${what} is wrong: ${got}, not ${wanted}`
}

const isBrokenOff = (cause: unknown): cause is Error =>
  cause instanceof DestinationError || (cause instanceof Error && 'code' in cause && cause.code === 'ECONNRESET')
