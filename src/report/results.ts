import type { BuildResult } from '../build/types.ts'
import type { Candidate, Cost } from '../strategy/types.ts'

/** One entry of the output `results`. */
export interface ResultObject {
  readonly target: string
  readonly package: string
  readonly strategy: string | null
  readonly method: string | null
  readonly reason: string
  readonly drvPath: string | null
  readonly outputs: Readonly<Record<string, string>>
  readonly status: string
  readonly seconds: number
  readonly closureSize: number | null
  readonly error: string | null
  /** What went otherwise than it should although nothing failed. */
  readonly notes: readonly string[]
}

/** A way that was tried and failed before another was taken. */
export interface AttemptObject {
  readonly strategy: string | null
  readonly method: string | null
  readonly hybrid: boolean
  readonly drvPath: string | null
  readonly seconds: number
  readonly error: string | null
}

/** One entry of the output `plan`. */
export interface PlanObject {
  readonly target: string
  readonly package: string
  readonly reason: string
  readonly candidates: readonly CandidateObject[]
  readonly attempts: readonly AttemptObject[]
}

export interface CandidateObject {
  readonly strategy: string
  readonly method: string | null
  readonly hybrid: boolean
  readonly attribute: string
  readonly chosen: boolean
  readonly reason: string
  /** System that it is built on. */
  readonly system: string | null
  readonly drvPath: string | null
  readonly cost: Omit<Cost, 'nativeSeconds' | 'emulated' | 'unemulatable' | 'features'> | null
}

/** Milliseconds are enough for a report. */
export const rounded = (seconds: number): number => Math.round(seconds * 1000) / 1000

/** The output `results` (docs: contract). */
export const resultObjects = (results: readonly BuildResult[]): readonly ResultObject[] =>
  results.map(({ plan, status, seconds, closureSize, error, notes = [] }) => ({
    target: plan.target.name,
    package: plan.package,
    strategy: plan.choice?.strategy ?? null,
    method: plan.choice?.method ?? null,
    reason: plan.reason,
    drvPath: plan.choice?.evaluated.drvPath ?? null,
    outputs: plan.choice?.evaluated.outputs ?? {},
    status,
    seconds: rounded(seconds),
    closureSize: closureSize ?? null,
    error: error ?? null,
    notes,
  }))

const attemptObject = ({ plan: { choice }, seconds, error }: BuildResult): AttemptObject => ({
  strategy: choice?.strategy ?? null,
  method: choice?.method ?? null,
  hybrid: choice?.hybrid === true,
  drvPath: choice?.evaluated.drvPath ?? null,
  seconds: rounded(seconds),
  error: error ?? null,
})

/** The output `plan`. */
export const planObjects = (results: readonly BuildResult[]): readonly PlanObject[] =>
  results.map(({ plan, attempts = [] }) => ({
    target: plan.target.name,
    package: plan.package,
    reason: plan.reason,
    candidates: plan.candidates.map(candidateObject),
    attempts: attempts.map(attemptObject),
  }))

const candidateObject = ({
  strategy,
  method,
  hybrid,
  attribute,
  chosen,
  reason,
  evaluated,
  cost,
}: Candidate): CandidateObject => ({
  strategy,
  method: method ?? null,
  hybrid: hybrid === true,
  attribute,
  chosen,
  reason,
  system: evaluated?.system ?? null,
  drvPath: evaluated?.drvPath ?? null,
  cost: cost === undefined ? null : costObject(cost),
})

const costObject = ({ toBuild, bytesToFetch, seconds, closure }: Cost): CandidateObject['cost'] => ({
  toBuild,
  bytesToFetch,
  seconds: rounded(seconds),
  closure,
})

/** GitHub takes 1 MB of outputs from a job, and counts UTF-16; each of the two large ones gets half. */
const LONGEST_OUTPUT = 250_000
const SHORT_ERROR = 300

/**
 * The two JSON outputs as text. Where one would be too large, the least useful goes first: long errors and notes,
 * candidates that were not chosen, then entries from the end.
 */
export function outputTexts(results: readonly BuildResult[]): { results: string; plan: string; shortened: boolean } {
  const objects = resultObjects(results)
  const plans = planObjects(results)
  const short = (text: string | null): string | null =>
    text && (text.length > SHORT_ERROR ? `${text.slice(0, SHORT_ERROR)}…` : text)
  const forms = [objects, objects.map((object) => ({ ...object, error: short(object.error), notes: [] }))]
  const planForms = [
    plans,
    plans.map((plan) => ({ ...plan, candidates: plan.candidates.filter(({ chosen }) => chosen) })),
    plans.map((plan) => ({ ...plan, candidates: [] })),
  ]
  const [shownResults, shownPlan] = [fitting(forms), fitting(planForms)]
  return {
    results: shownResults,
    plan: shownPlan,
    shortened: shownResults !== JSON.stringify(objects) || shownPlan !== JSON.stringify(plans),
  }
}

/** The first of the forms that GitHub takes as an output; of the last one as many entries as it takes. */
export function fitting(forms: readonly (readonly unknown[])[]): string {
  const texts = forms.map((form) => JSON.stringify(form))
  const found = texts.find((text) => text.length <= LONGEST_OUTPUT)
  if (found !== undefined) return found
  const kept: string[] = []
  let length = 2
  for (const text of (forms.at(-1) ?? []).map((item) => JSON.stringify(item))) {
    length += text.length + 1
    if (length > LONGEST_OUTPUT) break
    kept.push(text)
  }
  return `[${kept.join(',')}]`
}
