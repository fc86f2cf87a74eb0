import { existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmdirSync } from 'node:fs'
import { availableParallelism, homedir, tmpdir, userInfo } from 'node:os'
import { basename, dirname, join } from 'node:path'
import * as core from '@actions/core'
import { createCommands } from './commands.ts'
import { readDefaults } from './defaults.ts'
import { CommandError, UserError } from './errors.ts'
import { createFiles } from './files.ts'
import { createJob, remember } from './job.ts'
import { createJournal } from './journal.ts'
import { exclusively, noteDeeds, takeLease } from './leases.ts'
import { createLog, type OwnLog } from './log.ts'
import { createNetwork } from './network.ts'
import type { Log, Runner, RunnerFacts } from './ports.ts'
import { askPrivilege } from './privilege.ts'
import { createProcessList } from './processes.ts'
import { createTerminalLog } from './terminal.ts'
import { createToolCache } from './tool-cache.ts'
import { undoRun } from './undo-all.ts'

const STATE = 'folder'
const PREFIX = 'nix-multiarch-'

/** A runner with what the entry files need besides. */
export interface OpenRunner extends Runner {
  /** Ends all commands and refuses new ones. */
  cancel(): Promise<void>
  /** Reports a failure once and fails the step. */
  fail(error: unknown): void
  /** Undoes what the journal of this run says, the last deed first, and removes the run's folder. */
  undo(): Promise<void>
  /** Lets the log drain and ends the process: sockets kept alive by HTTP clients would hold it. */
  close(): Promise<void>
}

/**
 * The runner for main: makes the run's private folder and leaves its name for post before anything else is done.
 * @param asked what this user may do, where that was asked already
 */
export async function openRunner(asked = askPrivilege()): Promise<OpenRunner> {
  // a store, its database and /etc/profile.d are for all users of the machine; what is secret is written with a mode
  process.umask(0o022)
  const folder = privateFolder(temporaryFolder())
  takeLease(folder)
  return assemble(folder, await asked)
}

/** Ends the process where there is no place for it, or post cannot be told: nothing is done yet, and nothing can be. */
function privateFolder(temp: string): string {
  let folder: string | undefined
  try {
    mkdirSync(temp, { recursive: true })
    folder = mkdtempSync(join(realpathSync(temp), PREFIX))
    remember(STATE, folder)
    return folder
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const place = 'the folder for temporary files of the job, RUNNER_TEMP, cannot be written: '
    core.setFailed(`${folder === undefined ? place : ''}${reason}`)
    if (folder !== undefined) rmdirSync(folder)
    return process.exit(1)
  }
}

/** The runner for post, on the folder that main made; undefined where main did not get that far. */
export async function reopenRunner(): Promise<OpenRunner | undefined> {
  const folder = core.getState(STATE)
  return isOurFolder(folder) ? assemble(folder, await askPrivilege()) : undefined
}

/** STATE_* can be set by other steps: only a private folder of this user at the place where main makes it is ours. */
function isOurFolder(folder: string): boolean {
  if (!existsSync(temporaryFolder()) || dirname(folder) !== realpathSync(temporaryFolder())) return false
  if (!basename(folder).startsWith(PREFIX) || !existsSync(folder)) return false
  const stat = lstatSync(folder)
  return stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & 0o077) === 0
}

/** Nobody but a person at a terminal of their own reads along: a runner obeys and shows what is printed. */
const onTerminal = (): boolean => process.stdout.isTTY === true && process.env.GITHUB_ACTIONS !== 'true'

const temporaryFolder = (): string => process.env.RUNNER_TEMP || tmpdir()

/**
 * Text of an input, trimmed; one that is empty or absent gets its default from action.yml.
 * @param action folder of action.yml within the repository
 */
export function inputReader(action = '.'): (name: string) => string {
  const actionYml = join(dirname(realpathSync(process.argv[1] ?? '.')), '../..', action, 'action.yml')
  const defaults = existsSync(actionYml) ? readDefaults(readFileSync(actionYml, 'utf8')) : new Map<string, string>()
  return (name) => core.getInput(name) || (defaults.get(name) ?? '')
}

function assemble(folder: string, privilege: RunnerFacts['privilege']): OpenRunner {
  const facts = gatherFacts(folder, privilege)
  const log: Log & OwnLog = onTerminal()
    ? createTerminalLog(
        { write: (text) => void process.stdout.write(text), size: () => process.stdout },
        core.isDebug(),
      )
    : createLog((text) => process.stdout.write(text), folder)
  const processes = createProcessList(folder)
  const cancelling = new AbortController()
  const { cancel, ...commands } = createCommands({ privilege: facts.privilege, processes, folder, debug: log.debug })
  const files = createFiles(commands, folder, facts.privilege === 'root')
  return {
    log,
    commands,
    files,
    network: createNetwork(log, cancelling.signal),
    // The toolkit prints debug commands of its own: they are to be commands, not text.
    tools: createToolCache(log.end),
    journal: {
      ...createJournal(folder, (undos) => noteDeeds(folder, undos)),
      exclusively: (work) => exclusively(work, cancelling.signal),
    },
    job: createJob(log),
    facts,
    cancelled: cancelling.signal,
    cancel: async () => {
      cancelling.abort()
      await cancel()
    },
    fail: (error) => {
      process.exitCode = 1
      const said = error instanceof UserError || error instanceof CommandError ? error.message : describeFault(error)
      const knows = error instanceof UserError && error.message.includes('cancelled')
      if (!cancelling.signal.aborted || knows) return log.error(said)
      // what failed then did so because it was ended
      log.error('The job was cancelled: what was running is ended, and the post step undoes the rest.')
      log.debug(said)
    },
    undo: async () => {
      try {
        log.printLeft?.()
      } finally {
        await undoRun(folder, { commands, files, log, sudo: facts.privilege === 'sudo' })
      }
    },
    close: async () => {
      log.end()
      await new Promise((resolve) => process.stdout.write('', resolve))
      process.exit()
    },
  }
}

/** A failure that is ours, not the workflow's: with its stack, so that it can be reported. A full disk is neither's. */
function describeFault(error: unknown): string {
  if (error instanceof Error && /\b(?:ENOSPC|EDQUOT)\b/.test(error.message))
    return `a disk is full: ${error.message}. Free some space there, or take a larger runner; RUNNER_TEMP is ${temporaryFolder()}.`
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return `This is a fault of the action itself, please report it:\n${text}`
}

function gatherFacts(folder: string, privilege: RunnerFacts['privilege']): RunnerFacts {
  const uid = process.getuid?.() ?? -1
  return {
    folder,
    assets: dirname(dirname(realpathSync(process.argv[1] ?? '.'))),
    env: { ...process.env },
    workspace: process.env.GITHUB_WORKSPACE || process.cwd(),
    home: process.env.HOME || homeOfUser(),
    user: userName(uid),
    uid,
    privilege,
    systemd: existsSync('/run/systemd/system'),
    cpus: availableParallelism(),
  }
}

// A container's uid need not be in passwd.

function homeOfUser(): string {
  try {
    return homedir()
  } catch {
    return '/'
  }
}

function userName(uid: number): string {
  try {
    return userInfo().username
  } catch {
    return String(uid)
  }
}
