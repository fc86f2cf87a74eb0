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
const GATHER_MILLISECONDS = 50
/** What comes faster than this in the time of gathering is not kept waiting. */
const GATHERED = PIPE_SIZE / 2

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

/** Lets more come after each piece, where little comes, for a small part of the time that the command has run. */
function gather(child: ChildProcess, stream: Readable): void {
  const began = performance.now()
  const isSlow = gauge()
  let ended = false
  stream.on('data', (chunk: Buffer) => {
    if (!isSlow(chunk.length) || ended) return
    stream.pause()
    setTimeout(() => stream.resume(), Math.min(GATHER_MILLISECONDS, (performance.now() - began) / 20))
  })
  child.once('exit', () => {
    ended = true
    stream.resume()
  })
}

/** Tells of each piece whether so little comes that it may wait: little by now, and little in the time before. */
function gauge(): (bytes: number) => boolean {
  let [ends, now, before] = [0, 0, 0]
  return (bytes) => {
    const time = performance.now()
    if (time > ends) [ends, now, before] = [time + GATHER_MILLISECONDS, 0, now]
    now += bytes
    return now < GATHERED && before < GATHERED
  }
}

/** Cut only once in a while: each cut copies all that is kept, and pieces come by the thousand. */
const lastOf = (text: string): string => (text.length > STDERR_KEPT * 2 ? text.slice(-STDERR_KEPT) : text)

/** Splits text that comes in pieces into lines; a line longer than 1 MiB is cut there. */
function createLines(onLine: (line: string) => void): { push(text: string): void; end(): void } {
  let rest = ''
  return {
    push: (text) => {
      const parts = (rest + text).split('\n')
      rest = parts.pop() ?? ''
      for (const part of parts) onLine(part.endsWith('\r') ? part.slice(0, -1) : part)
      if (rest.length > LINE_LIMIT) {
        onLine(rest)
        rest = ''
      }
    },
    end: () => {
      if (rest !== '') onLine(rest)
      rest = ''
    },
  }
}
