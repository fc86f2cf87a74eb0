import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { UserError } from '../../runner/errors.ts'
import type { Runner, RunOptions } from '../../runner/ports.ts'
import { compressionOf, layoutProblem } from './layout.ts'

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
  const staging = `/nix/.unpack-${randomBytes(6).toString('hex')}`
  await runner.journal.record({ kind: 'remove', path: staging, root: asRoot })
  const folders = ['/nix/store', '/nix/var/nix', staging]
  const making = runner.commands.run({ tool: 'mkdir', args: ['-p', '--', ...folders] }, { asRoot, timeoutSeconds: 60 })
  const [peeked, made] = await Promise.allSettled([peek(bytes), making]) // while the first bytes are on their way
  if (made.status === 'rejected') throw made.reason
  try {
    if (peeked.status === 'rejected') throw peeked.reason
    const { head, all } = peeked.value
    await extract(runner, name, all, { staging, option: compressionFor(runner, name, head), asRoot })
    return { staging, ...(await readLayout(name, staging)) }
  } catch (error) {
    await runner.files.remove(staging, { asRoot })
    throw error
  }
}

/** Option of tar. */
function compressionFor(runner: Runner, name: string, head: Buffer): string {
  const compression = compressionOf(head)
  if (compression === undefined) {
    const start = JSON.stringify(head.subarray(0, 40).toString('latin1'))
    throw new UserError(`${name} is not a Nix release tarball: it begins with ${start}`)
  }
  if (runner.commands.find(compression.tool) === undefined) {
    throw new UserError(`${name} is compressed with ${compression.tool}, which is not installed. Install it.`)
  }
  return compression.option
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

/** @param option of tar, for how it is compressed */
export async function extract(
  runner: Runner,
  name: string,
  input: AsyncIterable<Uint8Array>,
  { staging, option, asRoot }: { staging: string; option?: string; asRoot: boolean },
): Promise<void> {
  // tar cuts a leading / from names and refuses `..`; either ends this run
  const args = ['-x', ...(option === undefined ? [] : [option]), '-p', '--no-same-owner', '-f', '-', '-C', staging]
  const limits: RunOptions = { asRoot, accept: 'any', timeoutSeconds: 600 }
  const result = await runner.commands.run({ tool: 'tar', args, env: { LC_ALL: 'C' }, input }, limits)
  if (result.stopped !== undefined) throw new UserError(`unpacking ${name} was ended (${result.stopped})`)
  if (/removing leading|contains '\.\.'|path contains/i.test(result.stderr)) {
    throw new UserError(`${name} is refused: it holds files outside its own folder: ${result.stderr.trim()}`)
  }
  if (result.exitCode !== 0) throw new UserError(`${name} cannot be unpacked: ${result.stderr.trim()}`)
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
