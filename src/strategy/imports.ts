import type { Inputs } from '../inputs/inputs.ts'
import { explainNix } from '../nix/explain.ts'
import { type System, sameSystem } from '../nix/system.ts'
import type { Machine } from './plan.ts'
import type { Plan } from './types.ts'

/**
 * Whether an emulator may help an evaluation that failed: it imports from a derivation that has to be built on the target.
 * @param error what Nix printed
 */
export function mayImportEmulated(system: System, error: string, machine: Machine): boolean {
  const { category, system: wanted } = explainNix(error)
  const isImport = category === 'platform' || category === 'import-from-derivation'
  const isForeign = !machine.native.includes(system) && machine.emulationProblem(system) === undefined
  return isImport && isForeign && wanted !== undefined && sameSystem(wanted, system)
}

/** Whether the target's own derivation is to be had by such an evaluation: builds in it are slow. */
export const isForImport = ({ target, choice }: Plan, prefer: Inputs['prefer']): boolean =>
  ['auto', 'emulated'].includes(target.strategy) &&
  (choice === undefined || (prefer === 'native-paths' && choice.strategy === 'cross'))

/** As Nix would print it. @param problem why the system cannot be emulated */
export const importError = (system: string, problem: string): string =>
  `error: it imports from a derivation for ${system}, and ${problem}`
