/** A path to add to a store, as its narinfo describes it. */
export interface AddedPath {
  readonly path: string
  /** SHA-256 of the NAR, 64 hexadecimal digits. */
  readonly narHash: string
  readonly narSize: number
  /** Itself included where it refers to itself. */
  readonly references: readonly string[]
  /** `name:base64`. */
  readonly signatures: readonly string[]
  /** The NAR's bytes. */
  readonly nar: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

const MAGIC = 0x6e697863
/** 1.35, of Nix 2.15: Lix takes no older one; the operations below have been like this since 1.32, of Nix 2.4. */
const VERSION = (1 << 8) | 35
const SET_OPTIONS = 19
const ADD_MULTIPLE = 44

/** "stla": an operation has come to its end. */
const ENDED = 0x616c7473n
/** "ptxc": it has failed. */
const FAILED = 0x63787470n
/** Those of a request: the greeting, the settings, the paths. */
const OPERATIONS = 3
const PIECE = 1024 * 1024

/**
 * What a client of Nix's daemon says to add paths, all in one operation (Nix src/libstore/worker-protocol.hh,
 * remote-store.cc). Nothing of it depends on the daemon's answers, so that it can be written without waiting for them;
 * but a daemon whose client hangs up before the last of them breaks off.
 * The signatures are checked by the store, and so are size and hash of each NAR.
 * @param count of the paths
 * @param paths those that a path refers to come before it, or are in the store
 * @param settings of this connection; those that the user may not set are passed over by the daemon
 */
export async function* addPathsRequest(
  count: number,
  paths: Iterable<AddedPath>,
  settings: Readonly<Record<string, string>>,
): AsyncGenerator<Uint8Array> {
  const overrides = Object.entries(settings).flat().map(text)
  // keep-failed, keep-going, fallback, verbosity, jobs, silence, three obsolete, one of them on, cores, substitute
  const options = [0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1].map(number)
  yield Buffer.concat([
    ...[MAGIC, VERSION, 0, 0].map(number),
    ...[number(SET_OPTIONS), ...options, number(overrides.length / 2), ...overrides],
    // neither repair nor leave signatures unchecked
    ...[ADD_MULTIPLE, 0, 0].map(number),
  ])
  yield* inFrames(pathsAndNars(count, paths))
}

/**
 * Reads the daemon's answers to that, as far as needed: all that it writes comes in pieces of 8 bytes, and no text in it has
 * what marks the end of an operation.
 * @returns whether all paths were added; false also where the answers end before
 */
export async function readAnswers(answers: AsyncIterable<Uint8Array>): Promise<boolean> {
  let rest = Buffer.alloc(0)
  let ended = 0
  for await (const some of answers) {
    const bytes = Buffer.concat([rest, some])
    const whole = bytes.length - (bytes.length % 8)
    for (let at = 0; at < whole; at += 8) {
      const word = bytes.readBigUInt64LE(at)
      if (word === FAILED) return false
      if (word === ENDED) ended += 1
      if (ended === OPERATIONS) return true
    }
    rest = bytes.subarray(whole)
  }
  return false
}

async function* pathsAndNars(count: number, paths: Iterable<AddedPath>): AsyncGenerator<Uint8Array> {
  yield number(count)
  for (const { path, narHash, narSize, references, signatures, nar } of paths) {
    yield Buffer.concat([
      ...[path, '', narHash].map(text),
      texts(references),
      ...[0, narSize, 0].map(number), // registered when, size, built here
      texts(signatures),
      text(''), // not content-addressed
    ])
    yield* nar()
  }
}

/** Pieces of some size, each behind its length; a length of nothing is the end. */
async function* inFrames(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = []
  let size = 0
  const frame = (): Buffer => Buffer.concat([number(size), ...held])
  for await (const some of bytes) {
    held.push(some)
    size += some.length
    if (size < PIECE) continue
    yield frame()
    held = []
    size = 0
  }
  if (size > 0) yield frame()
  yield number(0)
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([number(bytes.length), bytes, Buffer.alloc((8 - (bytes.length % 8)) % 8)])
}

const texts = (values: readonly string[]): Buffer => Buffer.concat([number(values.length), ...values.map(text)])
