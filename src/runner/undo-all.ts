import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { CommandError, UserError } from './errors.ts'
import { readJournal } from './journal.ts'
import { endLease, exclusively, handOver, readLeases } from './leases.ts'
import type { Commands, Files, Log } from './ports.ts'
import { endGroup, endLeftProcesses, groupsBelow, signalGroup, startTime } from './processes.ts'
import type { Undo } from './undo.ts'

const BINFMT = '/proc/sys/fs/binfmt_misc'

interface Hands {
  readonly commands: Commands
  readonly files: Files
  readonly log: Log
  readonly sudo: boolean
}

/**
 * Ends what main left running, undoes all deeds of its journal, and removes its folder with every secret in it.
 * @throws UserError that lists what could not be undone
 */
export async function undoRun(folder: string, hands: Hands): Promise<void> {
  const ended = await endLeftProcesses(folder, hands.sudo)
  if (ended > 0) hands.log.info(`ended ${ended} command(s) that main left running`)
  const problems = await exclusively(() => leave(folder, hands))
  if (problems.length > 0) {
    throw new UserError(
      `Not everything could be undone; please put it right by hand:\n${problems.map((line) => `- ${line}`).join('\n')}`,
    )
  }
}

/** What other jobs may rely on stays while there are any; who leaves last undoes it for all. */
async function leave(folder: string, hands: Hands): Promise<readonly string[]> {
  const deeds = readJournal(folder)
  const asRoot = hands.sudo || process.getuid?.() === 0
  const { others, adopted } = readLeases(folder, asRoot)
  if (others > 0) {
    const shared = deeds.filter((deed) => deed.shared === true)
    if (shared.length > 0)
      hands.log.info(`${others} other job(s) of this machine still run: the last one undoes the rest`)
    await handOver(folder, [...shared].reverse(), hands.files, asRoot)
  }
  const own = others > 0 ? deeds.filter((deed) => deed.shared !== true) : deeds
  const left = others > 0 ? [] : adopted
  const problems = await undoAll([...own, ...left.flatMap((file) => file.deeds)], hands)
  await hands.files.remove(folder, { asRoot: hands.sudo })
  await endLease(folder, left, hands.files, asRoot)
  return problems
}

