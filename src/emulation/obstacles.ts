import type { System } from '../nix/system.ts'
import type { RunnerFacts } from '../runner/ports.ts'
import { BINFMT } from './registrations.ts'

/**
 * State of binfmt_misc. `not mounted`: the kernel has it. `absent`: it has not, or its module is not loaded.
 * `switched off`: mounted, and somebody wrote 0 to its `status`.
 */
export type TableState = 'mounted' | 'read-only' | 'switched off' | 'not mounted' | 'absent'

/** Reads the state of the mount from /proc/self/mountinfo (proc(5)): the last mount at a place is the one seen. */
export function mountState(mountinfo: string): 'mounted' | 'read-only' | 'not mounted' {
  const here = mountinfo.split('\n').filter((line) => line.split(' ')[4] === BINFMT)
  const last = here.at(-1)
  if (last === undefined) return 'not mounted'
  const [mount = '', superblock = ''] = last.split(' - ')
  const [type, , superOptions = ''] = superblock.split(' ')
  if (type !== 'binfmt_misc') return 'not mounted'
  const readOnly = [mount.split(' ')[5] ?? '', superOptions].some((options) => options.split(',').includes('ro'))
  return readOnly ? 'read-only' : 'mounted'
}

const ROOT = 'run the job as root, or let its user use sudo without a password'

/**
 * Why no emulator can be registered on this machine, and what to do; undefined where nothing speaks against it.
 * @param loadable the module of a kernel in which binfmt_misc is absent can be loaded
 */
export function obstacleOf(
  state: TableState,
  privilege: RunnerFacts['privilege'],
  loadable: boolean,
): string | undefined {
  if (state === 'absent' && !loadable) {
    return 'this kernel has no binfmt_misc, by which it starts emulators; use a machine whose kernel has it (CONFIG_BINFMT_MISC)'
  }
  if (state === 'read-only') {
    return `${BINFMT} is mounted read-only; mount it writable (mount -o remount,rw ${BINFMT}, in a container --privileged), or register the emulator before the job`
  }
  if (state === 'switched off') {
    return `binfmt_misc is switched off on this machine; switch it on (write 1 to ${BINFMT}/status)`
  }
  if (privilege === 'none') {
    return `registering an emulator needs root; ${ROOT}, or have a static QEMU registered with flag F before the job`
  }
  return undefined
}

/** The sentence of a failure: what failed, why, what to do. */
export const failure = (system: System, why: string): string => `${system} cannot be emulated: ${why}`

/** Why a system that no QEMU of the user mode emulates cannot be had. */
export const UNKNOWN =
  'QEMU has no user-mode emulator for it; build it on a machine of that system, or by a cross strategy'

export const NOT_LINUX = 'this machine does not run Linux, and only Linux starts emulators; use a Linux runner'

/** Translates what the kernel or `mount` says of a mount that it refuses. */
export function mountRefusal(said: string): string {
  return /permission denied|not permitted|EPERM|EACCES/i.test(said)
    ? `${BINFMT} is not mounted, and this process may not mount it; in a container use --privileged, or register the emulator on the host before the job`
    : `${BINFMT} is not mounted, and mounting it failed (${lastLine(said)})`
}

/** Translates what the kernel says when it refuses a registration (fs/binfmt_misc.c). */
export function registerRefusal(said: string, interpreter: string): string {
  const known: readonly [RegExp, string][] = [
    [/EROFS|read-only file system/i, `${BINFMT} is read-only; mount it writable (in a container: --privileged)`],
    [/EPERM|not permitted/i, `the kernel lets this process register nothing; in a container use --privileged`],
    [/EACCES|permission denied/i, `the kernel may not execute ${interpreter} (is its file system mounted noexec?)`],
    [/EEXIST|file exists/i, 'another job registered an entry of the same name at this moment; run this one again'],
    [/ENOENT|no such file/i, `${interpreter} disappeared before the kernel could open it`],
    [/ENOEXEC|EINVAL|invalid argument/i, `this kernel does not take the entry; flag F needs Linux 4.8 or newer`],
  ]
  const reason = known.find(([pattern]) => pattern.test(said))?.[1] ?? lastLine(said)
  return `the kernel refused to register ${interpreter}: ${reason}`
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? ''
