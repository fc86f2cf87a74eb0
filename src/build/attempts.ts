import type { Category } from '../nix/explain.ts'
import type { PathInfo } from '../nix/json.ts'
import type { Failure, Plan } from '../strategy/types.ts'
import type { Built } from './build.ts'
import { lacksProgram } from './log/not-found.ts'
import type { BuildResult, BuiltDerivation } from './types.ts'

/** What it takes to build plans in turn. */
export interface Turns {
  /** Builds plans, one result for each, in that order. */
  build(plans: readonly Plan[]): Promise<Built>
  /** All plans anew, with what has failed taken into account. */
  replan(failures: readonly Failure[]): Promise<readonly Plan[]>
  /** Whether programs of the plan's target can run here by now. */
  hasEmulator(plan: Plan): boolean
  /** Told of each result that is not the last word: the plan that comes in its place. */
  fallingBack(failed: BuildResult, next: Plan): void
}

/**
 * Builds all plans. Where one of a target with strategy `auto` fails and another way is left, that is built in its
 * place: cross, then cross with an emulator, then emulated. What was tried before is kept in `attempts` of the result.
 */
export async function buildInTurns(plans: readonly Plan[], turns: Turns): Promise<Built> {
  const pathInfos = new Map<string, PathInfo>()
  const derivations: BuiltDerivation[] = []
  const fetched = new Set<string>()
  const tries = plans.map((): BuildResult[] => [])
  const failures: Failure[] = []
  let latest = plans
  let open: readonly Turn[] = plans.map((plan, index) => ({ plan, index }))
  while (open.length > 0) {
    const built = await turns.build(open.map(({ plan }) => plan))
    for (const [path, info] of built.pathInfos) pathInfos.set(path, info)
    derivations.push(...built.derivations)
    for (const path of built.fetched) fetched.add(path)
    for (const [place, { index }] of open.entries()) tries[index]?.push(built.results[place] as BuildResult)
    const failed = built.results.filter(mayFallBack)
    failures.push(...failed.map((result) => asFailure(result, turns.hasEmulator(result.plan))))
    if (failed.length > 0) latest = await turns.replan(failures)
    open = failed.length === 0 ? [] : nextTurns(tries, latest, turns)
  }
  const results = tries.map((each, index) => lastWord(each, latest[index]))
  return { results, pathInfos, derivations: sinceFirst(derivations), fetched }
}

function sinceFirst(derivations: readonly BuiltDerivation[]): readonly BuiltDerivation[] {
  const first = Math.min(...derivations.map(({ start }) => start))
  return derivations.map((derivation) => ({ ...derivation, start: derivation.start - first }))
}

interface Turn {
  readonly plan: Plan
  readonly index: number
}

/** What gets another turn: what failed and has another way, and with it what was not built because of that. */
function nextTurns(tries: readonly BuildResult[][], next: readonly Plan[], turns: Turns): readonly Turn[] {
  const all = tries.flatMap((results, index) => {
    const [last, plan] = [results.at(-1), next[index]]
    return last === undefined || plan?.choice === undefined ? [] : [{ last, plan, index }]
  })
  const again = all.filter(({ last, plan }) => mayFallBack(last) && !isSameWay(last.plan, plan))
  for (const { last, plan } of again) turns.fallingBack(last, plan)
  const unbuilt = again.length === 0 ? [] : all.filter(({ last }) => last.status === 'skipped')
  return [...again, ...unbuilt]
}

/** The last try, with those before it that failed; where no way was left, with why the others could not be had. */
function lastWord(tries: readonly BuildResult[], final: Plan | undefined): BuildResult {
  const attempts = tries.slice(0, -1).filter(({ status }) => status === 'failed')
  const last = tries.at(-1) as BuildResult
  const never = mayFallBack(last) && final !== undefined ? waysNotTried(final) : []
  return {
    ...last,
    ...(never.length === 0 ? {} : { error: [last.error, `No other way is left: ${never.join('; ')}`].join('\n') }),
    ...(attempts.length === 0 ? {} : { attempts }),
  }
}

const waysNotTried = ({ candidates }: Plan): readonly string[] =>
  candidates.flatMap(({ strategy, method, hybrid, reason }) => {
    const name = [method === undefined ? strategy : `${strategy} ${method}`, hybrid === true ? ' with an emulator' : '']
    return reason.startsWith(FAILED_NOW) ? [] : [`${name.join('')}: ${reason}`]
  })

/** Troubles of the machine and its surroundings, which are the same whichever way is taken. */
const OF_THE_MACHINE: readonly (Category | undefined)[] = ['disk', 'daemon', 'rights', 'trust', 'setting']
/** The same, where no derivation was at fault: what caches do. */
const OF_THE_CACHES: readonly (Category | undefined)[] = ['network', 'corrupt', 'signature']

/** Its build failed, or gave files for another system: no smoke test, nothing that a workflow has decided, not the machine. */
function mayFallBack({ plan, status, closureSize, notForTarget, category, culprit }: BuildResult): boolean {
  const hasFailed = status === 'failed' && (closureSize === undefined || notForTarget === true)
  const elsewhere = OF_THE_MACHINE.includes(category) || (culprit === undefined && OF_THE_CACHES.includes(category))
  return hasFailed && plan.choice !== undefined && plan.target.strategy === 'auto' && !elsewhere
}

function isSameWay({ choice: before }: Plan, { choice }: Plan): boolean {
  const same = before?.evaluated.drvPath === choice?.evaluated.drvPath && before?.strategy === choice?.strategy
  return same && before?.hybrid === choice?.hybrid
}

const FAILED_NOW = 'it failed in this run'
/** A feature that this machine lacks, or more time than build-timeout allows. */
const SAME_WITH_EMULATOR: readonly (Category | undefined)[] = ['feature', 'timeout']

/** The failure as a fact for the next choice. */
export function asFailure(
  { plan, culprit, notForTarget = false, category, log = [], error = '' }: BuildResult,
  emulator: boolean,
): Failure {
  const { strategy, method, hybrid = false, evaluated } = plan.choice as NonNullable<Plan['choice']>
  return {
    target: plan.target.name,
    package: plan.package,
    strategy,
    method,
    drvPath: evaluated.drvPath,
    // A remote builder had none of this machine's emulators; and none would have changed some failures.
    emulator:
      strategy === 'emulated' ||
      hybrid ||
      (strategy === 'cross' && emulator) ||
      notForTarget ||
      SAME_WITH_EMULATOR.includes(category) ||
      lacksProgram(log),
    culprit,
    reason: `${FAILED_NOW}: ${(error.split('\n')[0] ?? '').replace(/[.:]$/, '')}`,
    remembered: false,
  }
}
