import type { Inputs, Target } from '../inputs/inputs.ts'
import type { Nix } from '../nix/nix.ts'
import type { System } from '../nix/system.ts'
import { UserError } from '../runner/errors.ts'
import type { Runner } from '../runner/ports.ts'
import { askFlake } from './ask.ts'
import { joinAttributePath, partitionNames } from './attributes.ts'
import type { OpenFlake } from './flake.ts'

/** One package for one target. */
export interface Wanted {
  readonly target: Target
  readonly package: string
}

/**
 * Targets × packages, `*` replaced by the names of the target's packages; by those of this system, where the flake does
 * not list the target and a cross build may make them all the same.
 */
export async function listWanted(
  runner: Runner,
  nix: Nix,
  inputs: Inputs,
  flake: OpenFlake,
): Promise<readonly Wanted[]> {
  const names = inputs.packages.includes('*')
    ? await listPackages(runner, nix, inputs.targets, flake)
    : new Map<string, readonly string[]>()
  return inputs.targets.flatMap((target) => {
    const system = names.get(target.system)?.length === 0 ? nix.system : target.system
    const { own, foreign } = partitionNames(names.get(system) ?? [], system)
    if (foreign.length > 0)
      runner.log.info(`packages: * leaves out ${foreign.join(', ')}: cross builds for other targets by their names`)
    const packages = inputs.packages.flatMap((name) =>
      name === '*' ? own.map((word) => joinAttributePath([word])) : [name],
    )
    return [...new Set(packages)].map((name) => ({ target, package: name }))
  })
}

async function listPackages(
  runner: Runner,
  nix: Nix,
  targets: readonly Target[],
  flake: OpenFlake,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const crossed = (system: string): boolean =>
    targets.some((target) => target.system === system && ['auto', 'cross'].includes(target.strategy))
  const systems = [...new Set([...targets.map((target) => target.system), nix.system])]
  const answers = await askFlake(
    runner,
    nix,
    flake,
    systems.map((system) => ({
      target: system,
      all: true,
      platform: { name: system, system, triple: '', crossNames: [], plain: true },
      lookups: [],
    })),
  )
  const names = new Map(systems.map((system, index) => [system, answers[index]?.all ?? []]))
  const isEmpty = (system: System): boolean => names.get(system)?.length === 0
  const empty = [...new Set(targets.map((target) => target.system))]
    .filter(isEmpty)
    .filter((system) => isEmpty(nix.system) || !crossed(system))
  if (empty.length > 0) {
    const known = [...new Set(answers.flatMap((answer) => answer.systems))]
    const hint =
      known.length === 0 ? 'The flake has no packages at all.' : `The flake has packages for ${known.join(', ')}.`
    throw new UserError(`packages: * finds no package for ${empty.join(', ')}. ${hint}`)
  }
  return names
}
