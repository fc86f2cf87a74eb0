import type { System } from '../nix/system.ts'
import { architectureOf } from './architectures.ts'
import { UNKNOWN } from './obstacles.ts'
import type { EmulationFacts } from './types.ts'

/**
 * Why programs of a system cannot run under an emulator here; undefined where they can, or where nothing speaks
 * against it before it is tried.
 * @param mayRegister whether the workflow lets this run register emulators
 */
export function emulationProblem(facts: EmulationFacts, mayRegister: boolean, system: string): string | undefined {
  const known = facts.systems.find((candidate) => candidate.system === system)
  if (known !== undefined && known.runs !== 'no') return undefined
  if (architectureOf(system as System) === undefined) return UNKNOWN
  if (!mayRegister) return 'no emulator is registered for it, and qemu: never forbids registering one'
  return facts.obstacle
}
