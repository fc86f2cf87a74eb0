import type { FileHandle } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { type FileContent, SourceError, writeAll } from '../destination/objects.ts'

/** Bytes that are gathered for one write, and for one turn of an upload: each costs the same whatever its size. */
const GATHER_BYTES = 512 * 1024
/** Bytes of the end of what came that stay in memory: an upload that keeps pace reads nothing from the disk. */
const RECENT_BYTES = 2 * 1024 * 1024

/** A file that is read while it is still being written. */
export class Growing implements FileContent {
  readonly #size: number | undefined
  readonly #file: FileHandle
  /** What came last, the oldest first; what is not on disk yet is always in it. */
  readonly #recent: { readonly at: number; readonly chunk: Uint8Array }[] = []
  #filling: Promise<void> | undefined
  #came = 0
  #written = 0
  #fault: Error | undefined
  #isWhole = false
  #waiting: (() => void)[] = []

  /** @param size bytes; undefined where nobody knows yet how many come */
  constructor(file: FileHandle, size: number | undefined) {
    this.#file = file
    this.#size = size
  }

  get size(): number | undefined {
    return this.#size ?? (this.#isWhole ? this.#came : undefined)
  }

  async until(end: number): Promise<number> {
    while (this.#came < Math.min(end, this.size ?? end)) await this.#more()
    return Math.min(end, this.size ?? end)
  }

  fill(body: Readable): Promise<void> {
    this.#filling = this.#take(body)
    return this.#filling
  }

  async #take(body: Readable): Promise<void> {
    try {
      await this.#receive(body)
      if (this.#size !== undefined && this.#came !== this.#size)
        throw new Error(`${this.#came} of ${this.#size} bytes came`)
      this.#isWhole = true
    } catch (cause) {
      this.#fault = cause instanceof Error ? cause : new Error(String(cause))
      throw this.#fault
    } finally {
      this.#wake()
    }
  }

  /** Gathers one write while the one before is under way. */
  async #receive(body: Readable): Promise<void> {
    const failed = new AbortController()
    let gathered: Uint8Array[] = []
    let bytes = 0
    let writing: Promise<void> | undefined
    const flush = async () => {
      for (; bytes > 0; body.resume()) {
        const chunks = gathered
        ;[gathered, bytes] = [[], 0]
        await this.#write(chunks)
      }
    }
    // events and not a pipeline: that would cost as much as the sending itself
    body.on('data', (chunk: Uint8Array) => {
      this.#recent.push({ at: this.#came, chunk })
      this.#came += chunk.length
      gathered.push(chunk)
      bytes += chunk.length
      if (bytes < GATHER_BYTES) return
      this.#wake()
      if (writing !== undefined) body.pause()
      writing ??= flush()
        .finally(() => {
          writing = undefined
        })
        .catch((cause) => failed.abort(cause))
    })
    await finished(body, { signal: failed.signal }).catch((cause) => {
      throw failed.signal.aborted ? failed.signal.reason : cause
    })
    await writing
    failed.signal.throwIfAborted()
    await flush()
  }

  async #write(chunks: readonly Uint8Array[]): Promise<void> {
    this.#written += await writeAll(this.#file, chunks)
    const kept = this.#recent.findIndex(({ at, chunk }) => at + chunk.length > this.#written - RECENT_BYTES)
    this.#recent.splice(0, kept < 0 ? this.#recent.length : kept)
  }

  async *chunks(start: number, end: number): AsyncGenerator<readonly Uint8Array[]> {
    let memory: Buffer | undefined
    for (let at = start; at < Math.min(end, this.size ?? end); ) {
      const stop = await this.until(Math.min(end, at + GATHER_BYTES))
      if (this.#fault !== undefined) throw new SourceError(this.#fault.message)
      if (stop === at) return
      let chunks = this.#inMemory(at, stop)
      if (chunks === undefined) {
        memory ??= Buffer.allocUnsafe(GATHER_BYTES)
        chunks = [await this.#onDisk(at, stop, memory)]
      }
      for (const { length } of chunks) at += length
      yield chunks
    }
  }

  /** Waits until something changes. @throws SourceError where nothing more comes */
  async #more(): Promise<void> {
    if (this.#fault === undefined) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    if (this.#fault !== undefined) throw new SourceError(this.#fault.message)
  }

  /** Undefined where a part of it is not in memory any more. */
  #inMemory(start: number, end: number): readonly Uint8Array[] | undefined {
    const [first] = this.#recent
    if (first === undefined || first.at > start) return undefined
    return this.#recent.flatMap(({ at, chunk }) =>
      at < end && at + chunk.length > start ? [chunk.subarray(Math.max(0, start - at), end - at)] : [],
    )
  }

  async #onDisk(start: number, end: number, memory: Buffer): Promise<Uint8Array> {
    const { bytesRead } = await this.#file.read(memory, 0, Math.min(end, this.#written) - start, start)
    if (bytesRead === 0) throw new SourceError('what was to be sent is shorter than it was')
    return memory.subarray(0, bytesRead)
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
