import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { UserError } from '../../runner/errors.ts'
import type { Command, Runner, RunOptions } from '../../runner/ports.ts'
import { layoutProblem, unpackerOf } from './layout.ts'
import { unpackProblem } from './problem.ts'

/** A tarball, unpacked beside the store. */
export interface Unpacked {
  readonly staging: string
  /** Folder of the archive's store paths. */
  readonly store: string
  readonly names: readonly string[]
  /** `nix-2.34.8-x86_64-linux` */
  readonly top: string
  readonly registration: string
}

/**
 * Unpacks a tarball, as its bytes come, into a folder in /nix, on the store's file system, so that store paths can be
 * renamed into it.
 * @param name of the tarball, for messages
 * @throws UserError where the archive is not one, is damaged, or holds anything outside its own folder
 */
export async function unpackTarball(
  runner: Runner,
  name: string,
  bytes: AsyncIterable<Uint8Array>,
  asRoot: boolean,
): Promise<Unpacked> {
  const { head, all } = await peek(bytes)
  const tool = unpackerFor(runner, name, head)
  const staging = `/nix/.unpack-${randomBytes(6).toString('hex')}`
  await runner.journal.record({ kind: 'remove', path: staging, root: asRoot })
  try {
    const command = { tool: 'sh', args: ['-c', UNPACK, 'sh', staging, tool] }
    await unpackWith(runner, name, command, all, asRoot)
    return { staging, ...(await readLayout(name, staging)) }
  } catch (error) {
    // post does it where this fails, and a cancelled job starts nothing: the first error is the one to tell
    await runner.files.remove(staging, { asRoot }).catch(() => undefined)
    throw error
  }
}

/** tar cuts a leading / from names and refuses `..`; either ends this run. */
const TAR = ['tar', '-x', '-p', '--no-same-owner', '-f'] as const

/**
 * $1 folder to make, $2 what unpacks standard input. xz hands on 8 KiB at a time: through a pipe, where each wakes up tar,
 * that takes 0.05 s longer than by a file. The others are quicker through a pipe.
 */
const UNPACK = `mkdir -p -- /nix/store /nix/var/nix "$1" || exit
if [ "$2" = xz ]; then
  xz -dc >"$1/.tar" && ${TAR.join(' ')} "$1/.tar" -C "$1" && rm -- "$1/.tar"
else
  { "$2" -dc || : >"$1/.failed"; } | ${TAR.join(' ')} - -C "$1" && [ ! -e "$1/.failed" ]
fi`

function unpackerFor(runner: Runner, name: string, head: Buffer): string {
  const tool = unpackerOf(head)
  if (tool === undefined) {
    const start = JSON.stringify(head.subarray(0, 40).toString('latin1'))
    throw new UserError(`${name} is not a Nix release tarball: it begins with ${start}`)
  }
  if (runner.commands.find(tool) === undefined)
    throw new UserError(`${name} is compressed with ${tool}, which is not installed. Install it.`)
  return tool
}

/** Enough to know how it is compressed, and to show what it is instead. */
const HEAD = 64

/** The first bytes, and all of them. */
async function peek(bytes: AsyncIterable<Uint8Array>): Promise<{ head: Buffer; all: AsyncIterable<Uint8Array> }> {
  const iterator = bytes[Symbol.asyncIterator]()
  let head = Buffer.alloc(0)
  while (head.length < HEAD) {
    const { done, value } = await iterator.next()
    if (done) break
    head = Buffer.concat([head, value])
  }
  const all = async function* (): AsyncGenerator<Uint8Array> {
    yield head
    yield* { [Symbol.asyncIterator]: () => iterator }
  }
  return { head, all: all() }
}

/** Unpacks a tar archive. @param folder that is there */
export async function extract(
  runner: Runner,
  name: string,
  input: AsyncIterable<Uint8Array>,
  { folder, asRoot }: { readonly folder: string; readonly asRoot: boolean },
): Promise<void> {
  const [tool, ...args] = TAR
  await unpackWith(runner, name, { tool, args: [...args, '-', '-C', folder] }, input, asRoot)
}

async function unpackWith(
  runner: Runner,
  name: string,
  command: Pick<Command, 'tool' | 'args'>,
  input: AsyncIterable<Uint8Array>,
  asRoot: boolean,
): Promise<void> {
  const limits: RunOptions = { asRoot, accept: 'any', timeoutSeconds: 600 }
  const result = await runner.commands.run({ ...command, env: { LC_ALL: 'C' }, input }, limits)
  if (result.stopped !== undefined) throw new UserError(`unpacking ${name} was ended (${result.stopped})`)
  if (/removing leading|contains '\.\.'|path contains/i.test(result.stderr)) {
    throw new UserError(`${name} is refused: it holds files outside its own folder: ${result.stderr.trim()}`)
  }
  if (result.exitCode !== 0) throw new UserError(`${name} cannot be unpacked: ${unpackProblem(result.stderr)}`)
}

async function readLayout(name: string, staging: string): Promise<Omit<Unpacked, 'staging'>> {
  const top = await readdir(staging)
  const root = `${staging}/${top[0] ?? ''}`
  const store = existsSync(`${root}/store`) ? await readdir(`${root}/store`) : undefined
  const registration = existsSync(`${root}/.reginfo`) ? await readFile(`${root}/.reginfo`, 'utf8') : undefined
  const problem = layoutProblem({ top, store, registration })
  if (problem !== undefined || store === undefined || registration === undefined) {
    throw new UserError(`${name} is not a Nix release tarball: ${problem}`)
  }
  return { store: `${root}/store`, names: store, top: top[0] ?? '', registration }
}
