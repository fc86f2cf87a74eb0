import type { PlanInputs } from '../../inputs/plan.ts'
import type { Found, Lookup, LookupKind } from '../answers.ts'
import { isWildcard, packageText } from '../attributes.ts'
import type { SurveyState } from './survey-events.ts'
import { listId, lookupId, lookupsFor } from './survey-request.ts'
import type { PlacedTarget } from './types.ts'

/** One package for one target, with what the survey found. */
export interface Wanted {
  readonly placed: PlacedTarget
  /** As the main action takes it. */
  readonly package: string
  /** A wildcard named it. */
  readonly listed: boolean
  /** The text of the error that kept a wildcard's names from being listed; there are no lookups then. */
  readonly listError: string | undefined
  readonly own: Lookup
  readonly cross: readonly Lookup[]
  readonly names: readonly string[]
  readonly systems: readonly string[]
}

/** What stands for the error of what was not looked at. */
export const NOT_REACHED = 'error: too many others of its target failed before it'

/** Targets × packages with their answers; each package once for a target. */
export function listWanted(
  inputs: PlanInputs,
  targets: readonly PlacedTarget[],
  state: SurveyState,
): readonly Wanted[] {
  const exposed = new Set(state.systems)
  return targets
    .filter(({ target, discovered }) => !discovered || exposed.has(target.system))
    .flatMap((placed) => {
      const all = inputs.packages.flatMap((text) => wantedBy(inputs, placed, text, state))
      return all.filter((item, index) => all.findIndex((other) => other.package === item.package) === index)
    })
}

function wantedBy(inputs: PlanInputs, placed: PlacedTarget, text: string, state: SurveyState): readonly Wanted[] {
  const base = { placed, cross: [], names: [], systems: state.systems ?? [], listError: undefined }
  const missing: Lookup = { kind: 'own', status: 'missing' }
  if (!isWildcard(text))
    return [{ ...base, package: text, listed: false, ...lookedUp(inputs, placed, text, '', state) }]
  const list = state.lists.get(listId(placed.target.name, text)) ?? { error: NOT_REACHED }
  if ('error' in list) return [{ ...base, package: text, listed: true, own: missing, listError: list.error }]
  if (list.value.names.length === 0 && !placed.discovered)
    return [{ ...base, package: text, listed: false, own: missing }]
  return list.value.names.map((name) => ({
    ...base,
    package: packageText(text, name),
    listed: true,
    ...lookedUp(inputs, placed, text, name, state),
  }))
}

function lookedUp(
  inputs: PlanInputs,
  placed: PlacedTarget,
  text: string,
  name: string,
  state: SurveyState,
): Pick<Wanted, 'own' | 'cross'> & Partial<Pick<Wanted, 'names'>> {
  const outcome = (kind: LookupKind) =>
    state.lookups.get(lookupId(placed.target.name, text, name, kind)) ?? { error: NOT_REACHED }
  const kinds = lookupsFor(placed, text, inputs).map(({ kind }) => kind)
  const lookups = kinds.map((kind): Lookup => {
    const found = outcome(kind)
    if ('error' in found) return { kind, status: 'error', error: found.error }
    return found.value.lookups[0] ?? { kind, status: 'missing' }
  })
  const own = kinds.includes('own') ? outcome('own') : undefined
  return {
    own: lookups.find(({ kind }) => kind === 'own') ?? { kind: 'own', status: 'missing' },
    cross: lookups.filter(({ kind }) => kind !== 'own'),
    ...(own !== undefined && 'value' in own ? { names: own.value.names } : {}),
  }
}

/** All derivations that the survey found. */
export const derivationsOf = (wanted: readonly Wanted[]): readonly Found[] =>
  wanted.flatMap(({ own, cross }) =>
    [own, ...cross].flatMap((lookup) => (lookup.status === 'derivation' ? [lookup.found] : [])),
  )
