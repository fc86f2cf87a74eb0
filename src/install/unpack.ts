import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { open, readdir, readFile } from 'node:fs/promises'
import { UserError } from '../runner/errors.ts'
import type { Runner, RunOptions } from '../runner/ports.ts'
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
 * Unpacks a tarball into a folder in /nix, on the store's file system, so that store paths can be renamed into it.
 * @throws UserError where the archive is not one, is damaged, or holds anything outside its own folder
 */
export async function unpackTarball(runner: Runner, tarball: string, asRoot: boolean): Promise<Unpacked> {
  const compression = await readCompression(tarball)
  if (runner.commands.find(compression.tool) === undefined) {
    throw new UserError(`${tarball} is compressed with ${compression.tool}, which is not installed. Install it.`)
  }
  const staging = `/nix/.unpack-${randomBytes(6).toString('hex')}`
  await runner.files.makeDirectory(staging, { asRoot })
  try {
    await extract(runner, tarball, staging, compression.option, asRoot)
    return { staging, ...(await readLayout(tarball, staging)) }
  } catch (error) {
    await discard(runner, staging, asRoot)
    throw error
  }
}

/** Takes an unpacked archive away; store paths in it may be read-only. */
export async function discard(runner: Runner, staging: string, asRoot: boolean): Promise<void> {
  await runner.commands.run({ tool: 'chmod', args: ['-R', 'u+w', '--', staging] }, { asRoot, accept: 'any' })
  await runner.files.remove(staging, { asRoot })
}

async function readCompression(tarball: string): Promise<NonNullable<ReturnType<typeof compressionOf>>> {
  const file = await open(tarball)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0)
    const compression = compressionOf(buffer.subarray(0, bytesRead))
    if (compression !== undefined) return compression
    const start = JSON.stringify(buffer.subarray(0, Math.min(bytesRead, 40)).toString('latin1'))
    throw new UserError(`${tarball} is not a Nix release tarball: it begins with ${start}`)
  } finally {
    await file.close()
  }
}

async function extract(
  runner: Runner,
  tarball: string,
  staging: string,
  option: string,
  asRoot: boolean,
): Promise<void> {
  // tar cuts a leading / from names and refuses `..`; either ends this run
  const args = ['-x', option, '-p', '--no-same-owner', '-f', tarball, '-C', staging]
  const options: RunOptions = { asRoot, accept: 'any', timeoutSeconds: 600 }
  const result = await runner.commands.run({ tool: 'tar', args, env: { LC_ALL: 'C' } }, options)
  if (result.stopped !== undefined) throw new UserError(`unpacking ${tarball} was ended (${result.stopped})`)
  if (/removing leading|contains '\.\.'|path contains/i.test(result.stderr)) {
    throw new UserError(`${tarball} is refused: it holds files outside its own folder: ${result.stderr.trim()}`)
  }
  if (result.exitCode !== 0) throw new UserError(`${tarball} cannot be unpacked: ${result.stderr.trim()}`)
}

async function readLayout(tarball: string, staging: string): Promise<Omit<Unpacked, 'staging'>> {
  const top = await readdir(staging)
  const root = `${staging}/${top[0] ?? ''}`
  const store = existsSync(`${root}/store`) ? await readdir(`${root}/store`) : undefined
  const registration = existsSync(`${root}/.reginfo`) ? await readFile(`${root}/.reginfo`, 'utf8') : undefined
  const problem = layoutProblem({ top, store, registration })
  if (problem !== undefined || store === undefined || registration === undefined) {
    throw new UserError(`${tarball} is not a Nix release tarball: ${problem}`)
  }
  return { store: `${root}/store`, names: store, top: top[0] ?? '', registration }
}
