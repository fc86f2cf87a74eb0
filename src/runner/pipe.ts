import { spawnSync } from 'node:child_process'
import { closeSync, constants, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'

/** A pipe of the kernel's. */
export interface Pipe {
  /** The end that a command writes to; to be closed once it has it. */
  readonly end: number
  readonly reader: Socket
}

/** Bytes that a pipe holds before who writes has to wait. */
export const PIPE_SIZE = 64 * 1024

let made = 0

/**
 * A pipe whose reader may let things gather. What Node gives a command are sockets: one of those is full after some 170
 * writes, however short, while a pipe puts short ones together.
 * @param folder where it has a name for a moment
 * @returns undefined where there is no such pipe: other systems have smaller ones, and so has a user who has very many
 */
export function openPipe(folder: string): Pipe | undefined {
  made += 1
  const place = join(folder, `pipe-${process.pid}-${made}`)
  const ends: number[] = []
  const open = (flags: number): number => {
    const end = openSync(place, flags)
    ends.push(end)
    return end
  }
  try {
    if (spawnSync('mkfifo', ['-m', '600', place], { stdio: 'ignore' }).status !== 0) return undefined
    // opened like this it does not wait for somebody who writes
    const reading = open(constants.O_RDONLY | constants.O_NONBLOCK)
    const end = open(constants.O_WRONLY)
    const probe = open(constants.O_WRONLY | constants.O_NONBLOCK)
    const large = writeSync(probe, Buffer.alloc(PIPE_SIZE)) === PIPE_SIZE
    if (!large || readSync(reading, Buffer.alloc(PIPE_SIZE)) !== PIPE_SIZE) return undefined
    // A stream that is paused goes on to read until it has this much: nothing is to be read ahead.
    const options = { fd: reading, readable: true, writable: false, highWaterMark: 1 }
    const reader = new Socket(options)
    ends.splice(0, 2)
    return { end, reader }
  } catch {
    return undefined
  } finally {
    for (const end of ends) closeSync(end)
    rmSync(place, { force: true })
  }
}
