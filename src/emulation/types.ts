import type { System } from '../nix/system.ts'

/** What became of emulation for one foreign system. */
export type Emulator =
  | {
      readonly system: System
      /** `kept`: an entry that was there serves. `registered`, `replaced`: this run's own. */
      readonly status: 'kept' | 'registered' | 'replaced'
      /** Path of the static QEMU. */
      readonly interpreter: string
      /** QEMU's version, `10.0.13`, where it tells. */
      readonly version: string | undefined
      /** One sentence: what was found and done. */
      readonly reason: string
    }
  | { readonly system: System; readonly status: 'failed'; readonly reason: string }
