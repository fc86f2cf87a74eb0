import { existsSync } from 'node:fs'
import { buildInTurns } from './build/attempts.ts'
import { type Built, buildPlans } from './build/build.ts'
import type { BuildResult } from './build/types.ts'
import { emulationProblem } from './emulation/problem.ts'
import type { EmulationFacts } from './emulation/types.ts'
import { type Emulators, isRegistered } from './emulators.ts'
import type { Inputs } from './inputs/inputs.ts'
import type { Installed } from './install/install.ts'
import type { Nix } from './nix/nix.ts'
import type { DrvPath, StorePath } from './nix/store-path.ts'
import type { System } from './nix/system.ts'
import type { Runner } from './runner/ports.ts'
import { readBuilders } from './strategy/builders.ts'
import { describePlan, title } from './strategy/describe.ts'
import { emulatedSystems } from './strategy/emulated.ts'
import { type Lessons, sizeKey } from './strategy/memory.ts'
import type { Machine, Planner } from './strategy/plan.ts'
import type { Plan } from './strategy/types.ts'
import { isForeign } from './strategy/weights.ts'

/** The middle of the job: emulators and builds, round after round while what failed has another way left. */
export interface Rounds {
  build(plans: readonly Plan[], live: Live): Promise<Built>
  /** Derivations that this run wants or wanted built. */
  derivations(): readonly DrvPath[]
  /** Outputs of those. */
  outputs(): readonly StorePath[]
  /** Whether all that was begun has come to its end, and no derivation was built. */
  builtNothing(): boolean
  /** What later runs should know, also where the build did not come to its end. */
  lessons(flake: { readonly nixpkgs: string; readonly name: string }): Lessons
}

/** Who is told of paths while others are built. */
export interface Live {
  /** Derivations whose inputs were checked beforehand: of others nothing is told. */
  readonly vetted: readonly DrvPath[]
  readonly tell: (paths: readonly StorePath[]) => void
  /** What is fetched before it is asked for: builds wait for it. */
  readonly ahead: Promise<ReadonlySet<string>>
}

export const systemsOf = (inputs: Inputs): readonly System[] => [
  ...new Set(inputs.targets.map((target) => target.system)),
]

/** What the machine executes, as the planner asks it. */
export async function machineOf(
  emulation: EmulationFacts,
  inputs: Inputs,
  installed: Installed,
  emulators: Emulators,
): Promise<Machine> {
  const others = emulation.systems.filter(({ system, runs }) => runs === 'native' && system !== emulation.machine)
  const native = [
    ...(emulation.machine === undefined ? [] : [emulation.machine]),
    ...others.map(({ system }) => system),
  ]
  return {
    native,
    platforms: [...native, ...installed.platforms],
    features: [...installed.features, ...(existsSync('/dev/kvm') ? ['kvm'] : [])],
    emulationProblem: (system) => emulationProblem(emulation, inputs.qemu !== 'never', system),
    emulatorServes: (system) => emulation.systems.some((each) => each.system === system && each.runs === 'emulated'),
    async emulate(systems) {
      await emulators.register(systems)
      const problems = emulators.problems()
      await emulators.allow(systems.filter((system) => !problems.has(system)))
      return problems
    },
    builders: await readBuilders(installed.builders),
  }
}

