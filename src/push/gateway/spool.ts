import { type FileHandle, mkdir, open, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { FileContent } from '../destination/objects.ts'

/** Most that lies on disk at a time, beside the half of what is free: Nix waits where uploads are slower than it. */
const MOST_BYTES = 8 * 1024 ** 3

/** Bytes that are gathered for one write. */
const GATHER_BYTES = 512 * 1024

/** A folder for NARs on their way, with a limit. A NAR larger than the limit is let in when it is alone. */
export class Spool {
  readonly #folder: string
  readonly #limit: number
  readonly #waiting: (() => void)[] = []
  #used = 0
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
      return new Spooled(path, size, await open(path, 'wx', 0o600), release)
    } catch (cause) {
      release()
      throw cause
    }
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }
}

/** One object on its way: written once, read by any number of uploads, also while it is still being written. */
export class Spooled implements FileContent {
  readonly path: string
  readonly size: number
  readonly #file: FileHandle
  readonly #release: () => void
  #written = 0
  #fault: Error | undefined
  #waiting: { readonly resolve: (bytes: number) => void; readonly reject: (cause: Error) => void }[] = []

  constructor(path: string, size: number, file: FileHandle, release: () => void) {
    this.path = path
    this.size = size
    this.#file = file
    this.#release = release
  }

  /** Writes what comes. @throws Error where it is not `size` bytes, and where the disk is full */
  async fill(body: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      await pipeline(body, this.#writer())
      if (this.#written !== this.size) throw new Error(`${this.#written} of ${this.size} bytes came`)
    } catch (cause) {
      this.#fault = cause instanceof Error ? cause : new Error(String(cause))
      this.#wake()
      throw this.#fault
    }
  }

  /** Takes several chunks at a time to the disk: a NAR comes in thousands of them. */
  #writer(): Writable {
    const write = async (chunks: readonly Uint8Array[]) => {
      const wanted = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
      const { bytesWritten } = await this.#file.writev([...chunks])
      // a disk that is nearly full takes less than it is given, and then says so
      if (bytesWritten < wanted) await this.#file.appendFile(Buffer.concat(chunks).subarray(bytesWritten))
      this.#written += wanted
      this.#wake()
    }
    return new Writable({
      highWaterMark: GATHER_BYTES,
      write: (chunk: Uint8Array, _encoding, done) => void write([chunk]).then(() => done(), done),
      writev: (all, done) => void write(all.map(({ chunk }) => chunk as Uint8Array)).then(() => done(), done),
      final: (done) => void this.#file.close().then(() => done(), done),
      destroy: (cause, done) =>
        void this.#file.close().then(
          () => done(cause),
          () => done(cause),
        ),
    })
  }

  async available(offset: number): Promise<number> {
    if (this.#fault !== undefined) throw this.#fault
    if (this.#written > offset || (this.#written > 0 && this.#written >= this.size)) return this.#written
    return await new Promise((resolve, reject) => this.#waiting.push({ resolve, reject })).then(() =>
      this.available(offset),
    )
  }

  /** All uploads are through, or none is wanted any more. */
  async drop(): Promise<void> {
    this.#release()
    await rm(this.path, { force: true })
  }

  #wake(): void {
    for (const { resolve, reject } of this.#waiting.splice(0))
      if (this.#fault === undefined) resolve(this.#written)
      else reject(this.#fault)
  }
}
