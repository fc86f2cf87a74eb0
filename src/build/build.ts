import type { Inputs } from '../inputs/inputs.ts'
import type { PathInfo } from '../nix/json.ts'
import type { Nix } from '../nix/nix.ts'
import type { StorePath } from '../nix/store-path.ts'
import type { Runner } from '../runner/ports.ts'
import { emulatedSystems } from '../strategy/emulated.ts'
import type { Plan } from '../strategy/types.ts'
import { beganDerivations } from './began.ts'
import { examine } from './check/examine.ts'
import { blame } from './failure.ts'
import { noteForeignRuns } from './notes.ts'
import { type Followed, realise } from './realise.ts'
import { closureOf, outputsInStore, validPaths } from './store.ts'
import type { BuildResult, BuiltDerivation } from './types.ts'

/** What the build room gives: a result for each plan, and what is known of the built closures. */
export interface Built {
  readonly results: readonly BuildResult[]
  /** All paths of the closures of what was realised, by store path. */
  readonly pathInfos: ReadonlyMap<string, PathInfo>
  /** In the order of their starts. */
  readonly derivations: readonly BuiltDerivation[]
  /** Store paths that came from a substituter in this run. */
  readonly fetched: ReadonlySet<string>
}

export interface Circumstances {
  /** Systems whose programs do not run here, with the reason: no emulator could be had. */
  readonly cannotRun: ReadonlyMap<string, string>
  /** What this run has fetched before. */
  readonly fetched: ReadonlySet<string>
  /** Is told the paths that are there, while others still build. */
  readonly onBuilt: (paths: readonly StorePath[]) => void
}

const NOTHING: Followed = {
  derivations: new Map(),
  errors: [],
  refused: [],
  foreignRuns: new Map(),
  fetched: new Set(),
}

/**
 * Builds (or substitutes) every plan that has a choice and can be built here, then checks what came out.
 */
export async function buildPlans(
  runner: Runner,
  nix: Nix,
  inputs: Inputs,
  plans: readonly Plan[],
  { cannotRun, fetched, onBuilt }: Circumstances,
): Promise<Built> {
  const broken = (plan: Plan): string | undefined =>
    emulatedSystems(plan)
      .map((system) => cannotRun.get(system))
      .find((why) => why !== undefined)
  const buildable = plans.filter((plan) => plan.choice !== undefined && broken(plan) === undefined)
  const start = inputs.keepGoing || buildable.length === plans.length
  const there = await validPaths(runner, nix, outputsOf(buildable))
  const before = new Set([...there].filter((path) => !fetched.has(path)))
  const followed = start
    ? await realise(runner, nix, inputs, buildable, (derivations) => {
        void outputsInStore(runner, nix, derivations).then(onBuilt)
      })
    : NOTHING
  const after = await validPaths(runner, nix, outputsOf(buildable))
  const pathInfos = new Map<string, PathInfo>()
  const results: BuildResult[] = []
  for (const plan of plans) {
    const outputs = outputsOf([plan])
    if (!buildable.includes(plan)) {
      results.push({ plan, status: 'failed', seconds: 0, error: broken(plan) ?? plan.reason })
    } else if (outputs.every((path) => after.has(path))) {
      const closure = await closureOf(runner, nix, outputs)
      for (const info of closure) pathInfos.set(info.path, info)
      const closureSize = closure.reduce((sum, info) => sum + info.narSize, 0)
      const examined = await examine(runner, inputs, nix, plan, outputs, cannotRun.get(plan.target.system))
      const { status, seconds } = origin(plan, outputs, before, followed)
      results.push({
        plan,
        seconds,
        closureSize,
        status: examined.error === undefined ? status : 'failed',
        ...examined,
      })
    } else {
      results.push(await blame(runner, nix, plan, followed))
    }
  }
  return {
    results: await noteForeignRuns(runner, nix, results, followed),
    pathInfos,
    derivations: await beganDerivations(runner, nix, buildable, followed),
    fetched: new Set([...fetched, ...followed.fetched]),
  }
}

/** The results of a dry run: what would be built. */
export const plannedOnly = (plans: readonly Plan[]): readonly BuildResult[] =>
  plans.map((plan) =>
    plan.choice === undefined
      ? { plan, status: 'failed', seconds: 0, error: plan.reason }
      : { plan, status: 'planned', seconds: 0 },
  )

const outputsOf = (plans: readonly Plan[]): readonly StorePath[] => [
  ...new Set(plans.flatMap(({ choice }) => Object.values(choice?.evaluated.outputs ?? {}))),
]

function origin(
  plan: Plan,
  outputs: readonly StorePath[],
  before: ReadonlySet<string>,
  followed: Followed,
): Pick<BuildResult, 'status' | 'seconds'> {
  const own = plan.choice && followed.derivations.get(plan.choice.evaluated.drvPath)
  if (own !== undefined) return { status: 'built', seconds: own.seconds }
  return { status: outputs.every((path) => before.has(path)) ? 'cached' : 'substituted', seconds: 0 }
}
