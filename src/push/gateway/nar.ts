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
  const memory = Buffer.allocUnsafe(READ_BYTES)
  yield Buffer.concat(words('nix-archive-1'))
  yield* node(Buffer.from(path), memory)
}

async function* node(path: Buffer, memory: Buffer): AsyncGenerator<Uint8Array> {
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

async function* bytesOf(path: Buffer, size: number, memory: Buffer): AsyncGenerator<Uint8Array> {
  const file = await open(path)
  try {
    for (let at = 0; at < size; ) {
      const { bytesRead } = await file.read(memory, 0, Math.min(memory.length, size - at), at)
      if (bytesRead === 0) throw new Error(`${path} is shorter than it was`)
      at += bytesRead
      yield memory.subarray(0, bytesRead)
    }
  } finally {
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
