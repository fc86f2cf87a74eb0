import { readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Nix } from '../nix/nix.ts'
import { type DrvPath, type StorePath, storeHash } from '../nix/store-path.ts'
import { count, formatBytes } from '../nix/units.ts'
import type { Runner } from '../runner/ports.ts'
import { askService, FOLDER_NAME } from './client.ts'
import { ENTRIES, parseEntry, printEntry, printStandIn } from './entry.ts'
import { chooseEvicted } from './evict.ts'
import { contentDigest } from './keys.ts'
import { LEDGER, MEMORY, printLedger, updateUses } from './ledger.ts'
import { copyInto, neededPaths, trustedKeys } from './local.ts'
import { makeFolder, type Restored } from './restore.ts'
import { strayNames } from './scan.ts'
import { type LocalPath, type Selected, selectPaths } from './select.ts'
import { isUnverified } from './signer.ts'
import type { CacheEntries, CacheEntry } from './types.ts'

/** GitHub keeps 10 GiB a repository and then drops what was longest unused: room for some targets and branches. */
export const LIMIT_BYTES = 2 * 1024 ** 3

export interface Saved {
  readonly saved: boolean
  /** One sentence without full stop: what was saved, or why nothing was. */
  readonly reason: string
}

/** What is to be kept besides, and what is known of the run. */
export interface Keeping {
  /** What later runs should know. */
  readonly memory?: string
  /** Bytes of all compressed NARs. */
  readonly limitBytes?: number
  /** Outputs that the run was asked for. */
  readonly wanted: readonly StorePath[]
  /** Whether it is certain that the run has built nothing. */
  readonly builtNothing?: boolean
}

/**
 * Adds to the cache what was built for the derivations, finished or not, and saves it where something is new. Never
 * throws: a cache that cannot be saved fails no job.
 * @param drvPaths derivations that the run wanted built
 */
export async function saveCache(
  runner: Runner,
  nix: Nix,
  restored: Restored,
  drvPaths: readonly DrvPath[],
  keeping: Keeping,
): Promise<Saved> {
  if (!restored.use.write) return { saved: false, reason: restored.use.reason }
  let result: Saved
  try {
    result = hasAll(restored, keeping) ? NOTHING_NEW : await fillAndSave(runner, nix, restored, drvPaths, keeping)
  } catch (error) {
    result = { saved: false, reason: `not saved: ${error instanceof Error ? error.message : String(error)}` }
  }
  runner.log.info(`Actions cache: ${result.reason}.`)
  return result
}

const NOTHING_NEW: Saved = { saved: false, reason: 'nothing new was built, nothing is saved' }

/** What was asked for is in the cache, with all that it needs: there is nothing to look for. */
const hasAll = ({ entries, damaged }: Restored, { wanted, builtNothing }: Keeping): boolean =>
  builtNothing === true &&
  !damaged &&
  wanted.length > 0 &&
  wanted.every((path) => entries.get(storeHash(path))?.path === path)

async function fillAndSave(
  runner: Runner,
  nix: Nix,
  restored: Restored,
  drvPaths: readonly DrvPath[],
  { wanted, memory = '', limitBytes = LIMIT_BYTES }: Keeping,
): Promise<Saved> {
  const needed = drvPaths.length === 0 ? [] : await neededPaths(runner, nix, drvPaths)
  const doubtful = needed.find(({ signatures }) => signatures.some(isUnverified))
  if (restored.use.trust === 'signed' && doubtful !== undefined)
    return { saved: false, reason: `not saved: ${doubtful.path} came from a cache for which nobody vouches` }
  const selected = selectPaths(needed, await trustedKeys(runner, nix), restored.signer.name)
  const fresh = selected.inside.filter(({ path }) => restored.entries.get(storeHash(path))?.path !== path)
  if (fresh.length === 0) return NOTHING_NEW
  const added = await addEntries(runner, nix, restored, selected, fresh)
  const all = new Map([...restored.entries, ...added])
  const now = Math.floor(Date.now() / 1000)
  const ledger = updateUses(all, restored.ledger, { needed: new Set(needed.map(({ path }) => path)), wanted }, now)
  const evicted = chooseEvicted(all, ledger.used, limitBytes)
  const kept = new Map([...all].filter(([name]) => !evicted.has(name)))
  await removeFiles(runner, restored.folder, all, kept)
  if (![...added.keys()].some((name) => kept.has(name)))
    return { saved: false, reason: `not saved: what was built has more than ${formatBytes(limitBytes)}` }
  const text = printLedger(updateUses(kept, ledger, { needed: new Set(), wanted }, now))
  const files = { [LEDGER]: text, ...(memory === '' ? {} : { [MEMORY]: memory }) }
  return await packed(runner, restored, kept, files, (folder) =>
    send(runner, restored, folder, kept, { added: added.size, evicted: evicted.size }),
  )
}

