import { join } from 'node:path'
import type { System } from '../nix/system.ts'
import type { Command, CommandResult, Runner } from '../runner/ports.ts'
import { type Architecture, architectureOf, wantsPersonality32 } from './architectures.ts'
import type { Form } from './elf.ts'
import { detailOf, type Execution, executionOf } from './execution.ts'
import { PROBE_EXIT, probeProgram } from './machine-code.ts'

/** Runs a program of ours for an architecture, through the kernel, as a Nix build sandbox would. */
export interface Prover {
  /**
   * Programs run in an empty root: without the emulator's path and its loader, as in a build sandbox. False where this
   * user may not change the root; flag F is then known from the entry alone.
   */
  readonly isolated: boolean
  /** Why no program of ours can be run at all, and what to do; undefined where it can. */
  readonly obstacle: string | undefined
  /** What happens when the kernel is asked to execute programs of an architecture. */
  execute(architecture: Architecture): Promise<Execution>
  /** Whether an emulator runs a program when called by its path: before it is registered. */
  emulate(emulator: string, architecture: Architecture): Promise<CommandResult>
}

/** The command that runs a program which lies in a folder. */
interface Way {
  readonly isolated: boolean
  readonly asRoot: boolean
  readonly command: (root: string, program: string) => Command
}

const SECONDS = 60

/** Chooses the strictest way to run a program that works with a program of this machine's own. */
export async function openProver(runner: Runner, machine: System): Promise<Prover> {
  const own = architectureOf(machine)
  if (own === undefined) throw new Error(`the architecture of this machine is not in the table: ${machine}`)
  const tried: string[] = []
  for (const way of waysOf(runner)) {
    const result = await runProbe(runner, way, own, 'plain')
    if (result.exitCode === PROBE_EXIT) return createProver(runner, way)
    tried.push(detailOf(result))
  }
  const obstacle =
    `a test program of this machine's own in ${runner.facts.folder} cannot be run (${tried.at(-1)}); if the file ` +
    'system of RUNNER_TEMP is mounted noexec, give the runner a work folder on one that is not'
  return {
    isolated: false,
    obstacle,
    execute: async () => ({ kind: 'none', detail: obstacle }),
    emulate: async (emulator) => ({ exitCode: 126, stdout: '', stderr: `${emulator}: ${obstacle}`, seconds: 0 }),
  }
}

function waysOf(runner: Runner): readonly Way[] {
  const { find } = runner.commands
  const chroot = find('chroot') ?? '/usr/sbin/chroot'
  const unshare = find('unshare')
  const ways: Way[] = []
  if (runner.facts.privilege !== 'none') {
    const command = (root: string, program: string): Command => ({ tool: chroot, args: [root, `/${program}`] })
    ways.push({ isolated: true, asRoot: true, command })
  }
  if (unshare !== undefined) {
    const options = ['--user', '--map-root-user']
    const command = (root: string, program: string): Command => ({
      tool: unshare,
      args: [...options, `--root=${root}`, '--', `/${program}`],
    })
    ways.push({ isolated: true, asRoot: false, command })
  }
  ways.push({ isolated: false, asRoot: false, command: (root, program) => ({ tool: join(root, program), args: [] }) })
  return ways
}

function createProver(runner: Runner, way: Way): Prover {
  return {
    isolated: way.isolated,
    obstacle: undefined,
    execute: async (architecture) => {
      const plain = await runProbe(runner, way, architecture, 'plain')
      if (plain.exitCode !== PROBE_EXIT) return executionOf([plain])
      const pie = await runProbe(runner, way, architecture, 'pie')
      return executionOf([plain, pie], await runProbe(runner, way, architecture, 'plain', { QEMU_VERSION: '1' }))
    },
    emulate: async (emulator, architecture) => {
      const root = await writePrograms(runner, architecture)
      const command = { tool: emulator, args: [join(root, 'plain')], cwd: root }
      return await runner.commands.run(command, { accept: 'any', timeoutSeconds: SECONDS })
    },
  }
}

/** @param env with QEMU_VERSION (linux-user/main.c), QEMU tells its version and does not run the program */
async function runProbe(
  runner: Runner,
  { command, asRoot }: Way,
  architecture: Architecture,
  form: Form,
  env: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  const root = await writePrograms(runner, architecture)
  const probe = command(root, form)
  // Nix sets the personality of a 32-bit machine for these, and a processor without 32-bit mode refuses it.
  const setarch = architecture.systems.some(wantsPersonality32) ? runner.commands.find('setarch') : undefined
  const inner = setarch === undefined ? probe : { tool: setarch, args: ['linux32', probe.tool, ...probe.args] }
  // The folder holds nothing but our programs: where no handler takes one, execvp hands it to a shell as a script.
  const full = { ...inner, cwd: root, env: { LC_ALL: 'C', ...env } }
  return await runner.commands.run(full, { asRoot, accept: 'any', timeoutSeconds: SECONDS })
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
