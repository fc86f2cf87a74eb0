import type { System } from '../nix/system.ts'

/** What became of emulation for one foreign system. */
export type Emulator =
  | {
      readonly system: System
      /** `kept`: an entry that was there serves. `registered`: this run's own. `replaced`: it wins over one that does not serve. */
      readonly status: 'kept' | 'registered' | 'replaced'
      /** Path of the static QEMU as it was registered; it may be gone, or of a container. Undefined where the table cannot be read. */
      readonly interpreter: string | undefined
      /** QEMU's version, `10.0.13`, where it tells. */
      readonly version: string | undefined
      /** One sentence without full stop: what was found and done. */
      readonly reason: string
    }
  | { readonly system: System; readonly status: 'failed'; readonly reason: string }

/** How a system's programs run on this machine as it is. */
export interface SystemFacts {
  readonly system: System
  /** `native`: the processor runs them. `emulated`: a registered emulator serves. `no`: neither. */
  readonly runs: 'native' | 'emulated' | 'no'
  /** One sentence without full stop. */
  readonly reason: string
}

/** What is known of emulation before anything is changed. */
export interface EmulationFacts {
  /** The system that this machine is; undefined where Nix has no name for it. */
  readonly machine: System | undefined
  /** One for each system asked for, in that order. */
  readonly systems: readonly SystemFacts[]
  /** Why no emulator can be registered here, and what to do; undefined where nothing speaks against it. */
  readonly obstacle: string | undefined
}
