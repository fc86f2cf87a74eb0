import { ensureEmulators, nixSettings } from './emulation/emulation.ts'
import type { Emulator } from './emulation/types.ts'
import type { QemuSource } from './inputs/inputs.ts'
import { applySettings, type Installed } from './install/install.ts'
import type { System } from './nix/system.ts'
import type { Runner } from './runner/ports.ts'

/** The emulators of this run, and what Nix is told to build for. */
export interface Emulators {
  /** Registers what is not there yet. @param systems foreign ones, of Linux */
  register(systems: readonly System[]): Promise<void>
  /** Lets Nix build for systems that this machine executes, by itself or emulated. */
  allow(systems: readonly System[]): Promise<void>
  get(system: System): Emulator | undefined
  /** Why there is none, by system. */
  problems(): ReadonlyMap<string, string>
  all(): readonly Emulator[]
}

/** @param source where emulators come from */
export function openEmulators(runner: Runner, installed: Installed, source: QemuSource): Emulators {
  let current = installed
  const emulators = new Map<System, Emulator>()
  return {
    async register(systems) {
      const wanted = systems.filter((system) => !emulators.has(system))
      for (const emulator of await ensureEmulators(runner, wanted, source, installed.nix)) {
        const { system, status, reason } = emulator
        runner.log.info(`${system}: ${status}: ${reason}`)
        emulators.set(system, emulator)
      }
    },
    async allow(systems) {
      if (systems.length > 0) current = await applySettings(runner, current, nixSettings(systems))
    },
    get: (system) => emulators.get(system),
    problems: () =>
      new Map(
        [...emulators.values()].flatMap(({ system, status, reason }) =>
          status === 'failed' ? [[system, reason]] : [],
        ),
      ),
    all: () => [...emulators.values()],
  }
}

export const isRegistered = (emulator: Emulator | undefined): boolean =>
  emulator !== undefined && emulator.status !== 'failed'
