import type { Inputs, Target } from '../inputs/inputs.ts'
import { explainNix } from '../nix/explain.ts'
import type { Nix } from '../nix/nix.ts'
import { UserError } from '../runner/errors.ts'
import type { Runner } from '../runner/ports.ts'
import type { Answer, AskedLookup, Found, LookupKind, Question } from './answers.ts'
import { askFlake } from './ask.ts'
import {
  type AttributePath,
  declaredPaths,
  joinAttributePath,
  ownPaths,
  partitionNames,
  pkgsCrossPaths,
} from './attributes.ts'
import { choose } from './choose.ts'
import { gatherCosts } from './costs.ts'
import type { Plan } from './types.ts'

/** What the machine can do, gathered before choosing. */
export interface Machine {
  /** Systems whose programs run without an emulator, the machine's own first. */
  readonly native: readonly string[]
  /** Why programs of a system cannot be emulated; undefined where they can. */
  readonly emulationProblem: (system: string) => string | undefined
}

interface Wanted {
  readonly target: Target
  readonly package: string
}

/**
 * Decides for every target and package how it is had.
 * @param url reference of the flake as `nix flake metadata` gave it
 * @throws UserError where `packages: *` names nothing
 */
export async function planTargets(
  runner: Runner,
  nix: Nix,
  inputs: Inputs,
  url: string,
  machine: Machine,
): Promise<readonly Plan[]> {
  const wanted = await expand(runner, nix, inputs, url)
  const questions = wanted.map((item) => question(item, inputs, nix, machine))
  const answers = await askFlake(runner, nix, url, questions)
  const costs = await gatherCosts(
    runner,
    nix,
    answers.flatMap(foundIn).map((found) => found.drvPath),
  )
  const explain = (error: string): string => explainNix(error).sentence.replace(/\.$/, '')
  return wanted.map(({ target, package: name }, index) => {
    const { lookups = [], names = [], systems = [] } = answers[index] ?? {}
    const own = lookups.find((lookup) => lookup.kind === 'own') ?? { kind: 'own', status: 'missing' }
    const cross = lookups.filter((lookup) => lookup.kind !== 'own')
    const emulationProblem = machine.emulationProblem(target.system)
    return choose(
      target,
      name,
      { native: machine.native, emulationProblem, own, names, systems, cross, costs, explain },
      inputs.prefer,
    )
  })
}

const foundIn = (answer: Answer): readonly Found[] =>
  answer.lookups.flatMap((lookup) => (lookup.status === 'derivation' ? [lookup.found] : []))

/** Targets × packages, `*` replaced by the names of the target's packages. */
async function expand(runner: Runner, nix: Nix, inputs: Inputs, url: string): Promise<readonly Wanted[]> {
  const names = inputs.packages.includes('*')
    ? await listPackages(runner, nix, inputs.targets, url)
    : new Map<string, readonly string[]>()
  return inputs.targets.flatMap((target) => {
    const { own, foreign } = partitionNames(names.get(target.system) ?? [], target.system)
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
  url: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const systems = [...new Set(targets.map((target) => target.system))]
  const answers = await askFlake(
    runner,
    nix,
    url,
    systems.map((system) => ({
      target: system,
      all: true,
      platform: { name: system, system, triple: '', crossNames: [], plain: true },
      lookups: [],
    })),
  )
  const empty = systems.filter((_, index) => (answers[index]?.all ?? []).length === 0)
  if (empty.length > 0) {
    const known = [...new Set(answers.flatMap((answer) => answer.systems))]
    const hint =
      known.length === 0 ? 'The flake has no packages at all.' : `The flake has packages for ${known.join(', ')}.`
    throw new UserError(`packages: * finds no package for ${empty.join(', ')}. ${hint}`)
  }
  return new Map(systems.map((system, index) => [system, answers[index]?.all ?? []]))
}

/**
 * Asks only for what can be chosen: nothing but the package itself where the machine runs the target's programs, and
 * the views of the flake as cross builds only where the workflow asks for `cross`.
 */
export function question(
  { target, package: name }: Wanted,
  inputs: Pick<Inputs, 'crossAttribute'>,
  nix: Pick<Nix, 'system'>,
  machine: Pick<Machine, 'native'>,
): Question {
  const native = machine.native.includes(target.system) && target.plain && target.strategy !== 'cross'
  const own = target.plain && target.strategy !== 'cross'
  const cross = !native && (target.strategy === 'auto' || target.strategy === 'cross')
  const flake = (kind: LookupKind, paths: readonly AttributePath[]): AskedLookup => ({ kind, view: null, paths })
  const lookups = [
    ...(own ? [flake('own', ownPaths(name, target.system))] : []),
    ...(cross
      ? [
          flake('declared', declaredPaths(name, target, nix.system, inputs.crossAttribute)),
          flake('pkgsCross', pkgsCrossPaths(name, target, nix.system)),
        ]
      : []),
    ...(target.strategy === 'cross' ? viewLookups(name, target, nix) : []),
  ]
  return { target: target.system, all: false, platform: target, lookups }
}

/** Cross builds of a flake that knows nothing of them. */
function viewLookups(name: string, target: Target, nix: Pick<Nix, 'system'>): readonly AskedLookup[] {
  const own = ownPaths(name, target.system)
  return [
    { kind: 'overlay', view: 'overlay', paths: own },
    { kind: 'nixos', view: 'nixos', paths: own.filter(([first]) => first === 'nixosConfigurations') },
    { kind: 'transparent', view: 'transparent', paths: own },
    { kind: 'transparent', view: 'disguised', paths: ownPaths(name, nix.system) },
  ]
}