/** @param machine see machineOf */
export function openRounds(
  runner: Runner,
  nix: Nix,
  inputs: Inputs,
  machine: Machine,
  planner: Planner,
  emulators: Emulators,
): Rounds {
  const derivations = new Map<DrvPath, readonly StorePath[]>()
  const rounds: Built[] = []
  let begun = 0

  const prepare = async (plans: readonly Plan[]): Promise<void> => {
    // QEMU is for Linux programs; those of other systems are started by name (build/launcher.ts).
    const foreign = executedSystems(plans, inputs).filter(
      (system) => isForeign(system, machine.native) && system.endsWith('-linux'),
    )
    if (foreign.length > 0) await runner.log.group('Emulators', () => emulators.register(foreign))
    await emulators.allow(buildPlatforms(plans, machine))
  }

  return {
    async build(plans, { vetted, tell, ahead }) {
      const fetched = await ahead
      return await buildInTurns(plans, {
        async build(round) {
          await prepare(round)
          const wanted = round.flatMap(({ choice }) => choice?.evaluated ?? [])
          for (const { drvPath, outputs } of wanted) derivations.set(drvPath, Object.values(outputs))
          const onBuilt = wanted.every(({ drvPath }) => vetted.includes(drvPath)) ? tell : () => undefined
          begun += 1
          const built = await buildPlans(runner, nix, inputs, round, {
            ...{ cannotRun: emulators.problems(), fetched, onBuilt },
          })
          rounds.push(built)
          return built
        },
        replan: (failures) => planner.plan(failures),
        hasEmulator: ({ target: { system } }) => machine.emulatorServes(system) || isRegistered(emulators.get(system)),
        fallingBack({ plan, error = '' }, next) {
          const [before, after] = [plan, next].map(({ choice }) => (choice === undefined ? '' : title(choice)))
          runner.log.warning(
            `${plan.package} for ${plan.target.name}: ${before} failed, falling back to ${after}. ${error.split('\n')[0]}`,
          )
          for (const line of describePlan(next)) runner.log.info(line)
        },
      })
    },
    derivations: () => [...derivations.keys()],
    outputs: () => [...new Set([...derivations.values()].flat())],
    builtNothing: () => begun === rounds.length && rounds.every((round) => round.derivations.length === 0),
    lessons: (flake) => lessonsOf(rounds, planner, flake, emulators.all().some(isRegistered)),
  }
}

/** Systems whose programs the plans run on this machine. */
function executedSystems(plans: readonly Plan[], inputs: Inputs): readonly System[] {
  const tested = inputs.smokeTest === undefined ? [] : plans.filter(({ choice }) => choice !== undefined)
  const wanted = [...plans.flatMap(emulatedSystems), ...tested.map(({ target }) => target.system)]
  return [...new Set([...wanted, ...(inputs.qemu === 'always' ? systemsOf(inputs) : [])])]
}

/** Systems other than its own for which this machine builds; not those of remote builders, and of what is fetched. */
function buildPlatforms(plans: readonly Plan[], { native }: Machine): readonly System[] {
  const systems = plans.flatMap((plan) => {
    const own = plan.choice?.evaluated.system as System | undefined
    return [...emulatedSystems(plan), ...(own !== undefined && native.includes(own) ? [own] : [])]
  })
  return [...new Set(systems)].filter((system) => system !== native[0] && isForeign(system, []))
}

/** Builds of this machine whose time is known, and ways that failed or worked. */
function lessonsOf(
  rounds: readonly Built[],
  planner: Planner,
  { nixpkgs, name: flake }: { readonly nixpkgs: string; readonly name: string },
  emulators: boolean,
): Lessons {
  const derivations = rounds.flatMap((round) => round.derivations)
  const results = rounds.flatMap((round) => round.results)
  const worked = results.filter(isBuilt).flatMap((result) => wayOf(result, nixpkgs) ?? [])
  // A failure is worth remembering where another way got further.
  const failed = results
    .filter(({ status, culprit, notForTarget }) => status === 'failed' && (culprit !== undefined || notForTarget))
    .flatMap((result) => {
      const way = wayOf(result, nixpkgs)
      if (way === undefined) return []
      return result.notForTarget ? [false, true].map((emulator) => ({ ...way, emulator })) : [way]
    })
    .filter((way) => worked.some((other) => other.target === way.target && other.package === way.package))
  return {
    built: derivations
      .filter(({ status, machine }) => status === 'built' && machine === '')
      .map(({ name, seconds, drvPath }) => ({ name, seconds, emulated: planner.isEmulated(drvPath) }))
      // What is foreign and was built without an emulator was built elsewhere.
      .filter(({ emulated }) => !emulated || emulators),
    failed,
    worked,
    sizes: new Map(
      results.flatMap(({ plan, status, closureSize }) =>
        closureSize === undefined || status === 'failed'
          ? []
          : [[sizeKey(flake, plan.target.name, plan.package), closureSize] as const],
      ),
    ),
  }
}

function wayOf({ plan, error = '' }: BuildResult, nixpkgs: string): Lessons['failed'][number] | undefined {
  if (plan.choice === undefined) return undefined
  const { strategy, method, hybrid, evaluated } = plan.choice
  return {
    target: plan.target.name,
    package: plan.package,
    name: evaluated.name,
    nixpkgs,
    strategy,
    ...(method === undefined ? {} : { method }),
    emulator: strategy === 'emulated' || hybrid === true,
    reason: (error.split('\n')[0] ?? '').replace(/\.$/, ''),
  }
}

const isBuilt = ({ status }: BuildResult): boolean => status === 'built' || status === 'substituted'
