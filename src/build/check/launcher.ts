import type { System } from '../../nix/system.ts'
import type { Binary } from './elf.ts'

/** A program that starts files which Linux does not start itself. */
export interface Launcher {
  readonly tool: string
  /** Before the file. */
  readonly args: readonly string[]
  readonly format: Binary['format']
  readonly suffix: string
}

const WINE: Launcher = { tool: 'wine', args: [], format: 'PE', suffix: '.exe' }
const WASMTIME: Launcher = { tool: 'wasmtime', args: ['run'], format: 'WebAssembly', suffix: '.wasm' }

/**
 * What starts the programs of a system.
 * @param machine this machine's own system
 * @returns undefined where the kernel does, by itself or through an emulator; a text where nothing here can
 */
export function launcherFor(system: System, machine: System): Launcher | string | undefined {
  const [cpu = '', os] = system.split('-')
  if (os === 'wasi') return WASMTIME
  if (os !== 'windows') return undefined
  const [own = ''] = machine.split('-')
  const runs = own === cpu || (own === 'x86_64' && cpu === 'i686')
  return runs ? WINE : `wine on ${machine} does not run ${system} programs`
}

/** A script by which a file is started as if it were a program of this machine. */
export function launchScript(launcher: string, args: readonly string[], file: string): string {
  const words = [launcher, ...args, file].map((word) => `'${word.replaceAll("'", "'\\''")}'`)
  return `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`
}

/** Names by which a program is found: as it is, and without the suffix that its system puts behind programs. */
export function launchNames(file: string, { suffix }: Launcher): readonly string[] {
  const bare = file.endsWith(suffix) ? file.slice(0, -suffix.length) : file
  return bare === '' ? [file] : [...new Set([file, bare])]
}
