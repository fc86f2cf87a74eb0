import type { System } from '../nix/system.ts'
import type { Plan } from './types.ts'

/** Systems whose programs the build of a plan runs under an emulator, and this machine's own among them. */
export function emulatedSystems({ target, choice, candidates }: Plan): readonly System[] {
  if (choice === undefined || (choice.strategy !== 'emulated' && choice.hybrid !== true)) return []
  const toBuild = Object.keys(candidates.find(({ chosen }) => chosen)?.cost?.toBuild ?? {})
  return [...new Set([target.system, choice.evaluated.system, ...toBuild])] as System[]
}
