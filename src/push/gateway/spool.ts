import { type FileHandle, mkdir, open, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { type Content, type FileContent, SourceError } from '../destination/objects.ts'

/** Most that lies on disk at a time, beside the half of what is free: Nix waits where uploads are slower than it. */
const MOST_BYTES = 8 * 1024 ** 3
/** Objects up to here are kept in memory, as long as all of them together have no more than the second. */
const SMALL_BYTES = 64 * 1024
const MOST_IN_MEMORY = 8 * 1024 * 1024

/** Bytes that are gathered for one write. */
const GATHER_BYTES = 512 * 1024
/** Bytes of the end of what came that stay in memory: an upload that keeps pace reads nothing from the disk. */
const RECENT_BYTES = 1024 * 1024
const READ_BYTES = 256 * 1024

/** An object on its way, filled by one and read by any number of uploads. */
export interface Spooled {
  readonly content: Content
  /** Takes in what comes. @throws Error where it is not `size` bytes, and where the disk is full */
  fill(body: AsyncIterable<Uint8Array>): Promise<void>
  /** All uploads are through, or none is wanted any more. */
  drop(): Promise<void>
}

/** A place for objects on their way, with a limit. An object larger than the limit is let in when it is alone. */
export class Spool {
  readonly #folder: string
  readonly #limit: number
  readonly #waiting: (() => void)[] = []
  #used = 0
  #inMemory = 0
  #count = 0

  private constructor(folder: string, limit: number) {
    this.#folder = folder
    this.#limit = limit
  }

  /** @param limit bytes; by default at most 8 GiB and half of the free disk */
  static async open(folder: string, limit?: number): Promise<Spool> {
    await mkdir(folder, { mode: 0o700 })
    const disk = await statfs(folder)
    return new Spool(folder, limit ?? Math.min(MOST_BYTES, (disk.bavail * disk.bsize) / 2))
  }

  /** Waits for room and makes a place for one object. @param size bytes */
  async take(size: number): Promise<Spooled> {
    if (size <= SMALL_BYTES && this.#inMemory + size <= MOST_IN_MEMORY) {
      this.#inMemory += size
      return inMemory(size, () => {
        this.#inMemory -= size
      })
    }
    while (this.#used > 0 && this.#used + size > this.#limit)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#used += size
    this.#count += 1
    const path = join(this.#folder, `${this.#count}`)
    const release = () => {
      this.#used -= size
      for (const wake of this.#waiting.splice(0)) wake()
    }
    try {
      const file = await open(path, 'wx+', 0o600)
      // without a name it is gone however this process ends
      await rm(path)
      return onDisk(new Growing(file, size), release)
    } catch (cause) {
      release()
      throw cause
    }
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }
}

function inMemory(size: number, release: () => void): Spooled {
  const content = { kind: 'bytes', bytes: Buffer.alloc(0) as Uint8Array } satisfies Content
  return {
    content,
    fill: async (body) => {
      content.bytes = await buffer(body)
      if (content.bytes.length !== size) throw new Error(`${content.bytes.length} of ${size} bytes came`)
    },
    drop: async () => release(),
  }
}

const onDisk = (file: Growing, release: () => void): Spooled => ({
  content: { kind: 'file', file },
  fill: (body) => file.fill(body),
  drop: async () => {
    await file.close()
    release()
  },
})

/** A file that is read while it is still being written. */
class Growing implements FileContent {
  readonly size: number
  readonly #file: FileHandle
  /** What came last, the oldest first; what is not on disk yet is always in it. */
  readonly #recent: { readonly at: number; readonly chunk: Uint8Array }[] = []
  #filling: Promise<void> | undefined
  #came = 0
  #written = 0
  #fault: Error | undefined
  #waiting: (() => void)[] = []

  constructor(file: FileHandle, size: number) {
    this.#file = file
    this.size = size
  }

  fill(body: AsyncIterable<Uint8Array>): Promise<void> {
    this.#filling = this.#take(body)
    return this.#filling
  }

  async #take(body: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      // not `for await`: it copies what came meanwhile into one buffer
      await pipeline(body, this.#intake())
      if (this.#came !== this.size) throw new Error(`${this.#came} of ${this.size} bytes came`)
    } catch (cause) {
      this.#fault = cause instanceof Error ? cause : new Error(String(cause))
      this.#wake()
      throw this.#fault
    }
  }

  /** Gathers one write while the one before is under way. */
  #intake(): Writable {
    let writing = Promise.resolve()
    let gathered: Uint8Array[] = []
    const flush = async () => {
      await writing
      writing = this.#write(gathered)
      // looked at before the next one, and at the end
      writing.catch(() => undefined)
      gathered = []
    }
    return new Writable({
      highWaterMark: GATHER_BYTES,
      write: (chunk: Uint8Array, _encoding, done) => {
        this.#recent.push({ at: this.#came, chunk })
        this.#came += chunk.length
        gathered.push(chunk)
        this.#wake()
        if (bytesIn(gathered) < GATHER_BYTES) done()
        else flush().then(() => done(), done)
      },
      final: (done) => {
        flush()
          .then(() => writing)
          .then(() => done(), done)
      },
    })
  }

  async #write(chunks: readonly Uint8Array[]): Promise<void> {
    if (chunks.length === 0) return
    const wanted = bytesIn(chunks)
    const { bytesWritten } = await this.#file.writev([...chunks])
    // a disk that is nearly full takes less than it is given, and then says so
    if (bytesWritten < wanted) await this.#file.appendFile(Buffer.concat(chunks).subarray(bytesWritten))
    this.#written += wanted
    const kept = this.#recent.findIndex(({ at, chunk }) => at + chunk.length > this.#written - RECENT_BYTES)
    this.#recent.splice(0, kept < 0 ? this.#recent.length : kept)
  }

  /** Bytes [start, end) as they come. A chunk is valid until the next is asked for. */
  async *chunks(start: number, end: number): AsyncGenerator<Uint8Array> {
    let memory: Buffer | undefined
    for (let at = start; at < end; ) {
      while (this.#came <= at && this.#fault === undefined)
        await new Promise<void>((resolve) => this.#waiting.push(resolve))
      if (this.#fault !== undefined) throw new SourceError(this.#fault.message)
      const recent = this.#recent.find((one) => at < one.at + one.chunk.length)
      let chunk: Uint8Array
      if (recent !== undefined && recent.at <= at) chunk = recent.chunk.subarray(at - recent.at)
      else {
        memory ??= Buffer.allocUnsafe(READ_BYTES)
        const { bytesRead } = await this.#file.read(memory, 0, Math.min(READ_BYTES, this.#written - at), at)
        if (bytesRead === 0) throw new SourceError('what was to be sent is shorter than it was')
        chunk = memory.subarray(0, bytesRead)
      }
      const part = chunk.subarray(0, end - at)
      at += part.length
      yield part
    }
  }

  async close(): Promise<void> {
    // where all destinations gave up early, Nix is still let to bring it: it would fail otherwise
    await this.#filling?.catch(() => undefined)
    await this.#file.close()
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

const bytesIn = (chunks: readonly Uint8Array[]): number => chunks.reduce((sum, { length }) => sum + length, 0)
