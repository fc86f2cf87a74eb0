import type { Inputs, Target } from '../inputs/inputs.ts'
import { explainBriefly } from '../nix/explain.ts'
import type { Nix } from '../nix/nix.ts'
import type { System } from '../nix/system.ts'
import { UserError } from '../runner/errors.ts'
import type { Runner } from '../runner/ports.ts'
import { askFlake } from './ask.ts'
import { isWildcard, packageText, partitionNames, setOf } from './attributes.ts'
import type { OpenFlake } from './flake.ts'
import { importError, mayImportEmulated } from './imports.ts'
import type { Machine } from './plan.ts'

/** One package for one target. */
export interface Wanted {
  readonly target: Target
  readonly package: string
}

/**
 * Targets × packages, `*` and `checks.{target}.*` replaced by the names of the target's packages; by those of this
 * system, where the flake does not list the target and a cross build may make them all the same.
 */
export async function listWanted(
  runner: Runner,
  nix: Nix,
  inputs: Inputs,
  flake: OpenFlake,
  machine: Machine,
): Promise<readonly Wanted[]> {
  const lists = new Map<string, ReadonlyMap<string, readonly string[]>>()
  for (const wildcard of inputs.packages.filter(isWildcard))
    lists.set(wildcard, await listPackages(runner, nix, inputs.targets, flake, wildcard, machine))
  const namesFor = (wildcard: string, { system: wanted }: Target): readonly string[] => {
    const names = lists.get(wildcard)
    const system = names?.get(wanted)?.length === 0 ? nix.system : wanted
    const { own, foreign } = partitionNames(names?.get(system) ?? [], system)
    if (foreign.length > 0)
      runner.log.info(
        `packages: ${wildcard} leaves out ${foreign.join(', ')}: cross builds for other targets by their names`,
      )
    return own.map((name) => packageText(wildcard, name))
  }
  return inputs.targets.flatMap((target) => {
    const packages = inputs.packages.flatMap((text) => (isWildcard(text) ? namesFor(text, target) : [text]))
    return [...new Set(packages)].map((name) => ({ target, package: name }))
  })
}

async function listPackages(
  runner: Runner,
  nix: Nix,
  targets: readonly Target[],
  flake: OpenFlake,
  wildcard: string,
  machine: Machine,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const crossed = (system: string): boolean =>
    targets.some((target) => target.system === system && ['auto', 'cross'].includes(target.strategy))
  const systems = [...new Set([...targets.map((target) => target.system), nix.system])]
  const questions = systems.map((system) => ({
    target: system,
    list: setOf(wildcard, system),
    platform: { name: system, system, triple: '', crossNames: [], plain: true },
    lookups: [],
  }))
  const ask = () => askFlake(runner, nix, flake, questions)
  let answers = await ask()
  const imported = targets.filter(({ strategy, system }) => {
    const error = answers[systems.indexOf(system)]?.listError
    return strategy === 'emulated' && error !== undefined && mayImportEmulated(system, error, machine)
  })
  if (imported.length > 0) {
    await flake.read() // Nix may be started anew
    const problems = await machine.emulate([...new Set(imported.map(({ system }) => system))])
    answers = (await ask()).map((answer, index) => {
      const system = systems[index] as System
      const problem = answer.listError === undefined ? undefined : problems.get(system)
      return problem === undefined ? answer : { ...answer, listError: importError(system, problem) }
    })
  }
  const names = new Map(systems.map((system, index) => [system, answers[index]?.all ?? []]))
  const isEmpty = (system: System): boolean => names.get(system)?.length === 0
  const empty = [...new Set(targets.map((target) => target.system))]
    .filter(isEmpty)
    .filter((system) => isEmpty(nix.system) || !crossed(system))
  if (empty.length > 0) {
    const errors = answers.flatMap(({ listError }) => (listError === undefined ? [] : [explainBriefly(listError)]))
    const known = wildcard === '*' ? systems.filter((system) => !isEmpty(system)) : []
    const why = [
      ...new Set(errors),
      ...(known.length === 0 ? [] : [`the flake has packages for ${known.join(', ')}`]),
      ...(wildcard === '*' && errors.length === 0
        ? ['what is not under packages.SYSTEM is named by its path, such as checks.{target}.*']
        : []),
    ]
    const because = why.length === 0 ? '' : `: ${why.join('; ')}`
    throw new UserError(`packages: ${wildcard} finds no package for ${empty.join(', ')}${because}.`)
  }
  return names
}
