import { createHash } from 'node:crypto'
import { accessSync, constants, createReadStream, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UserError } from '../../runner/errors.ts'
import type { Consumer, Runner } from '../../runner/ports.ts'

/** Upstream's largest tarball is about 40 MB. */
const LARGEST = 500_000_000

/** A tarball that can be read as a stream. */
export interface Tarball {
  /** For messages. */
  readonly name: string
  /** Hex, lower case; undefined where none was given. */
  readonly sha256: string | undefined
  /** Hands the bytes on, perhaps more than once; where their hash is wrong they end with an error. */
  readonly read: (consume: Consumer) => Promise<void>
}

export function tarballAt(runner: Runner, url: string, hash: string): Tarball {
  const sha256 = hash.toLowerCase()
  const name = url.replace(/\/\/[^/]*@/, '//').replace(/\?.*$/s, '')
  return {
    name,
    sha256,
    read: async (consume) => {
      runner.log.info(`downloading ${name}`)
      await runner.network.download({ url, sha256, maxBytes: LARGEST }, consume)
    },
  }
}

/** The tarball that `nix-source` names by URL or path. @throws UserError */
export function findTarball(runner: Runner, location: string, hash: string | undefined): Tarball {
  if (/^https?:\/\//i.test(location)) {
    if (hash === undefined) throw new UserError('nix-source is a URL: nix-sha256 must be given')
    return tarballAt(runner, location, hash)
  }
  const path = location.startsWith('file://') ? fileURLToPath(location) : resolve(runner.facts.workspace, location)
  const problem = fileProblem(path)
  if (problem !== undefined) throw new UserError(`nix-source: ${problem}`)
  const sha256 = hash?.toLowerCase()
  return { name: path, sha256, read: (consume) => consume(checkedFile(path, sha256)) }
}

function fileProblem(path: string): string | undefined {
  const there = statSync(path, { throwIfNoEntry: false })
  if (there === undefined) return `there is no file ${path}`
  if (!there.isFile()) return `${path} is no file: give the release tarball itself`
  try {
    accessSync(path, constants.R_OK)
    return undefined
  } catch {
    return `this user may not read ${path}`
  }
}

/** Checked as it is read, so that the file cannot change between the check and the unpacking. */
async function* checkedFile(path: string, sha256: string | undefined): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    hash.update(chunk)
    yield chunk
  }
  if (sha256 !== undefined && hash.digest('hex') !== sha256)
    throw new UserError(`nix-source: ${path} does not have the SHA-256 that nix-sha256 gives (${sha256})`)
}
