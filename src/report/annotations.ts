import type { BuildResult, HashMismatch } from '../build/types.ts'
import { mismatchIn } from '../nix/explain-store.ts'
import { sriOf } from '../nix/hash.ts'
import type { PushReport } from '../push/types.ts'
import type { Annotation } from '../runner/ports.ts'
import { type Checkout, NO_CHECKOUT } from './checkout.ts'
import type { Place } from './hash-place.ts'

/** An error or warning that GitHub shows at the top of the run. */
export interface ReportAnnotation {
  readonly level: 'error' | 'warning'
  readonly text: string
  readonly where: Annotation
}

/** GitHub drops what a step annotates beyond ten errors (actions/toolkit: docs/problem-matchers.md). */
const MOST_ERRORS = 10
const LAST_LINES = 5

/**
 * One annotation for each root failure, the worst first: packages that fell with the same derivation are counted, not
 * repeated. At most ten errors, the last one counting the rest.
 * @param checkout where they are shown
 */
export function annotationsOf(
  results: readonly BuildResult[],
  pushes: readonly PushReport[],
  onPushFailure: 'fail' | 'warn',
  checkout: Checkout = NO_CHECKOUT,
): readonly ReportAnnotation[] {
  const builds = failuresOf(results).map((group) => buildAnnotation(group, checkout))
  const push = pushes
    .filter(({ status }) => status === 'failed')
    .map(({ destination, reason }) => ({
      level: onPushFailure === 'fail' ? ('error' as const) : ('warning' as const),
      text: `The push to ${destination} failed: ${reason ?? 'no reason was given'}`,
      where: { title: 'Push failed' },
    }))
  const pushErrors = push.filter(({ level }) => level === 'error')
  const warnings = [...push.filter(({ level }) => level === 'warning'), ...noteAnnotations(results)].slice(
    0,
    MOST_ERRORS,
  )
  const all = builds.length + pushErrors.length
  if (all <= MOST_ERRORS) return [...builds, ...pushErrors, ...warnings]
  // the last one counts the rest, and one of each kind is told
  const shown = [...builds.slice(0, MOST_ERRORS - 1 - Math.min(1, pushErrors.length)), ...pushErrors].slice(
    0,
    MOST_ERRORS - 1,
  )
  const text = `${all - shown.length} more failures are in the job summary.`
  return [...shown, { level: 'error', text, where: { title: 'More failures' } }, ...warnings]
}

/** A note, and the packages that it is about. */
export interface Noted {
  readonly text: string
  readonly packages: readonly BuildResult[]
}

export function notesOf(results: readonly BuildResult[]): readonly Noted[] {
  const noted = new Map<string, BuildResult[]>()
  for (const result of results)
    for (const text of result.notes ?? []) noted.set(text, [...(noted.get(text) ?? []), result])
  return [...noted].map(([text, packages]) => ({ text, packages }))
}

const noteAnnotations = (results: readonly BuildResult[]): readonly ReportAnnotation[] =>
  notesOf(results).map(({ text, packages }) => ({
    level: 'warning',
    text: `${namesOf(packages)}: ${text}`,
    where: { title: `${namesOf(packages.slice(0, 1))} is to be looked at` },
  }))

/**
 * The failed packages, those together that fell with the same derivation, the one that it is of before the others. Those
 * that most fell with come first.
 */
export function failuresOf(results: readonly BuildResult[]): readonly (readonly BuildResult[])[] {
  const roots = new Map<string, BuildResult[]>()
  for (const result of results.filter(({ status }) => status === 'failed')) {
    const root = rootOf(result)
    const known = roots.get(root)
    if (known === undefined) roots.set(root, [result])
    else known.push(result)
  }
  return [...roots.values()]
    .map((group) => [...group].sort((a, b) => Number(isDependent(a)) - Number(isDependent(b))))
    .sort((a, b) => b.length - a.length)
}

/** Failures of one derivation have one text but for the package that needs it. */
const rootOf = ({ error = '', log = [] }: BuildResult): string => [error.replace(NEEDED, '$1'), ...log].join('\n')
const isDependent = ({ error = '' }: BuildResult): boolean => NEEDED.test(error)
const NEEDED = /^(\S+), which .*? needs,/

function buildAnnotation(group: readonly BuildResult[], checkout: Checkout): ReportAnnotation {
  const [{ plan, error = 'it was not built', log = [], ...rest }] = group as readonly [BuildResult]
  const strategy = plan.choice === undefined ? '' : `, ${plan.choice.strategy}`
  const others = group.length === 1 ? [] : [fallenWith(group)]
  const tail = log.length === 0 ? [] : ['The log ends with:', ...log.slice(-LAST_LINES).map((line) => `  ${line}`)]
  // what an evaluation fetches is no derivation
  const mismatch = rest.mismatch ?? mismatchIn(error)
  const hash = mismatch === undefined ? { text: [], where: {} } : rightHash(mismatch, checkout.placesOf(mismatch))
  const place = checkout.placeIn(error)
  return {
    level: 'error',
    text: [`${plan.package} for ${plan.target.name}${strategy}: ${error}`, ...hash.text, ...others, ...tail].join('\n'),
    where: { title: `${plan.package} for ${plan.target.name} failed`, ...whereOf(place), ...hash.where },
  }
}

/** What to write instead of a wrong hash, and where. */
function rightHash(
  mismatch: HashMismatch,
  places: readonly Place[],
): { text: readonly string[]; where: Pick<Annotation, 'file' | 'startLine'> } {
  const got = sriOf(mismatch.got) ?? mismatch.got
  const [first, ...others] = places
  if (first === undefined) return { text: [`The right hash: ${got}`], where: {} }
  const rest = others.slice(0, MOST_ERRORS).map(({ file, line }) => `${file}:${line}`)
  const also = rest.length === 0 ? '' : ` (the old one is also at ${rest.join(', ')})`
  return {
    text: [`The right hash, to be written at ${first.file}:${first.line}: ${got}${also}`],
    where: whereOf(first),
  }
}

/** A place as annotations have it. */
export const whereOf = (place: Place | undefined): Pick<Annotation, 'file' | 'startLine'> =>
  place === undefined ? {} : { file: place.file, startLine: place.line }

/** @param group more than one */
export const fallenWith = (group: readonly BuildResult[]): string =>
  `${group.length - 1} other package(s) failed with it: ${namesOf(group.slice(1))}`

const namesOf = (results: readonly BuildResult[]): string => {
  const names = results.slice(0, MOST_ERRORS).map(({ plan }) => `${plan.package} for ${plan.target.name}`)
  return results.length > names.length ? `${names.join(', ')}, …` : names.join(', ')
}
