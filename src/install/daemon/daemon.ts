import { existsSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { plainText } from '../../nix/log-text.ts'
import { UserError } from '../../runner/errors.ts'
import type { Runner } from '../../runner/ports.ts'
import type { AccessFacts, OwnDaemon } from '../wiring.ts'
import { daemonUnit, environmentFile, isActive, startUnit, stopUnit } from './systemd.ts'

/** Where every client looks for the daemon. */
export const STANDARD_SOCKET = '/nix/var/nix/daemon-socket/socket'

const START_SECONDS = 30
const STOP_SECONDS = 10
const ANSWER_SECONDS = 10
/** Between two questions to systemd, in turns of 2 ms. */
const TURNS_PER_LOOK = 100
const LAST_LINES = 10

/** With this a client begins, and a daemon that serves it answers (WORKER_MAGIC_1, libstore/worker-protocol.hh). */
export const HELLO = Buffer.from('6378696e00000000', 'hex')

/** Whether somebody listens at a socket. @param hello what is said to it: then also whether there is an answer */
export function probeSocket(path: string, hello?: Buffer): Promise<AccessFacts['socket']> {
  return new Promise((resolve) => {
    const socket = connect(path)
    const end = (state: AccessFacts['socket']): void => {
      socket.destroy()
      resolve(state)
    }
    socket.setTimeout(ANSWER_SECONDS * 1000, () => end(hello === undefined ? 'dead' : 'silent'))
    socket.once('connect', () => (hello === undefined ? end('answers') : socket.write(hello)))
    socket.once('data', () => end('answers'))
    socket.once('end', () => end('denied'))
    socket.once('error', ({ code = '' }: NodeJS.ErrnoException) => end(MEANINGS[code] ?? 'absent'))
  })
}

const MEANINGS: Readonly<Record<string, AccessFacts['socket']>> = {
  ECONNREFUSED: 'dead',
  EACCES: 'denied',
  EPERM: 'denied',
  ECONNRESET: 'denied',
  EPIPE: 'denied',
  EAGAIN: 'silent',
}

/** A program to start as a daemon. */
export interface DaemonPlan {
  /** Folder of `nix-daemon`. */
  readonly bin: string
  readonly socket: string
  readonly environment: Readonly<Record<string, string>>
}

/**
 * Starts nix-daemon as root, by systemd where that runs, and waits until it answers; post ends it.
 * @param idle called once it is starting
 * @throws UserError with the end of its log
 */
export async function startDaemon(runner: Runner, plan: DaemonPlan, idle?: () => void): Promise<OwnDaemon> {
  const variables = { ...plan.environment, NIX_DAEMON_SOCKET_PATH: plan.socket }
  // 0600 and no arguments, which every user can read: a proxy may want a password
  await runner.files.write(variablesFile(runner), environmentFile(variables), { mode: 0o600 })
  if (plan.socket === STANDARD_SOCKET && !existsSync(plan.socket)) {
    await runner.journal.record({ kind: 'remove', path: plan.socket, root: true, shared: true })
  }
  const run = (await startBySystemd(runner, plan)) ?? (await startByItself(runner, plan))
  const daemon = { run, socket: plan.socket, environment: plan.environment }
  idle?.()
  const limit = performance.now() + START_SECONDS * 1000
  for (let turn = 1; (await probeSocket(plan.socket)) !== 'answers'; turn += 1) {
    const alive = (turn % TURNS_PER_LOOK !== 0 && run.kind === 'unit') || (await isAlive(runner, run))
    if (!alive || performance.now() > limit) {
      const why = alive ? `does not answer after ${START_SECONDS} s` : 'ended at once'
      throw new UserError(`nix-daemon ${why}: ${lastWords(runner) || 'its log is empty'}`)
    }
    await sleep(2)
  }
  return daemon
}

/** At the usual place it serves other jobs too. */
const sharing = (plan: DaemonPlan) => (plan.socket === STANDARD_SOCKET ? ({ shared: true } as const) : {})

async function startBySystemd(runner: Runner, plan: DaemonPlan): Promise<OwnDaemon['run'] | undefined> {
  if (!runner.facts.systemd || runner.commands.find('systemd-run') === undefined) return undefined
  const unit = daemonUnit()
  // ours, so that it can be read; systemd only adds to it
  if (!existsSync(daemonLog(runner))) await runner.files.write(daemonLog(runner), '', { mode: 0o600 })
  await runner.journal.record({ kind: 'unit', name: unit, ...sharing(plan) })
  const program = [`${plan.bin}/nix-daemon`, '--daemon']
  const problem = await startUnit(runner, {
    unit,
    program,
    environmentFile: variablesFile(runner),
    log: daemonLog(runner),
  })
  if (problem === undefined) return { kind: 'unit', unit }
  runner.log.info(`systemd does not run the Nix daemon (${problem}): this run starts it by itself.`)
  return undefined
}

/** $1 file of variables; builds must not get a temporary folder that only this user may enter. */
const START = 'unset NIX_REMOTE TMPDIR; set -a; . "$1"; set +a; exec "$2" --daemon'

async function startByItself(runner: Runner, plan: DaemonPlan): Promise<OwnDaemon['run']> {
  const command = { tool: 'sh', args: ['-c', START, 'sh', variablesFile(runner), `${plan.bin}/nix-daemon`] }
  let startTime = ''
  const record = async (started: number): Promise<void> => {
    startTime = readStartTime(started) ?? ''
    await runner.journal.record({ kind: 'stop', pid: started, startTime, root: true, ...sharing(plan) })
  }
  const pid = await runner.commands.startDetached(command, daemonLog(runner), record, { asRoot: true })
  return { kind: 'itself', pid, startTime }
}

async function isAlive(runner: Runner, run: OwnDaemon['run']): Promise<boolean> {
  if (run.kind === 'unit') return await isActive(runner, run.unit)
  return run.startTime !== '' && readStartTime(run.pid) === run.startTime
}

/** Stops a daemon of this run; builds of other clients, in process groups of their own, go on. */
export async function stopDaemon(runner: Runner, { run }: OwnDaemon): Promise<void> {
  if (run.kind === 'unit') return await stopUnit(runner, run.unit)
  if (!(await isAlive(runner, run))) return
  const kill = (signal: string) =>
    runner.commands.run(
      { tool: 'kill', args: [`-${signal}`, '--', `-${run.pid}`] },
      { asRoot: true, accept: 'any', timeoutSeconds: 10 },
    )
  await kill('TERM')
  const limit = performance.now() + STOP_SECONDS * 1000
  while (await isAlive(runner, run)) {
    if (performance.now() > limit) await kill('KILL')
    await sleep(10)
  }
}

const variablesFile = (runner: Runner): string => `${runner.facts.folder}/daemon.env`

const daemonLog = (runner: Runner): string => `${runner.facts.folder}/nix-daemon.log`

function readLog(runner: Runner): string {
  try {
    return readFileSync(daemonLog(runner), 'utf8')
  } catch {
    return ''
  }
}

/** The end of what the daemons of this run have printed; empty where they have printed nothing. */
export function lastWords(runner: Runner): string {
  const log = readLog(runner)
  const words = remarkable(log)
  return (words.length > 0 ? words : log.trim().split('\n')).slice(-LAST_LINES).join('\n')
}

/** What says no more than that a client came, went without a word, or was ended by us since nobody wants its answer. */
const USUAL = /^accepted connection from |error: (?:unexpected end-of-file|interrupted by the user)$/

/** Lines of its log that are not in every log. */
export const remarkable = (log: string): readonly string[] =>
  plainText(log)
    .split('\n')
    .filter((line) => line.trim() !== '' && !USUAL.test(line))

/** What the daemons of this run have printed, but for who came. */
export const remarks = (runner: Runner): readonly string[] => remarkable(readLog(runner)).slice(-LAST_LINES)

/** Start time of a process, field 22 of proc(5) stat; undefined where it is gone or only waits to be reaped. */
function readStartTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return undefined
  }
}
