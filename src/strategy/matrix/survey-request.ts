import type { PlanInputs } from '../../inputs/plan.ts'
import type { AskedLookup, LookupKind } from '../answers.ts'
import {
  type AttributePath,
  foreignSuffixes,
  isWildcard,
  packageText,
  setOf,
  splitAttributePath,
} from '../attributes.ts'
import { question } from '../questions.ts'
import type { PlacedTarget } from './types.ts'

/** Stands for a name that only the flake knows, in the lookups of a wildcard. */
const HOLE = '@name@'

/** What survey.nix is asked, as JSON. */
export interface SurveyRequest {
  readonly hole: string
  /** Sets whose attribute names are the systems that the flake exposes. */
  readonly systemSets: readonly AttributePath[]
  /** Paths that are for one system, such as a NixOS configuration, or those below them: their host systems are exposed too. */
  readonly fixed: readonly { readonly path: AttributePath; readonly below: boolean }[]
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

/** The questions for all targets. */
export function surveyRequest(inputs: PlanInputs, targets: readonly PlacedTarget[]): SurveyRequest {
  const explicit = inputs.packages.filter((text) => !isWildcard(text))
  const sets = inputs.packages.map(splitAttributePath).flatMap((path) => {
    const place = path.indexOf('{target}')
    return place > 0 ? [path.slice(0, place)] : []
  })
  const named = inputs.packages.some((text) => text === '*' || !text.includes('{target}'))
  return {
    hole: HOLE,
    systemSets: [
      ...(named ? [['packages'], ['defaultPackage']] : []),
      ...(explicit.some((text) => !text.includes('{target}')) ? [['legacyPackages']] : []),
      ...sets,
    ],
    fixed: inputs.packages
      .filter((text) => text !== '*' && !text.includes('{target}'))
      .map((text) => ({ path: splitAttributePath(text.replace(/\.\*$/, '')), below: isWildcard(text) }))
      .filter(({ path, below }) => below || path.length > 1),
    targets: targets.map((placed) => targetRequest(inputs, placed)),
  }
}

/**
 * What is asked for a target, as for a job on its runner. What only a view of the flake has (`=cross` where nothing is
 * declared) is left to the job.
 */
export const lookupsFor = (
  { target, place }: PlacedTarget,
  text: string,
  inputs: Pick<PlanInputs, 'crossAttribute'>,
): readonly AskedLookup[] =>
  question({ target, package: text }, inputs, place, place).lookups.filter(({ view }) => view === null)

function targetRequest(inputs: PlanInputs, placed: PlacedTarget): TargetRequest {
  const { target, discovered } = placed
  return {
    name: target.name,
    system: target.system,
    onlyExposed: discovered,
    suffixes: foreignSuffixes(target.system),
    asks: inputs.packages.map((text) => {
      const wild = isWildcard(text)
      const old = text === '*' ? [['defaultPackage', target.system]] : []
      const lookups = lookupsFor(placed, wild ? packageText(text, HOLE) : text, inputs)
      return {
        text,
        list: wild ? setOf(text, target.system) : null,
        old: old[0] ?? ['defaultPackage', target.system, 'none'],
        lookups: lookups.map(({ kind, paths }) => ({
          kind,
          paths: kind === 'own' ? [...paths, ...old] : paths,
        })),
      }
    }),
  }
}

/** Names of items, as survey.nix makes them with toJSON. */
export const SYSTEMS_ID = JSON.stringify(['systems'])
/** Of a part of the systems: no target has this name. */
export const isSystemsPart = (id: string): boolean => (JSON.parse(id) as readonly string[])[0] === 'systems'
export const listId = (target: string, text: string): string => JSON.stringify([target, text])
export const lookupId = (target: string, text: string, name: string, kind: LookupKind): string =>
  JSON.stringify([target, text, name, kind])
