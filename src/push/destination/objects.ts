import type { FileHandle } from 'node:fs/promises'
import type { Readable } from 'node:stream'

/** What is written: bytes in memory for small objects, a file for NARs. */
export type Content =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'file'; readonly file: FileContent /** Hex, where it is known. */; readonly sha256?: string }

/** A file that may still be growing while it is sent. */
export interface FileContent {
  /** Bytes of the whole; undefined as long as it is not known. */
  readonly size: number | undefined
  /** Waits until there are bytes up to `end`, or all of them; gives how far they go. @throws SourceError */
  until(end: number): Promise<number>
  /**
   * Bytes [start, end) as they come, some chunks at a time, valid until the next are asked for. An end beyond that of the
   * file is its end. @throws SourceError
   */
  chunks(start: number, end: number): AsyncIterable<readonly Uint8Array[]>
}

/** Waits until it is known how many bytes a file has. @throws SourceError */
export const wholeSize = (file: FileContent): Promise<number> => file.until(Number.POSITIVE_INFINITY)

/** Bytes of what is to be written; undefined where that is not known yet. */
export const sizeOf = (content: Content): number | undefined =>
  content.kind === 'bytes' ? content.bytes.length : content.file.size

/** A binary cache behind any protocol: named objects, as `nix-cache-info`, `<hash>.narinfo`, `nar/<hash>.nar.zst`. */
export interface Objects {
  /** URL without user name and password. */
  readonly shown: string
  /** How many uploads at a time it bears. */
  readonly connections: number
  /** How many questions at a time it bears. */
  readonly lookups: number
  /** Content of a small object; undefined where it is not there. @throws DestinationError */
  read(name: string): Promise<Buffer | undefined>
  /** Bytes of an object; undefined where it is not there. @throws DestinationError */
  size(name: string): Promise<number | undefined>
  /** An object as a stream. @throws DestinationError also where it is not there. */
  stream(name: string): Promise<Readable>
  /** Writes an object; it appears whole or not at all where the protocol allows. @throws DestinationError */
  write(name: string, content: Content): Promise<void>
  /** Bytes that the destination takes about at most in one object; undefined where it sets no limit or does not say. */
  limit?(name: string): Promise<number | undefined>
  /** Removes an object. Gives false where the destination does not allow that. @throws DestinationError */
  remove(name: string): Promise<boolean>
  close(): void
}

/** Why a destination did not do what it was asked for. */
export class DestinationError extends Error {
  override readonly name = 'DestinationError'
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined
  /** Another try may succeed. */
  readonly passing: boolean
  /** Seconds that the destination asked to wait. */
  readonly retryAfter: number | undefined

  constructor(message: string, facts: { status?: number; passing: boolean; retryAfter?: number | undefined }) {
    super(message)
    this.status = facts.status
    this.passing = facts.passing
    this.retryAfter = facts.retryAfter
  }
}

/** What was to be sent cannot be read (any more): no fault of the destination. */
export class SourceError extends Error {
  override readonly name = 'SourceError'
}

export const bytesOf = (text: string): Content => ({ kind: 'bytes', bytes: Buffer.from(text) })

/** Appends chunks to a file. Gives how many bytes. @throws Error where the disk is full */
export async function writeAll(file: FileHandle, chunks: readonly Uint8Array[]): Promise<number> {
  const wanted = chunks.reduce((sum, { length }) => sum + length, 0)
  const { bytesWritten } = await file.writev([...chunks])
  // a disk that is nearly full takes less than it is given, and then says so
  if (bytesWritten < wanted) await file.appendFile(Buffer.concat(chunks).subarray(bytesWritten))
  return wanted
}
