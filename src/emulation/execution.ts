import type { System } from '../nix/system.ts'
import type { CommandResult } from '../runner/ports.ts'
import { mayRunNatively } from './architectures.ts'
import { PROBE_EXIT } from './machine-code.ts'
import type { SystemFacts } from './types.ts'

/** What happens when the kernel is asked to execute programs of an architecture. */
export type Execution =
  | { readonly kind: 'native' }
  /** `version` of QEMU, `10.0.13`. */
  | { readonly kind: 'emulated'; readonly version: string | undefined }
  | { readonly kind: 'none'; readonly detail: string }

/**
 * Judges the runs of our test programs.
 * @param runs each expected to exit with 42
 * @param asked a run in which QEMU would tell its version instead of running the program; a processor does not
 */
export function executionOf(runs: readonly CommandResult[], asked?: CommandResult): Execution {
  const failed = runs.find((run) => run.exitCode !== PROBE_EXIT)
  if (failed !== undefined || asked === undefined) return { kind: 'none', detail: detailOf(failed) }
  if (asked.exitCode === PROBE_EXIT) return { kind: 'native' }
  return { kind: 'emulated', version: qemuVersion(asked.stdout) }
}

/** One phrase on why a test program did not end as it should. */
export function detailOf(run: CommandResult | undefined): string {
  if (run === undefined) return 'it was not run'
  if (run.stopped === 'timeout') return `it hung for ${Math.round(run.seconds)} s`
  const said = run.stderr.trim().split('\n').at(-1) ?? ''
  return `exit code ${run.exitCode} instead of ${PROBE_EXIT}${said === '' ? '' : `, “${said}”`}`
}

/** The version in what `qemu-<arch> --version` prints: `qemu-arm version 7.2.22 (Debian …)`. */
export const qemuVersion = (text: string): string | undefined => /^qemu-\S+ version (\d+(?:\.\d+)+)/m.exec(text)?.[1]

/** The facts of a system of which no program need or can be run. */
export const ownOrNot = (machine: System | undefined, system: System): SystemFacts =>
  machine === system
    ? { system, runs: 'native', reason: `this machine is ${system}` }
    : {
        system,
        runs: 'no',
        reason: `this machine does not execute ${system}, and QEMU has no user-mode emulator for it`,
      }

/** The facts of a foreign system whose program was run. */
export function factsOf(machine: System, system: System, execution: Execution): SystemFacts {
  if (execution.kind === 'emulated') {
    const version = execution.version === undefined ? 'an emulator' : `QEMU ${execution.version}`
    return { system, runs: 'emulated', reason: `${version} is registered for ${system} and ran our test program` }
  }
  if (execution.kind === 'native') {
    return { system, runs: 'native', reason: `this ${machine} machine ran our test program for ${system} by itself` }
  }
  const hoped = mayRunNatively(machine, system) ? `, nor by itself as some ${machine} machines do` : ''
  return { system, runs: 'no', reason: `this machine does not execute ${system}: no emulator serves it${hoped}` }
}
