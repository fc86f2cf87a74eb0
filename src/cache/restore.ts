import { readdirSync, rmSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Inputs, SigningKey } from '../inputs/inputs.ts'
import { systemOf } from '../nix/system.ts'
import { count, formatBytes } from '../nix/units.ts'
import type { Runner } from '../runner/ports.ts'
import { askService, type ClientResult, clientProgram, FOLDER_NAME } from './client.ts'
import { chooseUse, readServiceFacts, type StoreFacts, whyNotAdmitted } from './decide.ts'
import { gatherKeyFacts, readEvent, type Wanted } from './facts.ts'
import { type Judged, judgeFiles } from './judge.ts'
import { type CacheKeys, cacheKeys, hitKind } from './keys.ts'
import { parseLedger } from './ledger.ts'
import { isFolder, readLedgerFile, readMemoryFile, scanFolder } from './scan.ts'
import { openCacheKey, signedCacheKey } from './signer.ts'
import type { CacheEntries, CacheUse, Ledger } from './types.ts'

/** The cache of this run, as it was found. */
export interface Restored {
  readonly use: CacheUse
  /** The binary cache on this machine; there where `use` reads or writes. */
  readonly folder: string
  readonly storeDirectory: string
  /** `exact`: saved from this branch, with this flake.lock, for these targets and packages. */
  readonly hit: 'exact' | 'partial' | 'none'
  readonly entries: CacheEntries
  /** Key of what was restored. */
  readonly from?: string
  /** Settings that make the folder a substituter of this run, with the key of this run; empty where nothing is in it. */
  readonly settings: Readonly<Record<string, string>>
  /** What was wrong with the service or with what it gave; the run goes on without that. */
  readonly problem?: string
  readonly keys: CacheKeys
  readonly ledger: Ledger
  /** What earlier runs left besides closures, as text that nobody vouches for; may be empty. */
  readonly memory: string
  /** Signs the entries. A secret: never printed. */
  readonly signer: SigningKey
  /** What was found is damaged at least in part: the next save must not come under the same key. */
  readonly damaged: boolean
  readonly program: string
}

type CacheInputs = Wanted & Pick<Inputs, 'cache' | 'dryRun' | 'pushTo' | 'signingKey'>

export interface CachePlaces {
  readonly storeDirectory?: string
  /** The program that talks to the service, dist/cache/index.js. */
  readonly program?: string
}

/**
 * Fetches the nearest cache of an earlier run, checks every file of it, and makes a binary cache of what is right.
 * Needs no Nix: it can run while one is installed. Never throws: a fault of the service or of the cache is told in
 * `problem`.
 */
export async function restoreCache(runner: Runner, inputs: CacheInputs, places: CachePlaces = {}): Promise<Restored> {
  const event = await readEvent(runner)
  const use = chooseUse(inputs, readServiceFacts(runner.facts.env, event))
  const system = systemOf(process.arch, process.platform) ?? 'unknown'
  const signer = inputs.signingKey === undefined ? openCacheKey() : signedCacheKey(inputs.signingKey)
  const empty: Restored = {
    use,
    folder: join(runner.facts.folder, FOLDER_NAME),
    storeDirectory: places.storeDirectory ?? '/nix/store',
    hit: 'none',
    entries: new Map(),
    settings: {},
    keys: cacheKeys(await gatherKeyFacts(runner, inputs, system, event), use.trust),
    ledger: { used: new Map(), outside: new Set(), wanted: new Set() },
    memory: '',
    signer,
    damaged: false,
    program: places.program ?? clientProgram(runner),
  }
  if (inputs.cache === 'true' && !use.read && !use.write)
    runner.log.warning(`The Actions cache is not used: ${use.reason}.`)
  else runner.log.info(`Actions cache: ${use.read || use.write ? use.reason : `not used: ${use.reason}`}.`)
  if (!use.read) return empty
  try {
    return await fetchCache(runner, empty)
  } catch (error) {
    return { ...empty, damaged: true, problem: error instanceof Error ? error.message : String(error) }
  } finally {
    await runner.files.remove(stagingOf(runner))
  }
}

/**
 * Decides, once there is a Nix, whether its store may take the entries.
 * @returns the cache, without settings and use where it may not
 */
