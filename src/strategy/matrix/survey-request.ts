import type { PlanInputs } from '../../inputs/plan.ts'
import { PLATFORMS } from '../../nix/platform.ts'
import type { AskedLookup, Lookup, LookupKind } from '../answers.ts'
import {
  type AttributePath,
  declaredPaths,
  joinAttributePath,
  ownPaths,
  pkgsCrossPaths,
  splitAttributePath,
} from '../attributes.ts'
import type { PlacedTarget } from './types.ts'

/** Stands for a name that only the flake knows, in the lookups of a wildcard. */
const HOLE = '@name@'

/** What survey.nix is asked, as JSON. */
export interface SurveyRequest {
  readonly hole: string
  /** Outputs of the flake whose attribute names are the systems that it exposes. */
  readonly systemSets: readonly string[]
  /** Paths that are for one system, such as a NixOS configuration: their host system is exposed too. */
  readonly fixed: readonly AttributePath[]
  readonly targets: readonly TargetRequest[]
}

interface TargetRequest {
  readonly name: string
  readonly system: string
  readonly onlyExposed: boolean
  /** Ends of names that mark cross builds for other targets. */
  readonly suffixes: readonly string[]
  readonly asks: readonly Ask[]
}

/** One word of `packages` for one target. */
export interface Ask {
  readonly text: string
  /** Of a wildcard: the set whose names it stands for. */
  readonly list: AttributePath | null
  /** Where an old flake has its only package: counts as `default` where the list is empty. */
  readonly old: AttributePath
  readonly lookups: readonly { readonly kind: LookupKind; readonly paths: readonly AttributePath[] }[]
}

/** `*`, or all derivations right below a set: `checks.{target}.*`. */
export const isWildcard = (text: string): boolean => text === '*' || text.endsWith('.*')

/** A package by the name that a wildcard found, as the main action takes it. */
export const packageText = (wildcard: string, name: string): string =>
  name === '' ? wildcard : `${wildcard.slice(0, -1)}${joinAttributePath([name])}`

/** The questions for all targets. */
export function surveyRequest(inputs: PlanInputs, targets: readonly PlacedTarget[]): SurveyRequest {
  const explicit = inputs.packages.filter((text) => !isWildcard(text))
  const sets = inputs.packages.flatMap((text) => /^([\w-]+)\.\{target\}\./.exec(text)?.[1] ?? [])
  const named = inputs.packages.some((text) => text === '*' || !text.includes('{target}'))
  return {
    hole: HOLE,
    systemSets: [
      ...new Set([
        ...(named ? ['packages', 'defaultPackage'] : []),
        ...(explicit.some((text) => !text.includes('{target}')) ? ['legacyPackages'] : []),
        ...sets,
      ]),
    ],
    fixed: explicit
      .filter((text) => !text.includes('{target}'))
      .map(splitAttributePath)
      .filter((path) => path.length > 1),
    targets: targets.map((placed) => targetRequest(inputs, placed)),
  }
}

/**
 * What is asked for a target, as for a job on its runner (strategy/plan.ts): nothing but the package itself where the
 * runner executes the target's programs. Cross builds of a flake that declares none are left to the job.
 */
export function lookupsFor(
  { target, place }: PlacedTarget,
  text: string,
  template: string | undefined,
): Ask['lookups'] {
  const crossOnly = target.strategy === 'cross' || !target.plain
  const foreign = !place.native.includes(target.system)
  const cross = target.strategy === 'cross' || (target.strategy === 'auto' && (foreign || !target.plain))
  return [
    ...(crossOnly ? [] : [{ kind: 'own' as const, paths: ownPaths(text, target.system) }]),
    ...(cross
      ? [
          { kind: 'declared' as const, paths: declaredPaths(text, target, place.system, template) },
          { kind: 'pkgsCross' as const, paths: pkgsCrossPaths(text, target, place.system) },
        ]
      : []),
  ]
}

function targetRequest(inputs: PlanInputs, placed: PlacedTarget): TargetRequest {
  const { target, discovered } = placed
  const others = PLATFORMS.filter(({ system }) => system !== target.system)
  return {
    name: target.name,
    system: target.system,
    onlyExposed: discovered,
    suffixes: others.flatMap(({ system, triple }) => [system, triple, triple.replace('-unknown-', '-')]),
    asks: inputs.packages.map((text) => {
      const wild = isWildcard(text)
      const asked = text.replaceAll('{target}', target.system)
      const old = text === '*' ? [['defaultPackage', target.system]] : []
      const lookups = lookupsFor(placed, wild ? packageText(text, HOLE) : text, inputs.crossAttribute)
      return {
        text,
        list: wild ? (text === '*' ? ['packages', target.system] : splitAttributePath(asked.slice(0, -2))) : null,
        old: old[0] ?? ['defaultPackage', target.system, 'none'],
        lookups: inTheFlake(lookups).map(({ kind, paths }) => ({
          kind,
          paths: kind === 'own' ? [...paths, ...old] : paths,
        })),
      }
    }),
  }
}

/** The planner looks at the flake itself; what only a view of it has (`=cross`) is left to the job. */
export const inTheFlake = (lookups: readonly AskedLookup[]): readonly AskedLookup[] =>
  lookups.filter(({ view }) => view === null)

/** Names of items, as survey.nix makes them with toJSON. */
export const listId = (target: string, text: string): string => JSON.stringify([target, text])
export const lookupId = (target: string, text: string, name: string, kind: LookupKind): string =>
  JSON.stringify([target, text, name, kind])
