import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Runner } from '../runner/ports.ts'
import { mountState, type TableState } from './obstacles.ts'
import { BINFMT, type Entry, parseEntry } from './registrations.ts'

/** The kernel's table of binary formats. */
export interface Table {
  readonly state: TableState
  /** Empty where it is not mounted. */
  readonly entries: readonly Entry[]
}

/** Reads the table; changes nothing. */
export function readTable(): Table {
  // Listing the folder lets systemd's automount do its work before the mounts are read.
  const names = existsSync(BINFMT) ? readdirSync(BINFMT) : undefined
  const state = names === undefined ? 'absent' : mountState(readFileSync('/proc/self/mountinfo', 'utf8'))
  if (names === undefined || state === 'not mounted') return { state, entries: [] }
  if (readFileSync(join(BINFMT, 'status'), 'utf8').trim() === 'disabled') return { state: 'switched off', entries: [] }
  const entries = names.filter((name) => name !== 'register' && name !== 'status').flatMap(readEntry)
  return { state, entries }
}

/** An entry by name, as a list of one; empty where it is not there (any more: another job may take its own out). */
export function readEntry(name: string): readonly Entry[] {
  try {
    return [parseEntry(name, readFileSync(join(BINFMT, name), 'utf8'))]
  } catch {
    return []
  }
}

/** Whether the module of a kernel without a folder for binfmt_misc is there to be loaded. Changes nothing. */
export async function canLoadModule(runner: Runner): Promise<boolean> {
  const modprobe = runner.commands.find('modprobe')
  if (modprobe === undefined) return false
  const command = { tool: modprobe, args: ['--dry-run', '--quiet', 'binfmt_misc'] }
  return (await runner.commands.run(command, { accept: 'any', timeoutSeconds: 30 })).exitCode === 0
}

/**
 * Mounts binfmt_misc, having noted that post unmounts it.
 * @throws CommandError, UserError where that is refused
 */
export async function mountTable(runner: Runner): Promise<void> {
  if (!existsSync(BINFMT)) {
    await runner.commands.run({ tool: 'modprobe', args: ['binfmt_misc'] }, { asRoot: true, timeoutSeconds: 60 })
  }
  await runner.journal.record({ kind: 'unmount', path: BINFMT, shared: true })
  const args = ['-t', 'binfmt_misc', 'binfmt_misc', BINFMT]
  await runner.commands.run({ tool: 'mount', args, env: { LC_ALL: 'C' } }, { asRoot: true, timeoutSeconds: 60 })
}

/** Registers an entry, having noted that post takes it out. @throws where the kernel refuses */
export async function register(runner: Runner, name: string, interpreter: string, line: string): Promise<void> {
  await runner.journal.record({ kind: 'unregister', entry: name, interpreter, shared: true })
  await runner.files.writeKernel(join(BINFMT, 'register'), line)
}

/** Takes an entry of ours out. */
export async function unregister(runner: Runner, name: string): Promise<void> {
  if (existsSync(join(BINFMT, name))) await runner.files.writeKernel(join(BINFMT, name), '-1')
}
