import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { formatBytes } from '../nix/units.ts'

/** A text kept back in memory and, where it is long, in files: nothing of it is held twice, and no more than the sizes say. */
export interface HeldText {
  add(line: string): void
  /** Puts all of it on disk: there the next process finds it when this one is killed. */
  save(): void
  /** Takes it out piece by piece, each of whole lines; where the middle is left out it says so. */
  take(): Generator<string>
}

/** In UTF-16 units, about bytes. Of a long text the first `head` pieces are kept and the last `tail` ones. */
export interface HeldSizes {
  readonly memory: number
  readonly piece: number
  readonly head: number
  readonly tail: number
}

/** On disk at most 24 MiB for each build that runs; few logs are longer. */
const SIZES: HeldSizes = { memory: 64 * 1024, piece: 4 * 1024 * 1024, head: 2, tail: 4 }

/** @param folder made when it is needed, and removed when the text is taken */
export function holdText(folder: string, sizes = SIZES): HeldText {
  let text = ''
  let piece = 0
  let size = 0
  let problem: string | undefined
  const save = (): void => {
    if (text === '' || problem !== undefined) return
    try {
      if (size === 0) mkdirSync(folder, { recursive: true, mode: 0o700 })
      appendFileSync(join(folder, String(piece)), text, { mode: 0o600 })
      size += text.length
      text = ''
      if (size < sizes.piece * (piece + 1)) return
      piece += 1
      if (piece - sizes.tail >= sizes.head) rmSync(join(folder, String(piece - sizes.tail)), { force: true })
    } catch (error) {
      // a full disk is no reason to end a build
      problem = `(the rest of this log could not be kept: ${error instanceof Error ? error.message : String(error)})\n`
    }
  }
  return {
    add: (line) => {
      if (problem !== undefined) return
      text += `${line}\n`
      if (text.length > sizes.memory) save()
    },
    save,
    *take() {
      if (size > 0) yield* takePieces(folder)
      yield text + (problem ?? '')
      text = ''
      size = 0
      piece = 0
    },
  }
}

/** What a process that was killed has left in such a folder. */
export function* takePieces(folder: string): Generator<string> {
  const pieces = readdirSync(folder)
    .map(Number)
    .sort((a, b) => a - b)
  let expected = 0
  for (const piece of pieces) {
    if (piece !== expected) yield `(${formatBytes((piece - expected) * SIZES.piece)} of this log are left out here)\n`
    yield readFileSync(join(folder, String(piece)), 'utf8')
    expected = piece + 1
  }
  rmSync(folder, { recursive: true, force: true })
}

/** Names of the texts that are held on disk below a folder, in the order in which they began. */
export const heldOnDisk = (folder: string): readonly string[] =>
  existsSync(folder) ? readdirSync(folder).sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)) : []