export function admitCache(runner: Runner, restored: Restored, store: StoreFacts): Restored {
  const { use } = restored
  const reason = use.read || use.write ? whyNotAdmitted(use.trust, store) : undefined
  if (reason === undefined) return restored
  runner.log.info(`Actions cache: not used: ${reason}.`)
  return {
    ...restored,
    use: { ...use, read: false, write: false, reason },
    hit: 'none',
    settings: {},
    entries: new Map(),
  }
}

const stagingOf = (runner: Runner): string => join(runner.facts.folder, 'cache-staging')

async function fetchCache(runner: Runner, empty: Restored): Promise<Restored> {
  const began = performance.now()
  const staging = stagingOf(runner)
  await runner.files.makeDirectory(staging, { mode: 0o700 })
  const answer = await askService(runner, empty.program, staging, {
    verb: 'restore',
    path: FOLDER_NAME,
    keys: empty.keys.restore,
  })
  const problem = answer.complaint === undefined ? {} : { problem: `nothing is restored: ${answer.complaint}` }
  if (answer.key === undefined) {
    if (answer.complaint === undefined) runner.log.info('No cache was found.')
    return { ...empty, ...problem }
  }
  const found = join(staging, FOLDER_NAME)
  if (!answer.done || !isFolder(found))
    return { ...empty, damaged: true, problem: `the archive of ${answer.key} cannot be unpacked${because(answer)}` }
  const { judged, ledger } = await judgeFound(empty, found)
  const memory = readMemoryFile(found)
  await takeOver(runner, empty, judged.entries, found)
  const { entries, dropped } = judged
  const bytes = [...entries.values()].reduce((sum, { fileSize }) => sum + fileSize, 0)
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  runner.log.info(`Restored ${count(entries.size, 'path')} (${formatBytes(bytes)}) from ${answer.key} in ${seconds} s.`)
  const [first] = dropped
  return {
    ...empty,
    ledger,
    memory,
    entries,
    from: answer.key,
    hit: entries.size === 0 ? 'none' : hitKind(empty.keys, answer.key),
    settings: entries.size === 0 ? {} : substituterSettings(empty),
    damaged: first !== undefined,
    ...(first === undefined
      ? problem
      : { problem: `${count(dropped.length, 'file')} of the cache left out (${first.name}: ${first.reason})` }),
  }
}

const because = ({ complaint }: ClientResult): string => (complaint === undefined ? '' : `: ${complaint}`)

async function judgeFound(restored: Restored, found: string): Promise<{ judged: Judged; ledger: Ledger }> {
  const { storeDirectory, use, signer } = restored
  const ledger = parseLedger(readLedgerFile(found), storeDirectory, Math.floor(Date.now() / 1000))
  const key = use.trust === 'signed' ? signer : undefined
  return { judged: judgeFiles(await scanFolder(found), { storeDirectory, key, outside: ledger.outside }), ledger }
}

/**
 * Makes the found folder the cache of this run, without what was not judged right; its narinfos are written anew
 * (narinfos.ts): nothing stays but what was checked.
 */
async function takeOver(runner: Runner, restored: Restored, entries: CacheEntries, found: string): Promise<void> {
  const nars = new Set([...entries.values()].map(({ fileHash }) => `${fileHash}.nar.zst`))
  const narFolder = join(found, 'nar')
  // a link instead of the folder goes: what is saved later would be written through it
  const inside = isFolder(narFolder) ? ['nar'] : []
  keepOnly(found, new Set(inside))
  if (inside.length > 0) keepOnly(narFolder, nars)
  await rename(found, restored.folder)
  await makeFolder(runner, restored)
}

function keepOnly(folder: string, kept: ReadonlySet<string>): void {
  for (const name of readdirSync(folder)) if (!kept.has(name)) rmSync(join(folder, name), { recursive: true })
}

/** An empty binary cache, that Nix asks before others: it is on this machine. */
export async function makeFolder(runner: Runner, { folder, storeDirectory }: Restored): Promise<void> {
  await runner.files.makeDirectory(join(folder, 'nar'), { mode: 0o700 })
  await runner.files.write(
    join(folder, 'nix-cache-info'),
    `StoreDir: ${storeDirectory}\nWantMassQuery: 1\nPriority: 10\n`,
  )
}

/** URL of the store, as in `substituters`. */
export const storeUrl = ({ folder }: Pick<Restored, 'folder'>): string => `file://${folder}`

const substituterSettings = (restored: Restored): Restored['settings'] => ({
  'extra-substituters': storeUrl(restored),
  'extra-trusted-public-keys': restored.signer.publicKey,
})
