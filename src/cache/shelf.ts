import { timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import type { Inputs } from '../inputs/inputs.ts'
import { formatBytes } from '../nix/units.ts'
import type { Runner } from '../runner/ports.ts'
import { askService, clientProgram, type Patience } from './client.ts'
import { chooseUse, readServiceFacts } from './decide.ts'
import { readEvent } from './facts.ts'
import { regularSize } from './scan.ts'
import { type FileKey, fileKey } from './signer.ts'
import type { CacheUse } from './types.ts'

/** Whole files that a holder of the signing key has put into the Actions cache, each after its code. Never throws. */
export interface Shelf {
  readonly writes: boolean
  take(name: string): Promise<Uint8Array | undefined>
  put(name: string, bytes: AsyncIterable<Uint8Array>): void
  /** What was put is there, or will not be. */
  settled(): Promise<void>
}

type Wanted = Pick<Inputs, 'cache' | 'dryRun' | 'pushTo' | 'signingKey'>

/** The file, relative to where it is packed and unpacked. */
const FILE_NAME = 'nix-multiarch-file'
/** Raised when an older action could not read what a newer one saves. */
const FORMAT = 'v1'
const CODE_BYTES = 32
const MOST_BYTES = 500_000_000
/** Nobody is to wait longer for what can be had elsewhere. */
const IMPATIENT: Patience = { timeoutSeconds: 10, silentSeconds: 5 }

/**
 * Opens the cache for files that are run with the rights of the job. Nothing that is known about such a program when it
 * runs can be believed afterwards, so that there is no open form as there is for closures: without a key, no shelf.
 */
export async function openShelf(runner: Runner, inputs: Wanted): Promise<Shelf | undefined> {
  if (inputs.signingKey === undefined) return undefined
  const use = chooseUse(inputs, readServiceFacts(runner.facts.env, await readEvent(runner)))
  return use.read || use.write ? shelfOf(runner, use, fileKey(inputs.signingKey)) : undefined
}

function shelfOf(runner: Runner, use: CacheUse, key: FileKey): Shelf {
  const damaged = new Set<string>()
  const prefixOf = (name: string) => `nix-multiarch-file-${FORMAT}-signed.${key.id}-${name}-`
  const pending: Promise<void>[] = []
  const take = async (name: string) => {
    const began = performance.now()
    const found = await fetchFile(runner, prefixOf(name))
    if (found.at === undefined) {
      if (found.complaint !== undefined) runner.log.info(`Actions cache: no ${name}: ${found.complaint}.`)
      return undefined
    }
    const bytes = found.file === undefined ? undefined : checked(key, name, found.file)
    if (bytes === undefined) {
      damaged.add(name)
      runner.log.warning(
        `Actions cache: ${found.at} is not used: ${found.complaint ?? 'no signing-key vouches for it'}.`,
      )
      return undefined
    }
    const seconds = ((performance.now() - began) / 1000).toFixed(1)
    runner.log.info(`Restored ${formatBytes(bytes.length)} from ${found.at} in ${seconds} s.`)
    return bytes
  }
  const put = async (name: string, bytes: AsyncIterable<Uint8Array>) => {
    const content = await buffer(bytes)
    // an entry never changes, and the newest is found: after one that is damaged another comes
    const at = `${prefixOf(name)}${damaged.has(name) ? Date.now() : 0}`
    const done = await sendFile(runner, at, Buffer.concat([key.codeOf(name, content), content]))
    runner.log.info(`Actions cache: ${done ?? `saved ${formatBytes(content.length)} as ${at}`}.`)
  }
  const told = (what: string) => (cause: unknown) => {
    runner.log.info(`Actions cache: ${what}: ${String(cause)}`)
    return undefined
  }
  return {
    writes: use.write,
    take: async (name) => (use.read ? await take(name).catch(told(`no ${name}`)) : undefined),
    put: (name, bytes) => {
      if (use.write) pending.push(put(name, bytes).catch(told(`${name} is not saved`)))
    },
    settled: async () => {
      await Promise.all(pending)
    },
  }
}

interface Found {
  /** Key of the entry; undefined where there is none. */
  readonly at: string | undefined
  /** What was in it, checked by nobody; undefined where it is no file. */
  readonly file: Buffer | undefined
  readonly complaint: string | undefined
}

async function fetchFile(runner: Runner, prefix: string): Promise<Found> {
  const folder = await emptyFolder(runner, 'taken')
  try {
    const request = { verb: 'restore', path: FILE_NAME, keys: [prefix] } as const
    const { key, done, complaint } = await askService(runner, clientProgram(runner), folder, request, IMPATIENT)
    const path = join(folder, FILE_NAME)
    const size = done ? regularSize(path) : undefined
    const file = size !== undefined && size <= MOST_BYTES ? await readFile(path) : undefined
    const otherwise = key !== undefined && file === undefined ? 'it holds no such file' : undefined
    return { at: key, file, complaint: complaint ?? otherwise }
  } finally {
    await runner.files.remove(folder)
  }
}

/** Bytes that a holder of the key has put there under this name. */
function checked(key: FileKey, name: string, file: Buffer): Buffer | undefined {
  const [code, bytes] = [file.subarray(0, CODE_BYTES), file.subarray(CODE_BYTES)]
  return code.length === CODE_BYTES && timingSafeEqual(code, key.codeOf(name, bytes)) ? bytes : undefined
}

/** @returns why it is not saved; undefined where it is */
async function sendFile(runner: Runner, key: string, file: Buffer): Promise<string | undefined> {
  const folder = await emptyFolder(runner, 'put')
  try {
    await runner.files.write(join(folder, FILE_NAME), file, { mode: 0o600 })
    const answer = await askService(runner, clientProgram(runner), folder, { verb: 'save', path: FILE_NAME, key })
    return answer.done
      ? undefined
      : `${key} is not saved: ${(answer.complaint ?? 'the service took nothing').replace(/\.$/, '')}`
  } finally {
    await runner.files.remove(folder)
  }
}

async function emptyFolder(runner: Runner, name: string): Promise<string> {
  const folder = join(runner.facts.folder, `file-${name}`)
  await runner.files.makeDirectory(folder, { mode: 0o700 })
  return folder
}
