import { mkdir, open, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { Content } from '../destination/objects.ts'
import { Growing } from './growing.ts'

/** Most that lies on disk at a time, beside the half of what is free: Nix waits where uploads are slower than it. */
const MOST_BYTES = 8 * 1024 ** 3
/** Objects up to here are kept in memory, as long as all of them together have no more than the second. */
const SMALL_BYTES = 64 * 1024
const MOST_IN_MEMORY = 8 * 1024 * 1024

/** An object on its way, filled by one and read by any number of uploads. */
export interface Spooled {
  readonly content: Content
  /** Takes in what comes. @throws Error where it is not `size` bytes, and where the disk is full */
  fill(body: Readable): Promise<void>
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

  /** Waits for room and makes a place for one object. @param size bytes @param sha256 hex, where it is known */
  async take(size: number, sha256?: string): Promise<Spooled> {
    if (size <= SMALL_BYTES && this.#inMemory + size <= MOST_IN_MEMORY) {
      this.#inMemory += size
      return inMemory(size, () => {
        this.#inMemory -= size
      })
    }
    return this.#onDisk(size, size, sha256)
  }

  /** The same for one of which only a bound is known. @param most bytes */
  async takeUpTo(most: number): Promise<Spooled> {
    return this.#onDisk(most, undefined)
  }

  async #onDisk(room: number, size: number | undefined, sha256?: string): Promise<Spooled> {
    while (this.#used > 0 && this.#used + room > this.#limit)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#used += room
    this.#count += 1
    const path = join(this.#folder, `${this.#count}`)
    const release = () => {
      this.#used -= room
      for (const wake of this.#waiting.splice(0)) wake()
    }
    try {
      const file = await open(path, 'wx+', 0o600)
      // without a name it is gone however this process ends
      await rm(path)
      return onDisk(new Growing(file, size), sha256, release)
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

const onDisk = (file: Growing, sha256: string | undefined, release: () => void): Spooled => ({
  content: { kind: 'file', file, ...(sha256 === undefined ? {} : { sha256 }) },
  fill: (body) => file.fill(body),
  drop: async () => {
    await file.close()
    release()
  },
})
