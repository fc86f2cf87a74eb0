import type { Inputs, Target } from '../inputs/inputs.ts'
import type { Nix } from '../nix/nix.ts'
import type { AskedLookup, LookupKind, Question } from './answers.ts'
import { type AttributePath, declaredPaths, ownPaths, pkgsCrossPaths } from './attributes.ts'
import type { Wanted } from './wanted.ts'

/**
 * Asks only for what can be chosen: nothing but the package itself where the machine runs the target's programs, and
 * the views of the flake as cross builds at once only where the workflow asks for `cross`.
 */
export function question(
  { target, package: name }: Wanted,
  inputs: Pick<Inputs, 'crossAttribute'>,
  nix: Pick<Nix, 'system'>,
  machine: { readonly native: readonly string[] },
): Question {
  const native = machine.native.includes(target.system) && target.plain && target.strategy !== 'cross'
  const own = target.plain && target.strategy !== 'cross'
  const cross = !native && (target.strategy === 'auto' || target.strategy === 'cross')
  const flake = (kind: LookupKind, paths: readonly AttributePath[]): AskedLookup => ({
    kind,
    view: null,
    paths,
    spare: kind !== 'own',
  })
  return ask(target, [
    ...(own ? [flake('own', ownPaths(name, target.system))] : []),
    ...(cross
      ? [
          flake('declared', declaredPaths(name, target, nix.system, inputs.crossAttribute)),
          flake('pkgsCross', pkgsCrossPaths(name, target, nix.system)),
        ]
      : []),
    ...(target.strategy === 'cross' ? viewLookups(name, target, nix) : []),
  ])
}

/** Asks for the package itself alone. */
export const ownQuestion = (question: Question): Question => ({
  ...question,
  lookups: question.lookups.filter(({ kind }) => kind === 'own'),
})

const ask = (target: Target, lookups: readonly AskedLookup[]): Question => ({
  target: target.system,
  list: null,
  platform: target,
  lookups,
})

/** Asks for cross builds of a flake that knows nothing of them. */
export const viewQuestion = ({ target, package: name }: Wanted, nix: Pick<Nix, 'system'>): Question =>
  ask(target, viewLookups(name, target, nix))

/** Cross builds of a flake that knows nothing of them, the most faithful first. */
function viewLookups(name: string, target: Target, nix: Pick<Nix, 'system'>): readonly AskedLookup[] {
  const own = ownPaths(name, target.system)
  const configurations = own.filter(([first]) => first === 'nixosConfigurations')
  const disguised = { view: 'disguised', paths: ownPaths(name, nix.system) } as const
  return [
    ...(configurations.length > 0
      ? [{ kind: 'nixos', view: 'nixos', paths: configurations, spare: true } as const]
      : []),
    { kind: 'transparent', view: 'transparent', paths: own, otherwise: disguised, spare: true },
    { kind: 'overlay', view: 'overlay', paths: own, spare: true },
  ]
}
