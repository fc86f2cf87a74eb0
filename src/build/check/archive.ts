/** The first 8 bytes of an `ar` archive (a static library). A thin one, `!<thin>`, only names files that lie beside it. */
const MAGIC = '!<arch>\n'

/** Bytes of a member's header. */
export const MEMBER_HEADER = 60

export interface Member {
  /** As the header has it; GNU keeps long names elsewhere, and this is then `/<offset>`. */
  readonly name: string
  /** Bytes between the header and the content: BSD's long name. */
  readonly skip: number
  /** Position of the next member's header. */
  readonly next: number
  /** A table of the archive itself, no file. */
  readonly index: boolean
  /** It holds GNU's long names. */
  readonly longNames: boolean
}

export const isArchive = (header: Uint8Array): boolean => latin(header, 0, MAGIC.length) === MAGIC

/** Position of the first member. */
export const FIRST_MEMBER = MAGIC.length

/**
 * Reads a member's header (ar(5); System V and BSD forms).
 * @param bytes from the header on @param at position of the header in the file
 * @returns undefined where there is no header: the end, or a damaged archive
 */
export function readMember(bytes: Uint8Array, at: number): Member | undefined {
  if (bytes.length < MEMBER_HEADER || latin(bytes, 58, 60) !== '`\n') return undefined
  const name = latin(bytes, 0, 16).trim()
  const size = /^(\d+) *$/.exec(latin(bytes, 48, 58))?.[1]
  if (size === undefined) return undefined
  const long = /^#1\/(\d+)$/.exec(name)?.[1]
  const skip = Number(long ?? 0)
  const shown =
    long === undefined ? name.replace(/\/$/, '') : latin(bytes, MEMBER_HEADER, MEMBER_HEADER + skip).replace(/\0+$/, '')
  const index = ['', '/', '//', '/SYM64', '/SYM64/'].includes(name) || shown.startsWith('__.SYMDEF')
  // contents are padded to an even length
  const end = at + MEMBER_HEADER + Number(size)
  return { name: shown, skip, next: end + (end % 2), index, longNames: name === '//' }
}

const latin = (bytes: Uint8Array, from: number, to: number): string =>
  Buffer.from(bytes.subarray(from, to)).toString('latin1')
