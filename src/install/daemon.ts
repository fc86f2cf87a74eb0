import { existsSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { UserError } from '../runner/errors.ts'
import type { Runner } from '../runner/ports.ts'
import type { AccessFacts, OwnDaemon } from './wiring.ts'

/** Where every client looks for the daemon. */
export const STANDARD_SOCKET = '/nix/var/nix/daemon-socket/socket'

const START_SECONDS = 30
const STOP_SECONDS = 10

/** Whether somebody listens at a socket. */
export function probeSocket(path: string): Promise<AccessFacts['socket']> {
  return new Promise((resolve) => {
    const socket = connect(path)
    const end = (state: AccessFacts['socket']): void => {
      socket.destroy()
      resolve(state)
    }
    socket.setTimeout(5000, () => end('dead'))
    socket.once('connect', () => end('answers'))
    socket.once('error', ({ code = '' }: NodeJS.ErrnoException) =>
      end(code === 'ECONNREFUSED' ? 'dead' : ['EACCES', 'EPERM'].includes(code) ? 'denied' : 'absent'),
    )
  })
}

/** A program to start as a daemon. */
export interface DaemonPlan {
  /** Folder of `nix-daemon`. */
  readonly bin: string
  readonly socket: string
  readonly environment: Readonly<Record<string, string>>
}

/** Starts nix-daemon as root and waits until it answers; post ends it. @throws UserError with the end of its log */
export async function startDaemon(runner: Runner, plan: DaemonPlan): Promise<OwnDaemon> {
  const log = daemonLog(runner)
  const command = {
    tool: `${plan.bin}/nix-daemon`,
    args: ['--daemon'],
    // builds must not get a temporary folder that only this user may enter
    env: { ...plan.environment, NIX_DAEMON_SOCKET_PATH: plan.socket, NIX_REMOTE: undefined, TMPDIR: undefined },
  }
  if (plan.socket === STANDARD_SOCKET && !existsSync(plan.socket)) {
    await runner.journal.record({ kind: 'remove', path: plan.socket, root: true, shared: true })
  }
  // at the usual place it serves other jobs too
  const shared = plan.socket === STANDARD_SOCKET ? ({ shared: true } as const) : {}
  let startTime = ''
  const record = async (started: number): Promise<void> => {
    startTime = readStartTime(started) ?? ''
    await runner.journal.record({ kind: 'stop', pid: started, startTime, root: true, ...shared })
  }
  const pid = await runner.commands.startDetached(command, log, record, { asRoot: true })
  const limit = performance.now() + START_SECONDS * 1000
  while ((await probeSocket(plan.socket)) !== 'answers') {
    const alive = readStartTime(pid) === startTime && startTime !== ''
    if (!alive || performance.now() > limit) {
      const why = alive ? `does not answer after ${START_SECONDS} s` : 'ended at once'
      throw new UserError(`nix-daemon ${why}: ${lastLines(log)}`)
    }
    await sleep(2)
  }
  return { pid, startTime, socket: plan.socket, environment: plan.environment }
}

/** Stops a daemon of this run; builds of other clients, in process groups of their own, go on. */
export async function stopDaemon(runner: Runner, daemon: OwnDaemon): Promise<void> {
  if (readStartTime(daemon.pid) !== daemon.startTime) return
  const kill = (signal: string) =>
    runner.commands.run(
      { tool: 'kill', args: [`-${signal}`, '--', `-${daemon.pid}`] },
      { asRoot: true, accept: 'any', timeoutSeconds: 10 },
    )
  await kill('TERM')
  const limit = performance.now() + STOP_SECONDS * 1000
  while (readStartTime(daemon.pid) === daemon.startTime) {
    if (performance.now() > limit) await kill('KILL')
    await sleep(10)
  }
}

const daemonLog = (runner: Runner): string => `${runner.facts.folder}/nix-daemon.log`

function lastLines(file: string): string {
  const text = readFileSync(file, 'utf8').trim()
  return text === '' ? 'its log is empty' : text.split('\n').slice(-5).join('\n')
}

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
