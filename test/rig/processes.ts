import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

interface Seen {
  pid: number
  parent: number
}

/** Every process that the host sees, those in machines included. */
function everyProcess(): Seen[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
        // the name in parentheses may hold anything
        const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
        return [{ pid: Number(name), parent }]
      } catch {
        return [] // ended meanwhile
      }
    })
}

export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
  } catch {
    return everyProcess()
      .filter((each) => each.parent === pid)
      .map((each) => each.pid)
  }
}

/** All descendants, parents first. */
export function descendantsOf(pid: number): number[] {
  const all = everyProcess()
  const found = [pid]
  for (const each of found) found.push(...all.filter((other) => other.parent === each).map((other) => other.pid))
  return found.slice(1)
}

/**
 * Kills a process and everything below it, parents first so that none reports a child's death. Processes that had moved to
 * process 1 are not found.
 */
export function killTree(pid: number): void {
  for (const each of [pid, ...descendantsOf(pid)]) sendSignal(each, 'SIGKILL')
}

/** @returns false if the process is gone. */
export function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}

/** Host's ids of processes whose environment holds `text`. */
export function processesWith(text: string): number[] {
  return everyProcess()
    .map((each) => each.pid)
    .filter((pid) => {
      try {
        return pid !== process.pid && readFileSync(`/proc/${pid}/environ`, 'latin1').includes(text)
      } catch {
        return false
      }
    })
}

/** Processes in the PID namespace of a machine's process 1, without that one. A zombie has an empty command line. */
export function processesBeside(init: number): { pid: number; commandLine: string }[] {
  const namespace = (pid: number): string => readlinkSync(`/proc/${pid}/ns/pid`)
  const wanted = namespace(init)
  return everyProcess().flatMap(({ pid }) => {
    try {
      if (pid === init || namespace(pid) !== wanted) return []
      return [{ pid, commandLine: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() }]
    } catch {
      return [] // ended meanwhile
    }
  })
}
