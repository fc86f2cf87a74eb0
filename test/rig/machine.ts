import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { unavailableReason } from './available.ts'
import { assertPrepared, type Part } from './cache.ts'
import { type Change, changedSince, listFiles } from './changes.ts'
import { type Booted, boot, searchPath } from './machine-boot.ts'
import type { MachineOptions, MachineUser, RunOptions, RunResult } from './machine-options.ts'
import { furnish, nodePaths } from './machine-setup.ts'
import { killTree, processesBeside } from './processes.ts'

export type { Bind, MachineOptions, MachineUser, RunOptions, RunResult } from './machine-options.ts'

/** Its time to start, and /proc/sys writable again (machine-inner.sh): a sandbox needs a /proc that nothing covers. */
const systemdIsUp = `
for try in $(seq 500); do if systemctl is-active --quiet basic.target 2> /dev/null; then break; fi; sleep 0.02; done
systemctl is-active basic.target || { systemctl --no-pager status; exit 1; }
umount -l /proc/sys
`

const homes: Record<MachineUser, string> = { root: '/root', runner: '/home/runner' }

/**
 * A throw-away copy of this host: its root file system under a copy-on-write layer in memory, with its own mounts,
 * processes, network, host name, IPC, user namespace (ids 0 to 65535 mapped 1:1) and binfmt_misc table.
 * Caution: root in it is still the host's root for sysctls that belong to no namespace. Never write one.
 */
export class Machine {
  readonly user: MachineUser
  /** Host's process id of the machine's process 1. */
  readonly init: number
  readonly #holder: ChildProcess
  readonly #keeper: ChildProcess | undefined
  #baseline: Map<string, string> = new Map()

  private constructor(user: MachineUser, { holder, init, keeper }: Booted) {
    this.user = user
    this.#holder = holder
    this.#keeper = keeper
    this.init = init
  }

  /** Why there can be no machine on this host, or undefined. */
  static available(): string | undefined {
    return unavailableReason()
  }

  /** @throws with the output of the failing step if the machine does not come up. */
  static async start(options: MachineOptions = {}): Promise<Machine> {
    const reason = unavailableReason()
    if (reason) throw new Error(`no disposable machine: ${reason}`)
    const parts: Part[] = ['qemu', 'tools', 'node24']
    if (options.nix && options.nix !== 'none') parts.push('nix')
    if (options.apt) parts.push('apt')
    assertPrepared(...parts)

    const user = options.user ?? 'runner'
    const furniture = furnish({ ...options, user })
    const machine = new Machine(user, await boot(options, furniture))
    const script = `${options.init === 'systemd' ? systemdIsUp : ''}${furniture.script}`
    const furnished = await machine.run(['bash', '-euc', script], { user: 'root', cwd: '/' })
    if (furnished.code !== 0) {
      await machine.stop()
      throw new Error(`machine: furnishing failed: ${furnished.stderr}${furnished.stdout}`)
    }
    machine.#baseline = listFiles(machine.upperDir)
    return machine
  }

  get home(): string {
    return homes[this.user]
  }

  /** Path in the machine of node 24, or of the node that runs the tests. */
  node(name: 'node24' | 'host'): string {
    return nodePaths[name]
  }

  /** Command lines of the processes that run in the machine now, but for process 1. */
  processes(): { pid: number; commandLine: string }[] {
    return processesBeside(this.init)
  }

  /** The host's view of a path in the machine. A symbolic link with an absolute target leads back to the host: avoid. */
  path(inside: string): string {
    return join(`/proc/${this.init}/root`, inside)
  }

  /** The host's view of the copy-on-write layer. Empty of what lies on /tmp, /run, /dev and bind mounts. */
  get upperDir(): string {
    return `/proc/${this.#holder.pid}/fd/9`
  }

  /** What was added, changed or deleted since the machine was furnished, sorted by path. */
  upper(): Change[] {
    return changedSince(this.#baseline, this.upperDir)
  }

  /** Starts a command and leaves its streams to the caller. `realPid` of processes.ts finds the process to signal. */
  spawn(argv: readonly string[], options: RunOptions & { stdin?: 'pipe' | 'ignore' } = {}): ChildProcess {
    const user = options.user ?? this.user
    const env = { PATH: searchPath, HOME: homes[user], USER: user, LANG: 'C.UTF-8', ...options.env }
    const identity = user === 'root' ? [] : ['setpriv', '--reuid=1001', '--regid=1001', '--init-groups', '--']
    return spawn(
      '/usr/bin/nsenter',
      [
        ...[`--target=${this.init}`, '--user', '--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup', '--'],
        ...[...identity, 'env', '-C', options.cwd ?? homes[user], '--', ...argv],
      ],
      { env, stdio: [options.stdin ?? 'ignore', 'pipe', 'pipe'] },
    )
  }

  /** Runs a command to its end. Does not throw on a bad exit code. */
  async run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const child = this.spawn(argv, { ...options, stdin: options.input === undefined ? 'ignore' : 'pipe' })
    const output: [Buffer[], Buffer[]] = [[], []]
    child.stdout?.on('data', (chunk: Buffer) => output[0].push(chunk))
    child.stderr?.on('data', (chunk: Buffer) => output[1].push(chunk))
    // a command that does not read its input closes the pipe: its own business
    child.stdin?.on('error', () => {}).end(options.input)
    let timedOut = false
    const timer = setTimeout(() => {
      timedOut = true
      if (child.pid) killTree(child.pid)
    }, options.timeout ?? 120_000)
    try {
      const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
      return { code, signal, stdout: text(output[0]), stderr: text(output[1]), timedOut }
    } finally {
      clearTimeout(timer)
    }
  }

  /** Runs a bash script (`set -euo pipefail`) and returns its standard output. @throws on a bad exit code. */
  async sh(script: string, options: RunOptions = {}): Promise<string> {
    const result = await this.run(['bash', '-euo', 'pipefail', '-c', script], options)
    if (result.code !== 0) {
      const end = result.timedOut ? 'timed out' : `exit ${result.code ?? result.signal}`
      throw new Error(`machine: ${end}: ${script}\n${result.stdout}${result.stderr}`)
    }
    return result.stdout
  }

  /** Ends every process in the machine and drops its mounts and its memory. May be called twice. */
  async stop(): Promise<void> {
    if (this.#holder.exitCode !== null || this.#holder.signalCode !== null) return
    const ended = once(this.#holder, 'exit')
    this.#holder.stdin?.end()
    const timer = setTimeout(() => this.#holder.kill('SIGKILL'), 2000)
    // its processes end with the control group: systemd does not watch the pipe
    if (this.#keeper?.exitCode === null) {
      const gone = once(this.#keeper, 'exit')
      this.#keeper.stdin?.end()
      await gone
    }
    await ended
    clearTimeout(timer)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}

const text = (chunks: Buffer[]): string => Buffer.concat(chunks).toString('utf8')
