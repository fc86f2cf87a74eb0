import { readFileSync } from 'node:fs'

/**
 * Seconds of processor time so far: our own, and that of all children and theirs that have ended (proc(5), stat). Less
 * moved than the clock by what else a machine does.
 */
export function processorTime(): readonly [number, number] {
  const stat = readFileSync('/proc/self/stat', 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [user = 0, system = 0, ofChildren = 0, systemOfChildren = 0] = fields
    .slice(11, 15)
    .map((ticks) => Number(ticks) / 100)
  return [user + system, ofChildren + systemOfChildren]
}
