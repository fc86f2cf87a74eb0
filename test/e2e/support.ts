import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cacheDir, rig } from '../rig/cache.ts'
import { Machine } from '../rig/machine.ts'
import type { MachineOptions } from '../rig/machine-options.ts'
import { type FinishResult, Runner, type RunnerOptions, type StepResult } from '../rig/runner.ts'

/** The repository: the action under test is its committed dist/. */
export const repository = join(import.meta.dirname, '../..')

/** One entry of the output `results`. */
export interface Result {
  target: string
  package: string
  strategy: string
  method: string | null
  reason: string
  drvPath: string
  outputs: Record<string, string>
  status: string
  seconds: number
  closureSize: number | null
  error: string | null
  notes: string[]
}

export interface Job {
  readonly machine: Machine
  readonly runner: Runner
  /** Runs the action with the checked-out flake in the workspace. */
  act(inputs?: Record<string, string>): Promise<StepResult & { results: Result[] }>
  /** All posts; checks that nothing of the action is left behind. */
  finish(): Promise<FinishResult>
}

export interface JobOptions extends MachineOptions {
  /** Folder to check out as the workspace, or the text of a flake.nix. */
  readonly flake?: string
  readonly runner?: Omit<RunnerOptions, 'machine'>
}

/** Plays one job of a workflow on a machine of its own, which is thrown away afterwards. */
export async function withJob(options: JobOptions, body: (job: Job) => Promise<void>): Promise<void> {
  const { flake = join(repository, 'examples/hello'), runner: runnerOptions, ...machineOptions } = options
  const binds = [
    { source: repository },
    ...(cacheDir.startsWith(repository) ? [] : [{ source: cacheDir }]),
    ...(machineOptions.binds ?? []),
  ]
  const machine = await Machine.start({ ...machineOptions, binds })
  const scratch = flake.includes('\n') ? writeFlake(flake) : undefined
  try {
    const runner = new Runner({ machine, ...runnerOptions })
    runner.checkout(scratch ?? flake)
    await body({
      machine,
      runner,
      act: async (inputs = {}) => {
        const step = await runner.step(repository, { 'qemu-source': rig.qemu, ...inputs })
        return { ...step, results: JSON.parse(step.outputs.results ?? '[]') as Result[] }
      },
      finish: async () => {
        const finished = await runner.finish()
        const state = `post: ${JSON.stringify(finished)}\n${runner.log}`
        if (!finished.post.every((post) => post.ok)) throw new Error(`post failed\n${state}`)
        if (finished.leftovers.length > 0 || finished.orphans.length > 0) throw new Error(`something is left\n${state}`)
        return finished
      },
    })
  } finally {
    await machine.stop()
    if (scratch !== undefined) rmSync(scratch, { recursive: true })
  }
}

function writeFlake(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'flake-'))
  writeFileSync(join(folder, 'flake.nix'), text)
  return folder
}

/** A key pair in Nix's format. */
export function signingKey(name: string): { secret: string; publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32)
  const point = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  return {
    secret: `${name}:${Buffer.concat([seed, point]).toString('base64')}`,
    publicKey: `${name}:${point.toString('base64')}`,
  }
}

/** The entries of a machine's binfmt_misc. */
export const binfmtEntries = async (machine: Machine): Promise<string[]> =>
  (await machine.sh('ls /proc/sys/fs/binfmt_misc', { user: 'root' }))
    .split('\n')
    .filter((name) => !['', 'register', 'status'].includes(name))

/** Relative path → content of all files below a folder of a machine. */
export function filesIn(machine: Machine, folder: string): Map<string, string> {
  const found = new Map<string, string>()
  const root = machine.path(folder)
  if (!existsSync(root)) return found
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name)
      found.set(path.slice(root.length + 1), readFileSync(path, 'latin1'))
    }
  }
  return found
}
