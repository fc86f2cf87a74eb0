import { PassThrough } from 'node:stream'
import { architectureOf } from './emulation/architectures.ts'
import type { ReadInput } from './inputs/parse.ts'
import { type PlanInputs, parsePlanInputs } from './inputs/plan.ts'
import { installNix, withDaemon } from './install/install.ts'
import { leaveOutUseless } from './install/substituters.ts'
import { explainBriefly } from './nix/explain.ts'
import type { Nix } from './nix/nix.ts'
import type { System } from './nix/system.ts'
import { reportMatrix } from './report/matrix.ts'
import { UserError } from './runner/errors.ts'
import { inParallel } from './runner/parallel.ts'
import type { Runner } from './runner/ports.ts'
import { type OpenFlake, openFlake } from './strategy/flake.ts'
import { whatIsHeld } from './strategy/matrix/cached.ts'
import { decideEntries, failUnknownNames } from './strategy/matrix/decide.ts'
import { makePackable, type Packable, packJobs } from './strategy/matrix/pack.ts'
import { surveyFlake } from './strategy/matrix/survey.ts'
import { derivationsIn, type SurveyState, targetOf } from './strategy/matrix/survey-events.ts'
import { isSystemsPart, surveyRequest } from './strategy/matrix/survey-request.ts'
import { leftOut, placeTargets } from './strategy/matrix/targets.ts'
import type { PlacedTarget } from './strategy/matrix/types.ts'
import { derivationsOf, listWanted, type Wanted } from './strategy/matrix/wanted.ts'
import { type Missing, openMissing } from './strategy/missing.ts'

/**
 * The plan action: from a flake and targets to the matrix of jobs, in the order
 * inputs → install → survey (one evaluation) → decide → pack → report.
 */
export async function runPlan(runner: Runner, read: ReadInput): Promise<void> {
  const token = read('github-token')
  if (token !== '') runner.log.mask(token)
  const inputs = parsePlanInputs(read)
  const { placed, problems } = placeTargets(inputs)
  if (problems.length > 0)
    throw new UserError(['targets cannot all be built:', ...problems.map((line) => `- ${line}`)].join('\n'))
  const { log } = runner

  const installed = await log.group('Nix', () => installNix(runner, inputs))
  return await withDaemon(runner, installed, async () => {
    const { nix } = await leaveOutUseless(runner, installed)
    return await planJobs(runner, nix, inputs, placed)
  })
}

/** What needs a Nix: from the evaluation on. */
async function planJobs(runner: Runner, nix: Nix, inputs: PlanInputs, placed: readonly PlacedTarget[]): Promise<void> {
  const flake = await openFlake(runner, nix, inputs.flake)
  const { state, decided } = await surveyAndDecide(runner, nix, inputs, placed, flake)
  const entries = decided.flatMap((each) => each.entries)
  const left = inputs.targets === undefined ? leftOut(inputs, placed, state.systems ?? []) : []
  if (entries.length + left.length === 0) throw new UserError(nothing(inputs, state))
  const jobs = packJobs(decided, inputs.maxJobs)
  if (typeof jobs === 'string') throw new UserError(`An input is wrong:\n- max-jobs: ${jobs}`)
  const url = state.url ?? (await flake.read()).url
  await reportMatrix(runner, { flake: { url }, jobs, entries, leftOut: left })
}

