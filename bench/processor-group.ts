import { appendFileSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cgroupRoot } from '../test/rig/available.ts'

/**
 * Puts this process, and so all that it starts, into a control group of its own. The function gives the seconds of
 * processor time of all of them so far, those that still run and those that left their parent included.
 */
export function countProcessorTime(): () => number {
  const root = cgroupRoot()
  if (root === undefined) throw new Error('no cgroup2 is mounted: processor time cannot be counted')
  const group = join(root, `bench-${process.pid}`)
  const home = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1] ?? '/'
  mkdirSync(group)
  writeFileSync(join(group, 'cgroup.procs'), String(process.pid))
  process.once('exit', () => {
    appendFileSync(join(root, home, 'cgroup.procs'), String(process.pid))
    try {
      rmdirSync(group)
    } catch {
      console.error(`${group} is left: something that was started still runs`)
    }
  })
  return () => Number(/^usage_usec (\d+)$/m.exec(readFileSync(join(group, 'cpu.stat'), 'utf8'))?.[1]) / 1e6
}
