import type { ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { PIPE_SIZE } from './pipe.ts'
import type { RunOptions } from './ports.ts'

/** What stands for the output of a program that could not be started. */
export const NOT_THERE = 'the program is not there or cannot be run'

const STDERR_KEPT = 256 * 1024
const STDOUT_KEPT = 512 * 1024 * 1024
const LINE_LIMIT = 1024 * 1024
/** Kept of the end of a longer line. */
const LINE_END = 4096
const GATHER_MILLISECONDS = 100
/** Of what comes faster than this in the time of gathering nothing is kept waiting. */
const MUCH = PIPE_SIZE / 2

/**
 * Takes in what a command prints. `touch` is called for each piece.
 * @param pipe of its stderr, where that is one in which it may gather
 */
export function collect(
  child: ChildProcess,
  pipe: Readable | undefined,
  options: RunOptions,
  touch: () => void,
): { finish(missing: boolean): { stdout: string; stderr: string } } {
  let stdout = ''
  let stderr = ''
  const readers = (['stdout', 'stderr'] as const).map((name) => {
    const lines = createLines((line) => options.onLine?.(line, name))
    const decoder = new StringDecoder('utf8')
    const take = (text: string): void => {
      if (name === 'stderr') stderr = lastOf(stderr + text)
      else if (options.discardStdout !== true && stdout.length < STDOUT_KEPT) stdout += text
      if (options.onLine !== undefined) lines.push(text)
    }
    const gathered = name === 'stderr' ? pipe : undefined
    const stream = gathered ?? child[name]
    stream?.on('data', (chunk: Buffer) => {
      touch()
      take(decoder.write(chunk))
    })
    if (gathered !== undefined) gather(child, gathered)
    return () => {
      take(decoder.end())
      lines.end()
    }
  })
  return {
    finish: (missing) => {
      for (const end of readers) end()
      return { stdout, stderr: missing ? NOT_THERE : stderr.slice(-STDERR_KEPT) }
    },
  }
}

/**
 * Lets more come after each piece, for a twentieth of the time since much came (or the command began): should much come
 * while we wait, the pipe is full and the command waits too, no longer than that.
 */
function gather(child: ChildProcess, stream: Readable): void {
  let ended = false
  let [muchCame, ends, bytes] = [performance.now(), 0, 0]
  stream.on('data', (chunk: Buffer) => {
    const time = performance.now()
    if (time > ends) [ends, bytes] = [time + GATHER_MILLISECONDS, 0]
    bytes += chunk.length
    if (bytes >= MUCH) muchCame = time
    const wait = Math.min(GATHER_MILLISECONDS, (time - muchCame) / 20)
    if (wait < 1 || ended) return
    stream.pause()
    setTimeout(() => stream.resume(), wait)
  })
  child.once('exit', () => {
    ended = true
    stream.resume()
  })
}

/** Cut only once in a while: each cut copies all that is kept, and pieces come by the thousand. */
const lastOf = (text: string): string => (text.length > STDERR_KEPT * 2 ? text.slice(-STDERR_KEPT) : text)

/**
 * Splits text that comes in pieces into lines. Of one longer than 1 MiB only its beginning and its end are kept: Nix's
 * structured log says at the end of a line what it is.
 */
function createLines(onLine: (line: string) => void): { push(text: string): void; end(): void } {
  let start = ''
  let rest = ''
  const tell = (text: string): void => {
    onLine(start + text)
    start = ''
  }
  return {
    push: (text) => {
      const parts = (rest + text).split('\n')
      rest = parts.pop() ?? ''
      for (const part of parts) tell(part.endsWith('\r') ? part.slice(0, -1) : part)
      if (rest.length > LINE_LIMIT) {
        if (start === '') start = rest.slice(0, LINE_LIMIT)
        rest = rest.slice(-LINE_END)
      }
    },
    end: () => {
      if (start + rest !== '') tell(rest)
      rest = ''
    },
  }
}