/** Decides the targets that are evaluated while others still are: two processes at once are enough for both. */
async function surveyAndDecide(
  runner: Runner,
  nix: Nix,
  inputs: PlanInputs,
  placed: readonly PlacedTarget[],
  flake: OpenFlake,
): Promise<{ readonly state: SurveyState; readonly decided: readonly Packable[] }> {
  const { log } = runner
  const lookUp = openMissing(runner, nix)
  const open = new Set(placed)
  const whole = new PassThrough({ objectMode: true })
  const deciding = inParallel(2, whole as AsyncIterable<Evaluated>, async ({ target, state }) => {
    const wanted = listWanted(inputs, [target], state)
    const missing = await lookUp(derivationsOf(wanted).map(({ drvPath }) => drvPath))
    return { target, ...(await decide(runner, nix, inputs, wanted, missing)) }
  })
  deciding.catch(() => undefined) // thrown where it is awaited
  try {
    const state = await log.group('Evaluation', () =>
      surveyFlake(runner, nix, flake, surveyRequest(inputs, placed), (known, ended) => {
        const target = placed.find(({ target: { name } }) => name === ended)
        if (target === undefined) lookUp(derivationsIn(known)).catch(() => undefined)
        // the messages of what throws come when all else is known
        else if (!hasThrown(known, target.target.name) && open.delete(target)) whole.write({ target, state: known })
      }),
    )
    for (const target of open) whole.write({ target, state })
    whole.end()
    const found = await log.group('What is in the caches', () => deciding)
    const ordered = placed.flatMap((target) => found.filter((each) => each.target === target))
    const settled = failUnknownNames(ordered.map(({ entries }) => entries))
    const decided = ordered.map((each, index) => {
      const entries = settled[index] ?? each.entries
      return entries === each.entries ? each : makePackable(entries, each.graph)
    })
    return { state, decided }
  } finally {
    whole.end()
  }
}

/** A target of which all that the evaluation tells is known. */
interface Evaluated {
  readonly target: PlacedTarget
  readonly state: SurveyState
}

const hasThrown = ({ thrown }: SurveyState, target: string): boolean =>
  [...thrown].some((id) => targetOf(id) === target)

async function decide(
  runner: Runner,
  nix: Nix,
  inputs: PlanInputs,
  wanted: readonly Wanted[],
  { graph, fetchable }: Missing,
): Promise<Packable> {
  const outputs = derivationsOf(wanted)
    .filter(({ drvPath }) => !graph.has(drvPath))
    .flatMap((each) => Object.values(each.outputs))
  const { fetched, refused } = await whatIsHeld(runner, nix, [...new Set(outputs)], fetchable)
  const isThere = (path: string): boolean => fetched.has(path) || (fetchable.has(path) && !refused.has(path))
  if (refused.size > 0) runner.log.warning(describeRefused([...refused]))
  const entries = decideEntries(wanted, inputs, {
    graph,
    cached: (paths) => Object.values(paths).every(isThere),
    emulationProblem,
    explain: explainBriefly,
  })
  return makePackable(entries, graph)
}

const describeRefused = ([first, ...others]: readonly string[]): string =>
  `A substituter has ${first}${others.length === 0 ? '' : ` and ${others.length} more`}, signed by no key in trusted-public-keys: Nix would not fetch it, so it is planned. Add the key to extra-nix-config (extra-trusted-public-keys = …).`

function emulationProblem(place: string, system: string): string | undefined {
  if (!place.endsWith('-linux')) return 'only a Linux runner emulates other systems'
  return architectureOf(system as System) === undefined ? 'QEMU has no user emulation for it' : undefined
}

function nothing(inputs: PlanInputs, state: SurveyState): string {
  const systems = state.systems ?? []
  const errors = [...state.lists].flatMap(([id, outcome]) =>
    isSystemsPart(id) && 'error' in outcome ? [explainBriefly(outcome.error)] : [],
  )
  const known =
    systems.length > 0
      ? `The flake exposes ${systems.join(', ')}.`
      : errors.length > 0
        ? `It does not evaluate: ${[...new Set(errors)].join('; ')}.`
        : inputs.packages.includes('*')
          ? 'The flake has no packages.SYSTEM. Name what else it has by its path, such as checks.{target}.* or legacyPackages.{target}.hello; for what only an overlay has, give its name and the targets.'
          : 'The flake has no derivation of that name, or its system cannot be told: then name the targets.'
  return `packages: "${inputs.packages.join(' ')}" finds nothing. ${known}`
}
