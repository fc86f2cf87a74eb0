import { constants } from 'node:fs'
import { lstat, open, readdir, readlink } from 'node:fs/promises'

/** Bytes of a file that are read at a time. */
const READ_BYTES = 1024 * 1024
const SEPARATOR = Buffer.from('/')

/**
 * A path of the store as a NAR (Nix src/libutil/archive.cc, dumpPath), some bytes at a time, valid until the next are
 * asked for. @throws Error where it cannot be read
 */
export async function* narOf(path: string): AsyncGenerator<Uint8Array> {
  const memory = [Buffer.allocUnsafe(READ_BYTES), Buffer.allocUnsafe(READ_BYTES)] as const
  yield Buffer.concat(words('nix-archive-1'))
  yield* node(Buffer.from(path), memory)
}

type Memory = readonly [Buffer, Buffer]

async function* node(path: Buffer, memory: Memory): AsyncGenerator<Uint8Array> {
  const stat = await lstat(path)
  if (stat.isDirectory()) {
    yield Buffer.concat(words('(', 'type', 'directory'))
    const names = await readdir(path, { encoding: 'buffer' })
    for (const name of names.sort(Buffer.compare)) {
      yield Buffer.concat(words('entry', '(', 'name', name, 'node'))
      yield* node(Buffer.concat([path, SEPARATOR, name]), memory)
      yield Buffer.concat(words(')'))
    }
  } else if (stat.isSymbolicLink()) {
    yield Buffer.concat(words('(', 'type', 'symlink', 'target', await readlink(path, { encoding: 'buffer' })))
  } else {
    const isProgram = (stat.mode & constants.S_IXUSR) !== 0
    const size = Buffer.alloc(8)
    size.writeBigUInt64LE(BigInt(stat.size))
    yield Buffer.concat([...words('(', 'type', 'regular', ...(isProgram ? ['executable', ''] : []), 'contents'), size])
    yield* bytesOf(path, stat.size, memory)
    yield Buffer.alloc(-stat.size & 7)
  }
  yield Buffer.concat(words(')'))
}

/** Reads the next bytes while the last are used. */
async function* bytesOf(path: Buffer, size: number, memory: Memory): AsyncGenerator<Uint8Array> {
  const file = await open(path)
  let reading: Promise<Uint8Array> | undefined
  const read = async (at: number, into: Buffer): Promise<Uint8Array> => {
    const { bytesRead } = await file.read(into, 0, Math.min(into.length, size - at), at)
    if (bytesRead === 0) throw new Error(`${path} is shorter than it was`)
    return into.subarray(0, bytesRead)
  }
  try {
    for (let [at, turn] = [0, 0]; at < size; turn = 1 - turn) {
      const piece: Uint8Array = await (reading ?? read(at, memory[0]))
      at += piece.length
      reading = at < size ? read(at, memory[turn === 0 ? 1 : 0]) : undefined
      reading?.catch(() => undefined) // thrown where it is waited for
      yield piece
    }
  } finally {
    await reading?.catch(() => undefined)
    await file.close()
  }
}

/** Texts as NARs have them: with their length, filled up with zeros to eight bytes. */
const words = (...texts: readonly (string | Buffer)[]): readonly Buffer[] =>
  texts.flatMap((text) => {
    const bytes = Buffer.from(text as string)
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(bytes.length))
    return [length, bytes, Buffer.alloc(-bytes.length & 7)]
  })
