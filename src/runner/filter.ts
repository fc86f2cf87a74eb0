import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CommandError } from './errors.ts'
import type { Command } from './ports.ts'
import type { ProcessList } from './processes.ts'

const STDERR_KEPT = 4096

/**
 * Lets bytes through a program; it is ended where nobody reads on.
 * @param signal ends it too
 * @throws CommandError at the end of the output where the program failed, or what the input threw
 */
export async function* filter(
  command: Command,
  env: NodeJS.ProcessEnv,
  input: AsyncIterable<Uint8Array>,
  processes: ProcessList,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const began = performance.now()
  const child = spawn(command.tool, command.args, { cwd: command.cwd, detached: true, env })
  if (child.pid !== undefined) processes.add(child.pid)
  let stderr = ''
  child.stderr.on('data', (chunk) => {
    stderr = (stderr + String(chunk)).slice(-STDERR_KEPT)
  })
  const ended = once(child, 'close').then(
    ([code]) => Number(code ?? 1),
    () => 127,
  )
  const end = () => void child.kill()
  signal?.addEventListener('abort', end)
  if (signal?.aborted === true) end()
  let broken: unknown
  const feeding = pipeline(Readable.from(input), child.stdin).catch((cause: unknown) => {
    // a program that ends before its input tells why itself
    if (!isPipeError(cause)) broken = cause
    child.kill()
  })
  try {
    yield* child.stdout
    // of a program that has ended nobody reads the input, which may wait for something else
    await Promise.race([feeding, ended])
    if (broken !== undefined) throw broken
    const exitCode = await ended
    const seconds = (performance.now() - began) / 1000
    if (exitCode !== 0) throw new CommandError(command, { exitCode, stdout: '', stderr, seconds })
  } finally {
    signal?.removeEventListener('abort', end)
    child.kill()
    await ended
    if (child.pid !== undefined) processes.delete(child.pid)
  }
}

const isPipeError = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && ['EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'].includes(String(cause.code))
