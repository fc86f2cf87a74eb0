import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { copyFile, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UserError } from '../runner/errors.ts'
import type { Runner } from '../runner/ports.ts'

/** Upstream's largest tarball is about 40 MB. */
const LARGEST = 500_000_000
const TOOL = 'nix-release'

/** A tarball on disk whose SHA-256 was checked where one is known. */
export async function fetchTarball(runner: Runner, url: string, sha256: string): Promise<string> {
  const version = `0.0.0-sha256.x${sha256.slice(0, 32)}`
  const kept = runner.tools.find(TOOL, version)
  // What lies in the tool cache can be changed by any job of this runner: it is checked like a download.
  if (kept !== undefined && (await hasHash(`${kept}/nix.tar`, sha256))) return `${kept}/nix.tar`
  const folder = `${runner.facts.folder}/download`
  await runner.files.makeDirectory(folder, { mode: 0o700 })
  const path = `${folder}/nix.tar`
  runner.log.info(`downloading ${url.replace(/\/\/[^/]*@/, '//').replace(/\?.*$/s, '')}`)
  await runner.network.download({ url, sha256, maxBytes: LARGEST }, path)
  // A tool cache that cannot be written costs time in the next job, nothing in this one.
  await runner.tools
    .save(folder, TOOL, version)
    .catch((error: unknown) => runner.log.debug(`the tarball is not kept in the tool cache: ${String(error)}`))
  return path
}

/** The tarball that `nix-source` names by URL or path. @throws UserError */
export async function obtainTarball(runner: Runner, location: string, sha256: string | undefined): Promise<string> {
  if (/^https?:\/\//i.test(location)) {
    if (sha256 === undefined) throw new UserError('nix-source is a URL: nix-sha256 must be given')
    return await fetchTarball(runner, location, sha256.toLowerCase())
  }
  const path = location.startsWith('file://') ? fileURLToPath(location) : resolve(runner.facts.workspace, location)
  if (!existsSync(path)) throw new UserError(`nix-source: there is no file ${path}`)
  if (sha256 === undefined) return path
  // a copy of our own: the file cannot change between the check and the unpacking
  const copy = `${runner.facts.folder}/nix.tar`
  await copyFile(path, copy)
  if (await hasHash(copy, sha256)) return copy
  await rm(copy)
  throw new UserError(`nix-source: ${path} does not have the SHA-256 that nix-sha256 gives (${sha256})`)
}

async function hasHash(path: string, sha256: string): Promise<boolean> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk)
  } catch {
    return false
  }
  return hash.digest('hex') === sha256.toLowerCase()
}
