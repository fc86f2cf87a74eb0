import { readdirSync } from 'node:fs'
import { pipeline, Readable } from 'node:stream'
import zlib from 'node:zlib'
import type { Runner } from '../../runner/ports.ts'
import type { FoundNix } from '../find.ts'
import type { Shelf } from '../types.ts'
import { ABOUT, askAbout, layOut, readAbout } from './fresh.ts'
import { extract } from './unpack.ts'

/** What a new /nix has besides its store; the rest Nix makes when it is started. */
const STATE = ['var/nix/db/db.sqlite', 'var/nix/db/schema', 'var/nix/profiles'] as const
const CHUNKS = { chunkSize: 1024 * 1024 }

/** By what was asked for, and for what: the system is that of this machine. */
const nameOf = (sha256: string): string => `nix-${process.platform}.${process.arch}-${sha256}`

/** Lays /nix out as a job on another machine packed it of a tarball. @returns undefined where nothing serves */
export async function restorePacked(
  runner: Runner,
  shelf: Shelf,
  sha256: string,
  bin: string,
  asRoot: boolean,
): Promise<FoundNix | undefined> {
  const archive = await shelf.take(nameOf(sha256))
  if (archive === undefined) return undefined
  const where = 'the Actions cache'
  return await layOut(runner, where, { bin, asRoot }, async (draft, run) => {
    await run('mkdir', '-p', '--', draft)
    const bytes = through(Readable.from([archive]), zlib.createZstdDecompress(CHUNKS))
    await extract(runner, `what ${where} kept`, bytes, { folder: draft, asRoot })
    return readAbout(draft)
  })
}

/**
 * Packs /nix, as an install has just made it, for jobs on other machines, beside what follows: the database is copied
 * at once, store paths never change. Never throws: what is not packed costs time in the next job, nothing in this one.
 */
export async function packNix(runner: Runner, shelf: Shelf, sha256: string, found: FoundNix): Promise<void> {
  if (!shelf.writes) return
  try {
    const draft = `${runner.facts.folder}/packed`
    await runner.files.makeDirectory(draft)
    const copy = { tool: 'cp', args: ['-a', '--parents', '--', ...STATE, draft], cwd: '/nix' }
    await runner.commands.run(copy, { timeoutSeconds: 60 })
    for (const [n, text] of (await askAbout(runner, found)).entries())
      await runner.files.write(`${draft}/${ABOUT[n]}`, text)
    const paths = readdirSync('/nix/store').filter((name) => /^[a-z0-9]{32}-/.test(name) && !name.endsWith('.lock'))
    const members = ['-C', draft, ...ABOUT, 'var', '-C', '/nix', ...paths.map((name) => `store/${name}`)]
    const tar = runner.commands.filter({ tool: 'tar', args: ['-c', '-f', '-', ...members] }, Readable.from([]))
    shelf.put(nameOf(sha256), through(Readable.from(tar), zlib.createZstdCompress(CHUNKS)))
  } catch (error) {
    runner.log.debug(`nothing is kept in the Actions cache: ${String(error)}`)
  }
}

/** @returns `transform`, which ends with an error where its input does */
function through<T extends NodeJS.ReadWriteStream>(input: Readable, transform: T): T {
  pipeline(input, transform, () => undefined)
  return transform
}
