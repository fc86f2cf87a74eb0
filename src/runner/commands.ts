import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, closeSync, constants, openSync } from 'node:fs'
import { constants as system } from 'node:os'
import { delimiter, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { CommandError, printCommand, UserError } from './errors.ts'
import { filter } from './filter.ts'
import { collect, NOT_THERE } from './output.ts'
import { openPipe, type Pipe } from './pipe.ts'
import type { Command, CommandResult, Commands, RunOptions } from './ports.ts'
import { endGroup, type ProcessList } from './processes.ts'

/** Another process is in the way for some milliseconds: eight tries wait for two to four seconds. */
const BUSY_TRIES = 8
const BUSY_WAIT_MS = 70

interface Surroundings {
  readonly privilege: 'root' | 'sudo' | 'none'
  readonly processes: ProcessList
  /** Private to this run. */
  readonly folder: string
  readonly debug: (text: string) => void
}

/** Commands on this machine. `cancel` ends all that run and refuses new ones. */
export function createCommands(around: Surroundings): Commands & { cancel(): Promise<void> } {
  const sudo = around.privilege === 'sudo'
  let cancelled = false
  return {
    run: async (command, options = {}) => {
      const real = options.asRoot === true ? asRoot(command, around.privilege) : command
      around.debug(printCommand(real))
      if (cancelled) throw new CommandError(command, nothingRun('cancelled'))
      let result = await execute(real, options, around, () => cancelled)
      for (let tries = 1; tries < BUSY_TRIES && isBusy(command, result); tries += 1) {
        await sleep(BUSY_WAIT_MS * tries * (1 + Math.random()))
        result = await execute(real, options, around, () => cancelled)
      }
      const fine = result.exitCode === 0 && result.stopped === undefined
      const accepted =
        options.accept === 'any' || (Array.isArray(options.accept) && options.accept.includes(result.exitCode))
      if (fine || (accepted && result.stopped !== 'cancelled')) return result
      throw new CommandError(command, result)
    },
    filter: (command, input, signal) => filter(command, environment(command), input, around.processes, signal),
    startDetached: async (command, logFile, record, options = {}) => {
      const real = options.asRoot === true ? asRoot(command, around.privilege) : command
      const log = openSync(logFile, 'a', 0o600)
      const child = spawn(real.tool, real.args, { detached: true, stdio: ['ignore', log, log], env: environment(real) })
      const pid = child.pid ?? 0
      // until its record is written, post finds it as a command that main left
      if (pid !== 0) around.processes.add(pid)
      closeSync(log)
      child.unref()
      await new Promise<void>((resolve, reject) => {
        child.once('spawn', resolve)
        child.once('error', () => reject(new CommandError(command, nothingRun(undefined))))
      })
      await record(pid)
      around.processes.delete(pid)
      return pid
    },
    find: (tool) => findTool(tool, process.env.PATH ?? ''),
    cancel: async () => {
      cancelled = true
      await Promise.all([...around.processes.live].map((pid) => endGroup(pid, sudo)))
    },
  }
}

/** Nothing of what it was to do is done: it said that another process is in its way. Input that was a stream is gone. */
const isBusy = ({ busy, input }: Command, { exitCode, stopped, stderr }: CommandResult): boolean =>
  exitCode !== 0 && stopped === undefined && typeof input !== 'object' && busy?.test(stderr) === true

/** Absolute path of an executable on a search path. */
export function findTool(tool: string, searchPath: string): string | undefined {
  const places = tool.includes('/')
    ? [tool]
    : searchPath
        .split(delimiter)
        .filter((folder) => folder !== '')
        .map((folder) => join(folder, tool))
  return places.find((place) => {
    try {
      accessSync(place, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** sudo has a PATH and a umask of its own, on a hardened machine without sbin and for root alone; what is made is for all. */
const AS_ROOT = 'umask 022; PATH=$PATH:/usr/sbin:/sbin; exec "$@"'

/** The command run by root. Variables go through `env`, since sudo drops them; a secret may not, argv is public. */
function asRoot(command: Command, privilege: Surroundings['privilege']): Command {
  if (privilege === 'root') return command
  if (privilege === 'none') {
    throw new UserError(
      `${printCommand(command)} needs root. Run the job as root, or let its user use sudo without a password.`,
    )
  }
  const variables = Object.entries(command.env ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  )
  if (variables.some((variable) => command.secrets?.some((secret) => secret !== '' && variable.includes(secret)))) {
    throw new Error(`a secret would be in the arguments of sudo: ${printCommand(command)}`)
  }
  const shell = [...(variables.length === 0 ? [] : ['env', ...variables]), 'sh', '-c', AS_ROOT, 'sh']
  return { ...command, tool: 'sudo', args: ['-n', '--', ...shell, command.tool, ...command.args], env: {} }
}

/**
 * Inputs hold secrets, and no tool of ours needs them. The others put options of their own into every call of tar or xz,
 * or end the options of any tool at its first file.
 */
const KEPT_FROM_CHILDREN = /^(INPUT|STATE)_|^ACTIONS_|^(POSIXLY_CORRECT|TAR_OPTIONS|XZ_OPT|XZ_DEFAULTS|GZIP|BZIP2?)$/

function environment(command: Command): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {}
  for (const [name, value] of Object.entries(process.env)) if (!KEPT_FROM_CHILDREN.test(name)) env[name] = value
  for (const [name, value] of Object.entries(command.env ?? {})) {
    if (value === undefined) delete env[name]
    else env[name] = value
  }
  return env
}

const nothingRun = (stopped: CommandResult['stopped'] | undefined): CommandResult => ({
  exitCode: 127,
  stdout: '',
  stderr: stopped === undefined ? NOT_THERE : '',
  seconds: 0,
  ...(stopped === undefined ? {} : { stopped }),
})

async function execute(
  command: Command,
  options: RunOptions,
  around: Surroundings,
  isCancelled: () => boolean,
): Promise<CommandResult> {
  const { processes } = around
  const sudo = around.privilege === 'sudo'
  const began = performance.now()
  const pipe = options.gather === true ? openPipe(around.folder) : undefined
  const child = start(command, pipe)
  const pid = child.pid
  if (pid !== undefined) processes.add(pid)
  const limits = watch(options, () => pid !== undefined && void endGroup(pid, sudo))
  const output = collect(child, pipe?.reader, options, limits.touch)
  const read = pipe === undefined ? undefined : once(pipe.reader, 'close')
  const fed = feed(child, command.input)
  const [exitCode] = await Promise.all([ended(child), read])
  limits.clear()
  if (pid !== undefined) processes.delete(pid)
  const { fault } = await fed
  if (fault !== undefined) throw fault
  const stopped = limits.stopped() ?? (isCancelled() ? 'cancelled' : undefined)
  const seconds = (performance.now() - began) / 1000
  return {
    exitCode: exitCode ?? 127,
    ...output.finish(exitCode === undefined),
    seconds,
    ...(stopped === undefined ? {} : { stopped }),
  }
}

function start(command: Command, pipe: Pipe | undefined): ChildProcess {
  try {
    return spawn(command.tool, command.args, {
      cwd: command.cwd,
      detached: true,
      env: environment(command),
      stdio: [command.input === undefined ? 'ignore' : 'pipe', 'pipe', pipe?.end ?? 'pipe'],
    })
  } finally {
    if (pipe !== undefined) closeSync(pipe.end)
  }
}

/** Gives what the input ends with, where that is an error: the command has then seen only a part of it. */
async function feed(child: ChildProcess, input: Command['input']): Promise<{ readonly fault?: unknown }> {
  if (input === undefined || child.stdin === null) return {}
  let result = {}
  // A command that ends without reading its input is no failure of ours: what the pipe says (EPIPE) is not the input's.
  const watched = typeof input === 'string' ? [input] : whenBroken(input, (fault) => (result = { fault }))
  await pipeline(Readable.from(watched), child.stdin).catch(() => undefined)
  return result
}

/** @param tell called with what the input itself ends with, not with what its reader throws into it */
async function* whenBroken<T>(input: AsyncIterable<T>, tell: (fault: unknown) => void): AsyncGenerator<T> {
  const items = input[Symbol.asyncIterator]()
  const next = async (): Promise<IteratorResult<T>> => {
    try {
      return await items.next()
    } catch (fault) {
      tell(fault)
      throw fault
    }
  }
  try {
    for (let item = await next(); !item.done; item = await next()) yield item.value
  } finally {
    await items.return?.()
  }
}

/** Exit code; undefined where the program could not be started. */
function ended(child: ChildProcess): Promise<number | undefined> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(undefined))
    child.once('close', (code, signal) => resolve(code ?? (signal === null ? 1 : 128 + system.signals[signal])))
  })
}

function watch(
  options: RunOptions,
  end: () => void,
): { touch(): void; clear(): void; stopped(): CommandResult['stopped'] } {
  let reason: CommandResult['stopped']
  const stop = (why: 'silent' | 'timeout' | 'cancelled') => () => {
    reason ??= why
    end()
  }
  const abort = stop('cancelled')
  if (options.signal?.aborted === true) abort()
  else options.signal?.addEventListener('abort', abort)
  const total = options.timeoutSeconds ? setTimeout(stop('timeout'), options.timeoutSeconds * 1000) : undefined
  const silent = options.silentSeconds ? setTimeout(stop('silent'), options.silentSeconds * 1000) : undefined
  return {
    touch: () => silent?.refresh(),
    clear: () => {
      options.signal?.removeEventListener('abort', abort)
      clearTimeout(total)
      clearTimeout(silent)
    },
    stopped: () => reason,
  }
}
