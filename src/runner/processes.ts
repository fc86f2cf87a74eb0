import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Time between SIGTERM and SIGKILL. The runner gives an action 7.5 s after SIGINT (ProcessInvoker.cs). */
const GRACE_MILLISECONDS = 4000

/** Start time of a process in clock ticks since boot, field 22 of proc(5) stat; tells a reused pid. */
export function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

/** Process groups of what a process has started, and of what that has; not its own. */
export function groupsBelow(pid: number): readonly number[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => familyOf(Number(name)) ?? [])
  const found = [pid]
  for (const each of found) found.push(...all.filter(({ parent }) => parent === each).map((child) => child.pid))
  const groups = all.filter((process) => found.includes(process.pid)).map(({ group }) => group)
  return [...new Set(groups)].filter((group) => group !== pid && group > 1)
}

/** Fields 4 and 5 of proc(5) stat. */
function familyOf(pid: number): { pid: number; parent: number; group: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [, parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { pid, parent: Number(parent), group: Number(group) }
  } catch {
    return undefined // it has ended meanwhile
  }
}

/** Sends a signal to a process group, through sudo where it is not ours. */
export function signalGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL' | 'SIGINT', sudo: boolean): void {
  try {
    process.kill(-pid, signal)
  } catch (error) {
    const denied = (error as NodeJS.ErrnoException).code === 'EPERM'
    if (denied && sudo) spawnSync('sudo', ['-n', 'kill', `-${signal.slice(3)}`, '--', `-${pid}`], { timeout: 5000 })
  }
}

const groupLives = (pid: number): boolean => {
  try {
    process.kill(-pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Ends a process group: SIGTERM, and SIGKILL for what is left after some seconds. Resolves when it is gone. */
export async function endGroup(pid: number, sudo: boolean): Promise<void> {
  signalGroup(pid, 'SIGTERM', sudo)
  for (let waited = 0; waited < GRACE_MILLISECONDS; waited += 50) {
    if (!groupLives(pid)) return
    await sleep(50)
  }
  signalGroup(pid, 'SIGKILL', sudo)
  await sleep(50)
}

/** The process groups that this run has started, also on disk: post ends what a killed main left behind. */
export interface ProcessList {
  add(pid: number): void
  delete(pid: number): void
  readonly live: ReadonlySet<number>
}

export function createProcessList(folder: string): ProcessList {
  const place = join(folder, 'processes')
  mkdirSync(place, { recursive: true, mode: 0o700 })
  const live = new Set<number>()
  return {
    live,
    add: (pid) => {
      live.add(pid)
      note(join(place, String(pid)), startTime(pid) ?? '')
    },
    delete: (pid) => {
      live.delete(pid)
      rmSync(join(place, String(pid)), { force: true })
    },
  }
}

/** In post the folder itself is removed at last: then there is nobody left to read the list. */
function note(file: string, text: string): void {
  try {
    writeFileSync(file, text, { mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

/** Ends the process groups that an earlier stage of this run left; gives how many there were. */
export async function endLeftProcesses(folder: string, sudo: boolean): Promise<number> {
  let ended = 0
  for (const name of listFolder(join(folder, 'processes'))) {
    const pid = Number(name)
    const recorded = readFileSync(join(folder, 'processes', name), 'utf8')
    if (recorded !== '' && startTime(pid) === recorded) {
      await endGroup(pid, sudo)
      ended += 1
    }
  }
  return ended
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^\d+$/.test(name))
  } catch {
    return []
  }
}
