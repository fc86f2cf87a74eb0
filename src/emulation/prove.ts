import { join } from 'node:path'
import type { System } from '../nix/system.ts'
import type { Command, CommandResult, Runner } from '../runner/ports.ts'
import { type Architecture, architectureOf, wantsPersonality32 } from './architectures.ts'
import { type Execution, executionOf } from './execution.ts'
import { PROBE_EXIT, probeProgram } from './machine-code.ts'

/** Runs a program of ours for an architecture, through the kernel, as a Nix build sandbox would. */
export interface Prover {
  /**
   * Programs run in an empty root: without the emulator's path and its loader, as in a build sandbox. False where this
   * user may not change the root; flag F is then known from the entry alone.
   */
  readonly isolated: boolean
  /** What happens when the kernel is asked to execute programs of an architecture. */
  execute(architecture: Architecture, system?: System): Promise<Execution>
  /** Whether an emulator runs a program when called by its path: before it is registered. */
  emulate(emulator: string, architecture: Architecture): Promise<CommandResult>
}

type Way = (root: string, program: string, system?: System) => { command: Command; asRoot: boolean }

const SECONDS = 60

/**
 * Chooses the strictest way to run a program that works with a program of this machine's own.
 * @throws Error where not even that one runs
 */
export async function openProver(runner: Runner, machine: System): Promise<Prover> {
  const own = architectureOf(machine)
  if (own === undefined) throw new Error(`this machine's own architecture is unknown: ${machine}`)
  const tried: string[] = []
  for (const { way, isolated } of waysOf(runner)) {
    const result = await runProbe(runner, way, own, 'plain')
    if (result.exitCode === PROBE_EXIT) return createProver(runner, way, isolated)
    tried.push(result.stderr.trim() || `exit code ${result.exitCode}`)
  }
  throw new Error(`programs in ${runner.facts.folder} cannot be run (${tried.join('; ')}); is it mounted noexec?`)
}

/** Every way in turn; only root changes the root without a namespace of its own. */
function waysOf(runner: Runner): readonly { readonly way: Way; readonly isolated: boolean }[] {
  const { find } = runner.commands
  const chroot = find('chroot') ?? '/usr/sbin/chroot'
  const unshare = find('unshare')
  const empty: Way = (root, program, system) => ({
    // The personality of a 32-bit machine is what Nix asks for; a processor without 32-bit mode refuses it.
    command:
      system !== undefined && wantsPersonality32(system) && find('setarch') !== undefined
        ? { tool: 'setarch', args: ['linux32', chroot, root, `/${program}`] }
        : { tool: chroot, args: [root, `/${program}`] },
    asRoot: true,
  })
  const namespace: Way = (root, program) => ({
    command: { tool: unshare ?? 'unshare', args: ['--user', '--map-root-user', `--root=${root}`, '--', `/${program}`] },
    asRoot: false,
  })
  const plain: Way = (root, program) => ({ command: { tool: join(root, program), args: [], cwd: root }, asRoot: false })
  return [
    ...(runner.facts.privilege === 'none' ? [] : [{ way: empty, isolated: true }]),
    ...(unshare === undefined ? [] : [{ way: namespace, isolated: true }]),
    { way: plain, isolated: false },
  ]
}

function createProver(runner: Runner, way: Way, isolated: boolean): Prover {
  return {
    isolated,
    execute: async (architecture, system) => {
      const plain = await runProbe(runner, way, architecture, 'plain', { system })
      if (plain.exitCode !== PROBE_EXIT) return executionOf([plain])
      const pie = await runProbe(runner, way, architecture, 'pie', { system })
      return executionOf([plain, pie], await runProbe(runner, way, architecture, 'plain', { system, ask: true }))
    },
    emulate: async (emulator, architecture) => {
      const root = await writePrograms(runner, architecture)
      const command = { tool: emulator, args: [join(root, 'plain')], cwd: root }
      return await runner.commands.run(command, { accept: 'any', timeoutSeconds: SECONDS })
    },
  }
}

interface How {
  readonly system?: System | undefined
  /** Have QEMU tell its version instead of running the program (QEMU_VERSION, linux-user/main.c). */
  readonly ask?: boolean
}

async function runProbe(
  runner: Runner,
  way: Way,
  architecture: Architecture,
  form: 'plain' | 'pie',
  { system, ask = false }: How = {},
): Promise<CommandResult> {
  const root = await writePrograms(runner, architecture)
  const { command, asRoot } = way(root, form, system)
  const env = { LC_ALL: 'C', ...(ask ? { QEMU_VERSION: '1' } : {}) }
  return await runner.commands.run({ ...command, env }, { asRoot, accept: 'any', timeoutSeconds: SECONDS })
}

/** Writes both programs of an architecture into a folder that holds nothing else. */
async function writePrograms(runner: Runner, architecture: Architecture): Promise<string> {
  const root = join(runner.facts.folder, 'emulation', 'probe', architecture.name)
  await runner.files.makeDirectory(root)
  for (const form of ['plain', 'pie'] as const) {
    await runner.files.write(join(root, form), probeProgram(architecture, form), { mode: 0o755 })
  }
  return root
}
