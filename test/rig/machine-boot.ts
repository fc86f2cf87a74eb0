import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cgroupRoot } from './available.ts'
import { cacheDir, rigDir } from './cache.ts'
import type { MachineOptions } from './machine-options.ts'
import type { Furniture } from './machine-setup.ts'
import { childrenOf } from './processes.ts'

/** Where programs are looked for, in a machine and while one is made. */
export const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** What a machine runs as, on the host. */
export interface Booted {
  holder: ChildProcess
  /** Process id of the machine's process 1. */
  init: number
  /** Holds the machine's control group, where it has one. */
  keeper: ChildProcess | undefined
}

/** Starts the namespaces: the outer script lays the root out, this process maps the ids, the inner script is process 1. */
export async function boot(
  options: MachineOptions,
  { binds, layers }: Pick<Furniture, 'binds' | 'layers'>,
): Promise<Booted> {
  const { keeper, group } = options.init === 'systemd' ? await makeGroup() : { keeper: undefined, group: '' }
  const mountPoint = join(cacheDir, 'mnt')
  mkdirSync(mountPoint, { recursive: true })
  // passed as text: where the repository is on another file system the new root does not show it
  const [outer, inner] = ['machine-outer.sh', 'machine-inner.sh'].map((name) =>
    readFileSync(join(rigDir, name), 'utf8'),
  )
  const env = {
    PATH: searchPath,
    RIG_MOUNT: mountPoint,
    RIG_SIZE: options.size ?? '8g',
    RIG_DEVICES: options.kvm ? 'kvm' : '',
    RIG_BINDS: binds
      .map((bind) => [bind.readOnly === false ? 'rw' : 'ro', bind.source, bind.target ?? bind.source].join('\t'))
      .join('\n'),
    RIG_LAYERS: layers.join('\n'),
    RIG_INNER: inner,
    RIG_BINFMT: options.binfmt ?? 'own',
    RIG_SYSCTL_READ_ONLY: String(options.sysctlReadOnly ?? false),
    RIG_NETWORK: options.network ?? 'address',
    RIG_CGROUP: group,
  }
  const holder = spawn('unshare', ['--mount', '--propagation=private', 'bash', '-c', outer ?? '', 'machine'], {
    env,
    stdio: 'pipe',
  })
  let output = ''
  const listen = (chunk: Buffer): void => {
    output += chunk.toString()
  }
  holder.stdout.on('data', listen)
  holder.stderr.on('data', listen)
  holder.stdin.on('error', () => {})
  await mapIds(holder, () => output)
  holder.stdin.write('ids are mapped\n')
  await until(
    holder,
    () => output.includes('ready\n'),
    () => output,
  )
  const init = childrenOf(holder.pid as number)[0]
  if (!init) throw new Error(`machine: no process 1: ${output}`)
  return { holder, init, keeper }
}

async function makeGroup(): Promise<{ keeper: ChildProcess; group: string }> {
  const script = readFileSync(join(rigDir, 'machine-cgroup.sh'), 'utf8')
  const env = { PATH: searchPath, RIG_CGROUP_ROOT: cgroupRoot() }
  const keeper = spawn('bash', ['--norc', '-c', script], { env, stdio: ['pipe', 'pipe', 'inherit'], detached: true })
  const [line] = await Promise.race([once(keeper.stdout, 'data'), once(keeper, 'exit')])
  if (!Buffer.isBuffer(line)) throw new Error('machine: no control group can be made')
  return { keeper, group: line.toString().trim() }
}

async function mapIds(holder: ChildProcessWithoutNullStreams, output: () => string): Promise<void> {
  const ours = readlinkSync('/proc/self/ns/user')
  const namespace = (): string | undefined => {
    try {
      return readlinkSync(`/proc/${holder.pid}/ns/user`)
    } catch {
      return undefined
    }
  }
  await until(holder, () => (namespace() ?? ours) !== ours, output)
  // written from outside, so that setgroups() stays allowed: sudo, apt and Nix's daemon call it
  for (const map of ['uid_map', 'gid_map']) writeFileSync(`/proc/${holder.pid}/${map}`, '0 0 65536\n')
}

async function until(holder: ChildProcess, done: () => boolean, output: () => string): Promise<void> {
  const limit = Date.now() + 20_000
  while (!done()) {
    if (holder.exitCode !== null || holder.signalCode !== null || Date.now() > limit) {
      holder.kill('SIGKILL')
      throw new Error(`machine: did not start (exit ${holder.exitCode}): ${output()}`)
    }
    await sleep(2)
  }
}