async function addEntries(
  runner: Runner,
  nix: Nix,
  restored: Restored,
  selected: Selected,
  fresh: readonly LocalPath[],
): Promise<CacheEntries> {
  const { folder, storeDirectory, signer } = restored
  await makeFolder(runner, restored)
  const narinfo = (path: StorePath): string => join(folder, `${storeHash(path)}.narinfo`)
  const standIns = selected.outside.filter(({ path }) => !restored.entries.has(storeHash(path)))
  try {
    for (const info of standIns) await runner.files.write(narinfo(info.path), printStandIn(info))
    const paths = fresh.map(({ path }) => path)
    await copyInto(runner, nix, folder, paths)
  } finally {
    for (const { path } of standIns) await runner.files.remove(narinfo(path))
  }
  // it makes folders for logs and for realisations too
  for (const name of strayNames(folder)) await runner.files.remove(join(folder, name))
  const added = new Map<string, CacheEntry>()
  for (const { path } of fresh) {
    const name = storeHash(path)
    const { text: _, ...entry } = parseEntry(`${name}.narinfo`, await readFile(narinfo(path), 'utf8'), storeDirectory)
    await runner.files.write(narinfo(path), printEntry(entry, signer))
    added.set(name, entry)
  }
  return added
}

/** Removes evicted entries; NARs that a kept entry has too stay. */
async function removeFiles(runner: Runner, folder: string, all: CacheEntries, kept: CacheEntries): Promise<void> {
  const nars = new Set([...kept.values()].map(({ fileHash }) => fileHash))
  for (const [name, { fileHash }] of all) {
    if (kept.has(name)) continue
    await runner.files.remove(join(folder, `${name}.narinfo`))
    if (!nars.has(fileHash)) await runner.files.remove(join(folder, 'nar', `${fileHash}.nar.zst`))
  }
}

/** Lays out what is saved: the folder's NARs, that are elsewhere meanwhile, and a few files. */
async function packed<T>(
  runner: Runner,
  { folder }: Restored,
  kept: CacheEntries,
  files: Readonly<Record<string, string>>,
  use: (workspace: string) => Promise<T>,
): Promise<T> {
  const workspace = join(runner.facts.folder, 'cache-packing')
  const archive = join(workspace, FOLDER_NAME)
  await runner.files.makeDirectory(archive, { mode: 0o700 })
  const narinfos: string[] = []
  for (const name of kept.keys()) narinfos.push(await readFile(join(folder, `${name}.narinfo`), 'utf8'))
  for (const [name, text] of Object.entries({ ...files, [ENTRIES]: narinfos.join('') }))
    await runner.files.write(join(archive, name), text)
  await rename(join(folder, 'nar'), join(archive, 'nar'))
  try {
    return await use(workspace)
  } finally {
    await rename(join(archive, 'nar'), join(folder, 'nar'))
    await runner.files.remove(workspace)
  }
}

async function send(
  runner: Runner,
  restored: Restored,
  workspace: string,
  kept: CacheEntries,
  { added, evicted }: { readonly added: number; readonly evicted: number },
): Promise<Saved> {
  const { env } = runner.facts
  const keyOf = (salt: string) => `${restored.keys.save}${contentDigest(kept.values(), salt)}`
  // the key of what was restored, with which something was missing: it did not hold what its key says
  const damaged = restored.damaged || keyOf('') === restored.from
  const key = keyOf(damaged ? `${env.GITHUB_RUN_ID ?? ''}.${env.GITHUB_RUN_ATTEMPT ?? ''}.${Date.now()}` : '')
  const answer = await askService(runner, restored.program, workspace, { verb: 'save', path: FOLDER_NAME, key })
  if (!answer.done) return { saved: false, reason: `not saved: ${answer.complaint ?? 'the service took nothing'}` }
  const bytes = formatBytes([...kept.values()].reduce((sum, { fileSize }) => sum + fileSize, 0))
  const left = evicted === 0 ? '' : `, ${count(evicted, 'path')} left out for size`
  return { saved: true, reason: `saved ${count(kept.size, 'path')} (${added} new${left}, ${bytes}) as ${key}` }
}