/** Undoes all deeds in the order given; goes on after a failure. Gives one sentence for each that failed. */
export async function undoAll(deeds: readonly Undo[], hands: Hands): Promise<readonly string[]> {
  const problems: string[] = []
  for (const deed of deeds) {
    try {
      await undo(deed, hands)
    } catch (error) {
      problems.push(`${describeUndo(deed)}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return problems
}

/** What is undone, for the log. */
export function describeUndo(deed: Undo): string {
  switch (deed.kind) {
    case 'remove':
      return `remove ${deed.path}`
    case 'unregister':
      return `unregister the emulator ${deed.entry}`
    case 'register':
      return `register the emulator ${deed.entry} again`
    case 'unmount':
      return `unmount ${deed.path}`
    case 'stop':
      return `stop process ${deed.pid}`
    case 'unit':
      return `stop the unit ${deed.name}`
    case 'command':
      return `run ${deed.tool} ${deed.args.join(' ')}`
  }
}

async function undo(deed: Undo, { commands, files, log, sudo }: Hands): Promise<void> {
  log.info(`undo: ${describeUndo(deed)}`)
  switch (deed.kind) {
    case 'remove':
      return await removeWhole(deed, commands, files).catch((error: unknown) => {
        // something was mounted there before: what is in it is gone, and the place itself stays
        if (!isEmptyMount(deed.path)) throw error
      })
    case 'unregister':
      return await unregister(deed, files)
    case 'register':
      return await register(deed, files)
    case 'unmount':
      await commands.run({ tool: 'umount', args: [deed.path] }, { asRoot: true, timeoutSeconds: 60, accept: [32] })
      return
    case 'stop':
      return await stop(deed, sudo)
    case 'unit':
      // 1 and 5: systemd knows no such unit any more
      for (const [verb, accept] of [
        [['kill'], [1, 5]],
        [['stop'], [5]],
        [
          ['kill', '--signal=KILL'],
          [1, 5],
        ],
      ] as const)
        await commands.run(
          { tool: 'systemctl', args: ['--no-ask-password', ...verb, deed.name] },
          { asRoot: true, timeoutSeconds: 60, accept },
        )
      return
    case 'command':
      return deed.tool === 'sed' ? await edit(deed, commands) : await runUndo(deed, commands)
  }
}

/** With what it has started: a worker of the Nix daemon is a group of its own and blocks SIGTERM. */
async function stop({ pid, startTime: began }: Extract<Undo, { kind: 'stop' }>, sudo: boolean): Promise<void> {
  if (startTime(pid) !== began) return
  const below = groupsBelow(pid)
  await endGroup(pid, sudo)
  for (const group of below) signalGroup(group, 'SIGKILL', sudo)
}

const runUndo = async (deed: Extract<Undo, { kind: 'command' }>, commands: Commands): Promise<void> => {
  const command = { tool: deed.tool, args: deed.args, env: { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' } }
  await commands.run(command, { asRoot: deed.root, timeoutSeconds: 600 })
}

/** What `sed -i` says of a file that is mounted over, which no other can replace, and where it knows no `--follow-symlinks`. */
const WRITE_IN_PLACE = /busy|option/

/** Edits a file by replacing it, so that it is never half written; in place only where that cannot be. */
async function edit(deed: Extract<Undo, { kind: 'command' }>, commands: Commands): Promise<void> {
  const file = deed.args.at(-1) ?? ''
  const print = { tool: 'sed', args: deed.args.filter((arg) => arg !== '-i' && !arg.startsWith('--')) }
  const options = { asRoot: deed.root, timeoutSeconds: 60 } as const
  const { stdout } = await commands.run(print, options)
  if (stdout === readFileSync(file, 'utf8')) return
  try {
    await runUndo(deed, commands)
  } catch (error) {
    if (!(error instanceof CommandError) || !WRITE_IN_PLACE.test(error.result.stderr)) throw error
    await commands.run({ tool: 'tee', args: ['--', file], input: stdout }, { ...options, discardStdout: true })
  }
}

/**
 * What other jobs look for is whole or not there: removing a store takes minutes, in which post may be killed. It is
 * first given another name, where that can be; who undoes the same deed again removes what is left under that name.
 */
async function removeWhole(
  { path, root, shared }: Extract<Undo, { kind: 'remove' }>,
  commands: Commands,
  files: Files,
): Promise<void> {
  const aside = `${path}.removed-by-nix-multiarch`
  if (shared === true && existsSync(aside)) await files.remove(aside, { asRoot: root })
  const options = { asRoot: root, accept: 'any', timeoutSeconds: 60 } as const
  const rename = { tool: 'mv', args: ['-T', '--', path, aside] }
  const isFolder = lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true
  const renamed = shared === true && isFolder && (await commands.run(rename, options)).exitCode === 0
  await files.remove(renamed ? aside : path, { asRoot: root })
}

function isEmptyMount(path: string): boolean {
  try {
    return statSync(path).dev !== statSync(dirname(path)).dev && readdirSync(path).length === 0
  } catch {
    return false
  }
}

/** Takes our entry out; one that somebody else registered under that name since then stays. */
async function unregister(deed: Extract<Undo, { kind: 'unregister' }>, files: Files): Promise<void> {
  const file = join(BINFMT, basename(deed.entry))
  if (!existsSync(file)) return
  const ours = readFileSync(file, 'utf8').split('\n').includes(`interpreter ${deed.interpreter}`)
  if (ours) await files.writeKernel(file, '-1')
}

async function register(deed: Extract<Undo, { kind: 'register' }>, files: Files): Promise<void> {
  const file = join(BINFMT, basename(deed.entry))
  if (!existsSync(file)) await files.writeKernel(join(BINFMT, 'register'), deed.line)
  if (!deed.enabled) await files.writeKernel(file, '0')
}
