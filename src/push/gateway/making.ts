import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import zlib from 'node:zlib'
import { toBase32 } from '../../nix/base32.ts'
import type { PathFacts } from '../paths/closure.ts'
import { type NarInfo, parseNarInfo } from '../paths/narinfo.ts'

/** Bytes of packed NAR that come at a time. */
const CHUNK_BYTES = 512 * 1024
/** Bytes that zstd may add to what it cannot pack, and then some. */
const MARGIN_BYTES = 1024 * 1024

/** A NAR on its way from the store, packed as it goes. */
export interface Making {
  /** Object name. The hash of the file is not known before its end, so that it is named by what is in it. */
  readonly name: string
  /** Flows from the start. Ends with an error where the content in the store is not what its hash says. */
  readonly packed: Readable
  /** Once all of it came. */
  info(): NarInfo
}

/** Most bytes that a NAR can have when it is packed. */
export const mostBytes = ({ narSize }: PathFacts): number => Math.ceil(narSize + narSize / 128) + MARGIN_BYTES

/**
 * Packs a NAR with zstd while it is read, and compares its hash.
 * @param nar its bytes, each piece valid until the next is asked for @param level undefined for zstd's own
 */
export function makeNar(facts: PathFacts, nar: AsyncIterable<Uint8Array>, level: number | undefined): Making {
  const name = `nar/${facts.narHash.replace('sha256:', '')}.nar.zst`
  const zstd = zlib.createZstdCompress({
    chunkSize: CHUNK_BYTES,
    ...(level === undefined ? {} : { params: { [zlib.constants.ZSTD_c_compressionLevel]: level } }),
  })
  const file = createHash('sha256')
  let fileSize = 0
  zstd.on('data', (chunk: Uint8Array) => {
    file.update(chunk)
    fileSize += chunk.length
  })
  // its fault ends what is packed with an error, which the reader gets
  pack(facts, nar, zstd).catch((cause) => zstd.destroy(cause instanceof Error ? cause : new Error(String(cause))))
  return {
    name,
    packed: zstd,
    info: () => parseNarInfo(narInfoText(facts, { name, hash: `sha256:${toBase32(file.digest())}`, size: fileSize })),
  }
}

/** Hashes each piece while zstd, on another thread, packs it. @throws Error where it is not what the local store says */
async function pack(facts: PathFacts, nar: AsyncIterable<Uint8Array>, zstd: zlib.ZstdCompress): Promise<void> {
  const hash = createHash('sha256')
  for await (const piece of nar) {
    const packed = new Promise<void>((resolve, reject) => {
      zstd.write(piece, (cause) => (cause ? reject(cause) : resolve()))
    })
    hash.update(piece)
    await packed
  }
  if (`sha256:${toBase32(hash.digest())}` !== facts.narHash)
    throw new Error('its content in the local store is damaged; nix-store --repair-path it')
  zstd.end()
}

/** As Nix writes it (src/libstore/nar-info.cc, NarInfo::to_string). */
function narInfoText(facts: PathFacts, file: { name: string; hash: string; size: number }): string {
  const base = (path: string) => path.slice(path.lastIndexOf('/') + 1)
  return [
    `StorePath: ${facts.path}`,
    `URL: ${file.name}`,
    'Compression: zstd',
    `FileHash: ${file.hash}`,
    `FileSize: ${file.size}`,
    `NarHash: ${facts.narHash}`,
    `NarSize: ${facts.narSize}`,
    `References: ${facts.references.map(base).join(' ')}`,
    ...(facts.deriver === undefined ? [] : [`Deriver: ${base(facts.deriver)}`]),
    ...facts.signatures.map((signature) => `Sig: ${signature}`),
    ...(facts.ca === undefined ? [] : [`CA: ${facts.ca}`]),
    '',
  ].join('\n')
}
