import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { UserError } from './errors.ts'
import { parseUndos } from './journal.ts'
import type { Files } from './ports.ts'
import { startTime } from './processes.ts'
import type { Undo } from './undo.ts'

/** World-writable as its parent, whose lock is everybody's too: runners of one machine may be different users. */
const PARENT = '/var/tmp'
const FOLDER = `${PARENT}/nix-multiarch`
const HANDED_OVER = 'handed-over-'
const LOCK_SECONDS = 120

/** The first line of a lease; deeds follow, one a line. */
export interface Lease {
  /** Folder of the run: the runner removes it at the latest before its next job. */
  readonly folder: string
  /** The runner's process that started the run; 0 where it is not to be seen from here (a container). */
  readonly pid: number
  readonly startTime: string
}

/** Whether the job of a lease still runs. @param there whether its folder is; undefined where this user cannot see that */
export function isAlive(lease: Lease, there: boolean | undefined, startOf: typeof startTime): boolean {
  if (there === false) return false
  return lease.pid <= 1 || startOf(lease.pid) === lease.startTime
}

/** What a run finds at its end, among the leases of the machine. */
export interface Parting {
  /** Jobs that still run, and may use what this run has made. */
  readonly others: number
  /** Files whose deeds are to be undone by who leaves last: of killed runs, and handed over. The newest first. */
  readonly adopted: readonly { readonly path: string; readonly deeds: readonly Undo[] }[]
}

/** Announces a run to other jobs of this machine. Where that is not possible it does not, and the job goes on. */
export function takeLease(folder: string): void {
  try {
    mkdirSync(FOLDER)
    chmodSync(FOLDER, 0o1777)
  } catch {
    // it is there
  }
  const lease: Lease = { folder, pid: process.ppid, startTime: startTime(process.ppid) ?? '' }
  attempt(() => writeFileSync(fileOf(folder), `${JSON.stringify(lease)}\n`, { mode: 0o644, flag: 'wx' }))
}

/** Writes down, where other jobs see it, what they may rely on and somebody must undo. */
export const noteDeeds = (folder: string, undos: readonly Undo[]): void =>
  void attempt(() => appendFileSync(fileOf(folder), `\n${printDeeds(undos)}`, { flag: 'a' }))

const printDeeds = (undos: readonly Undo[]): string => undos.map((undo) => `${JSON.stringify(undo)}\n`).join('')

const fileOf = (folder: string): string => join(FOLDER, basename(folder))

/**
 * Looks at the leases of others. Deeds are believed only of files that this user has written, or root where this run
 * can be root: else it could neither undo them nor take the file away.
 */
export function readLeases(folder: string, asRoot: boolean): Parting {
  const names = (attempt(() => readdirSync(FOLDER)) ?? []).filter((name) => name !== basename(folder))
  const files = names.flatMap((name) => readLease(join(FOLDER, name), asRoot) ?? [])
  const dead = files.filter(({ alive }) => !alive)
  return {
    others: files.length - dead.length,
    adopted: dead.filter(({ believed }) => believed).sort((a, b) => b.time - a.time),
  }
}

function readLease(path: string, asRoot: boolean) {
  const stat = attempt(() => lstatSync(path))
  const text = stat?.isFile() === true ? attempt(() => readFileSync(path, 'utf8')) : undefined
  if (stat === undefined || text === undefined) return undefined
  const lines = text.split('\n')
  const lease = basename(path).startsWith(HANDED_OVER) ? undefined : parseLease(lines.shift() ?? '')
  return {
    path,
    alive: lease !== undefined && isAlive(lease, isThere(lease.folder), startTime),
    believed: stat.nlink === 1 && (stat.uid === process.getuid?.() || (stat.uid === 0 && asRoot)),
    deeds: parseUndos(lines),
    time: stat.mtimeMs,
  }
}

/** Leaves deeds to whoever leaves last, in a file that all who can undo them believe. */
export async function handOver(folder: string, deeds: readonly Undo[], files: Files, asRoot: boolean): Promise<void> {
  if (deeds.length > 0)
    await files.write(join(FOLDER, `${HANDED_OVER}${basename(folder)}`), printDeeds(deeds), { asRoot })
}

/** Ends this run's lease and what it has adopted. */
export async function endLease(
  folder: string,
  adopted: Parting['adopted'],
  files: Files,
  asRoot: boolean,
): Promise<void> {
  await files.remove(fileOf(folder))
  for (const { path } of adopted) await files.remove(path, { asRoot })
  attempt(() => rmdirSync(FOLDER))
}

function parseLease(line: string): Lease | undefined {
  const lease = attempt(() => JSON.parse(line) as Partial<Lease>)
  const { folder, pid, startTime: start } = lease ?? {}
  return typeof folder === 'string' && typeof pid === 'number' && typeof start === 'string'
    ? { folder, pid, startTime: start }
    : undefined
}

/** Undefined where this user may not look there. */
function isThere(path: string): boolean | undefined {
  try {
    lstatSync(path)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? false : undefined
  }
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

/**
 * Does something while no other job of this machine does: looking for a Nix and installing one, or taking it away. The
 * kernel frees the lock with the end of this process. Without flock(1), or after two minutes, it goes on without.
 * @param signal ends the waiting @throws UserError where it did
 */
export async function exclusively<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const holder = spawn('flock', ['-w', String(LOCK_SECONDS), PARENT, 'cat'], { stdio: ['pipe', 'pipe', 'ignore'] })
  holder.stdin.on('error', () => undefined)
  const ended = once(holder, 'close').catch(() => undefined)
  holder.stdin.write('held\n')
  const stopWaiting = () => void holder.kill()
  signal?.addEventListener('abort', stopWaiting)
  await Promise.race([once(holder.stdout, 'data').catch(() => undefined), ended])
  signal?.removeEventListener('abort', stopWaiting)
  try {
    if (signal?.aborted === true)
      throw new UserError('the job was cancelled while it waited for another one of this machine')
    return await work()
  } finally {
    await release(holder, ended)
  }
}

async function release(holder: ChildProcess, ended: Promise<unknown>): Promise<void> {
  holder.stdin?.end()
  await ended
}
