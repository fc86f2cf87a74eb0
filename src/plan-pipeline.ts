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
import type { Runner } from './runner/ports.ts'
import { openFlake } from './strategy/flake.ts'
import type { DerivationGraph } from './strategy/graph.ts'
import { inSubstituters } from './strategy/matrix/cached.ts'
import { decideEntries } from './strategy/matrix/decide.ts'
import { packJobs } from './strategy/matrix/pack.ts'
import { surveyFlake } from './strategy/matrix/survey.ts'
import { derivationsIn, type SurveyState } from './strategy/matrix/survey-events.ts'
import { isSystemsPart, surveyRequest } from './strategy/matrix/survey-request.ts'
import { leftOut, placeTargets } from './strategy/matrix/targets.ts'
import type { Entry, PlacedTarget } from './strategy/matrix/types.ts'
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
  const { log } = runner
  const flake = await openFlake(runner, nix, inputs.flake)
  const missing = openMissing(runner, nix)
  const state = await log.group('Evaluation', () =>
    surveyFlake(runner, nix, flake, surveyRequest(inputs, placed), (known) => missing.add(derivationsIn(known))),
  )
  const wanted = listWanted(inputs, placed, state)
  missing.add(derivationsOf(wanted).map(({ drvPath }) => drvPath))
  const { entries, graph } = await log.group('What is in the caches', async () =>
    decide(runner, nix, inputs, wanted, await missing.all()),
  )
  const left = inputs.targets === undefined ? leftOut(inputs, placed, state.systems ?? []) : []
  if (entries.length + left.length === 0) throw new UserError(nothing(inputs, state))
  const jobs = packJobs(entries, graph, inputs.maxJobs)
  if (typeof jobs === 'string') throw new UserError(`An input is wrong:\n- max-jobs: ${jobs}`)
  const url = state.url ?? (await flake.read()).url
  await reportMatrix(runner, { flake: { url }, jobs, entries, leftOut: left })
}

async function decide(
  runner: Runner,
  nix: Nix,
  inputs: PlanInputs,
  wanted: readonly Wanted[],
  { graph, fetchable }: Missing,
): Promise<{ entries: readonly Entry[]; graph: DerivationGraph }> {
  const outputs = derivationsOf(wanted)
    .filter(({ drvPath }) => !graph.has(drvPath))
    .flatMap((each) => Object.values(each.outputs))
  const local = [...new Set(outputs)].filter((path) => !fetchable.has(path))
  const substitutable = await inSubstituters(runner, nix, local)
  const entries = decideEntries(wanted, inputs, {
    graph,
    cached: (paths) => Object.values(paths).every((path) => fetchable.has(path) || substitutable.has(path)),
    emulationProblem,
    explain: explainBriefly,
  })
  return { entries, graph }
}

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
