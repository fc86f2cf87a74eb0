import type { Inputs } from '../inputs/inputs.ts'
import { explainBriefly } from '../nix/explain.ts'
import type { Nix } from '../nix/nix.ts'
import type { DrvPath } from '../nix/store-path.ts'
import type { System } from '../nix/system.ts'
import type { Runner } from '../runner/ports.ts'
import type { Answer, Found, Lookup } from './answers.ts'
import { askFlake } from './ask.ts'
import type { RemoteBuilder } from './builders.ts'
import { choose, viewsMayWin } from './choose.ts'
import { gatherCosts, type Speeds } from './costs.ts'
import { title } from './describe.ts'
import type { Facts } from './facts.ts'
import type { OpenFlake } from './flake.ts'
import type { DerivationGraph } from './graph.ts'
import { importError, isForImport, mayImportEmulated } from './imports.ts'
import type { RemembersName } from './memory.ts'
import { ownQuestion, question, viewQuestion } from './questions.ts'
import type { Cost, Failure, Plan } from './types.ts'
import { ViewsAhead } from './views-ahead.ts'
import { listWanted, type Wanted } from './wanted.ts'
import { type Durations, isForeign } from './weights.ts'

/** What the machine can do, gathered before choosing. */
export interface Machine {
  /** Systems whose programs run without an emulator, the machine's own first. */
  readonly native: readonly string[]
  /** Systems that Nix builds for as it is set: those, and `extra-platforms`. */
  readonly platforms: readonly string[]
  /** Features that builds may demand here; undefined where that is not known. */
  readonly features?: readonly string[]
  /** Why programs of a system cannot be emulated; undefined where they can. */
  readonly emulationProblem: (system: string) => string | undefined
  /** Whether an emulator for a system is registered already. */
  readonly emulatorServes: (system: string) => boolean
  /** Registers emulators and lets Nix build for their systems. @returns why some cannot be emulated, by system */
  readonly emulate: (systems: readonly System[]) => Promise<ReadonlyMap<string, string>>
  readonly builders: readonly RemoteBuilder[]
}

/** What earlier runs left: how long builds took, and which ways failed with the flake's nixpkgs. */
export interface Experience {
  readonly durations: Durations
  readonly failures: (flake: OpenFlake) => Promise<readonly RemembersName[]>
}

/** One target and package with all that was found out about it so far. */
interface Item extends Wanted {
  readonly answer: Answer
  readonly viewsAsked: boolean
  /** Evaluated with an emulator at hand. */
  readonly emulated?: true
}

/** Decides for every target and package how it is had; again, where a way that it chose has failed. */
export interface Planner {
  /** @param failures ways that were tried in this run, in vain */
  plan(failures: readonly Failure[]): Promise<readonly Plan[]>
  /** Whether the build of a derivation runs under an emulator. */
  isEmulated(drvPath: string): boolean
}

/**
 * Asks the flake for what each target and package could be.
 * @throws UserError where `packages: *` names nothing, or the flake cannot be read
 */
export async function openPlanner(
  runner: Runner,
  nix: Nix,
  inputs: Inputs,
  flake: OpenFlake,
  machine: Machine,
  experience: Experience,
): Promise<Planner> {
  const wanted = await listWanted(runner, nix, inputs, flake, machine)
  const questions = wanted.map((item) => question(item, inputs, nix, machine))
  const known = openFacts(runner, nix, { native: machine.native, durations: experience.durations })
  const began = performance.now()
  const ahead = new ViewsAhead(
    runner,
    wanted.filter(({ target }, index) => {
      const crosses = questions[index]?.lookups.some(({ kind }) => kind === 'pkgsCross')
      return inputs.prefer === 'speed' && target.strategy === 'auto' && crosses
    }),
    async (some, signal) => {
      const questions = some.map((item) => viewQuestion(item, nix))
      const views = await askFlake(runner, nix, flake, questions, signal)
      const added = known.add(views.flatMap(foundIn).map(({ drvPath }) => drvPath))
      if (runner.facts.cpus > 2) void flake.read() // the dry runs of these and of the flake's own take two
      await added
      return views
    },
  )
  const answers = await askFlake(runner, nix, flake, questions).catch((error: unknown) => {
    ahead.drop()
    throw error
  })
  if (!ahead.isUnderWay) void flake.read() // the dry run leaves a processor
  // The views are asked in such an evaluation again, of two sets of packages.
  const evaluationSeconds = (2 * (performance.now() - began)) / 1000
  const nothing: Answer = { names: [], systems: [], all: [], lookups: [] }
  let items: readonly Item[] = wanted.map((item, index) => ({
    ...item,
    answer: answers[index] ?? nothing,
    viewsAsked: item.target.strategy === 'cross',
  }))

  const chooseAll = async (failures: readonly Failure[]): Promise<readonly Plan[]> => {
    await known.add(items.flatMap(({ answer }) => foundIn(answer)).map(({ drvPath }) => drvPath))
    const experienced = await experience.failures(flake)
    return items.map((item) => {
      const facts = factsOf(item, machine, failuresFor(item, failures, experienced))
      return choose(item.target, item.package, { ...facts, ...known }, inputs.prefer)
    })
  }
  const planWithViews = async (failures: readonly Failure[]): Promise<readonly Plan[]> => {
    const plans = await chooseAll(failures)
    const open = items.filter(
      (item, index) =>
        !item.viewsAsked &&
        !isAsItIs(item, machine) &&
        viewsMayWin(plans[index] as Plan, inputs.prefer, evaluationSeconds),
    )
    if (open.length === 0) {
      ahead.drop()
      return plans.map((plan, index) => withUnasked(plan, items[index] as Item, machine))
    }
    const views = await ahead.answers(open)
    items = items.map((item) => (open.includes(item) ? withViews(item, views[open.indexOf(item)]) : item))
    return (await chooseAll(failures)).map((plan, index) => withUnasked(plan, items[index] as Item, machine))
  }
  return {
    isEmulated: (drvPath) => isForeign(known.graph.get(drvPath)?.system ?? '', machine.native),
    async plan(failures) {
      const plans = await planWithViews(failures)
      const open = items.filter(
        (item, index) => isForImport(plans[index] as Plan, inputs.prefer) && failsToImport(item, machine),
      )
      if (open.length === 0) return plans
      const asked = await askEmulated(runner, nix, inputs, flake, machine, open)
      items = items.map((item) => asked[open.indexOf(item)] ?? item)
      return await planWithViews(failures)
    },
  }
}

/** What failed of one, now or before. */
function failuresFor(
  { target, package: name, answer }: Item,
  failures: readonly Failure[],
  experienced: readonly RemembersName[],
): readonly Failure[] {
  const names = foundIn(answer).map((found) => found.name)
  const remembered = experienced.filter(({ derivation }) => names.includes(derivation))
  return [...failures, ...remembered].filter((failure) => failure.target === target.name && failure.package === name)
}

const withViews = (item: Item, views: Answer | undefined): Item => ({
  ...item,
  answer: { ...item.answer, lookups: [...item.answer.lookups, ...(views?.lookups ?? [])] },
  viewsAsked: true,
})

/** What is to be imported from derivations of the target is built under an emulator, and the flake's own asked again. */
async function askEmulated(
  runner: Runner,
  nix: Nix,
  inputs: Inputs,
  flake: OpenFlake,
  machine: Machine,
  items: readonly Item[],
): Promise<readonly Item[]> {
  await flake.read() // Nix may be started anew
  const problems = await machine.emulate([...new Set(items.map(({ target }) => target.system))])
  const questions = items.map((item) => ownQuestion(question(item, inputs, nix, machine)))
  const answers = await askFlake(runner, nix, flake, questions)
  return items.map((item, index) => {
    const problem = problems.get(item.target.system)
    const own: readonly Lookup[] =
      problem === undefined
        ? (answers[index]?.lookups ?? [])
        : [{ kind: 'own', status: 'error', error: importError(item.target.system, problem) }]
    const others = item.answer.lookups.filter(({ kind }) => kind !== 'own')
    return { ...item, emulated: true, answer: { ...item.answer, lookups: [...own, ...others] } }
  })
}

const failsToImport = ({ target, answer, emulated }: Item, machine: Machine): boolean =>
  emulated !== true &&
  answer.lookups.some(
    (lookup) =>
      lookup.kind === 'own' && lookup.status === 'error' && mayImportEmulated(target.system, lookup.error, machine),
  )

/** What this machine executes and the flake has: a view could but give the same again. */
const isAsItIs = ({ target, answer }: Item, { native }: Machine): boolean =>
  target.plain &&
  native.includes(target.system) &&
  answer.lookups.some(({ kind, status }) => kind === 'own' && status !== 'missing')

/** Costs and derivations, each found out once. */
function openFacts(runner: Runner, nix: Nix, speeds: Speeds) {
  const costs = new Map<string, Cost>()
  const known = {
    costs: costs as ReadonlyMap<string, Cost>,
    graph: new Map() as DerivationGraph,
    async add(derivations: readonly DrvPath[]): Promise<void> {
      const fresh = derivations.filter((drvPath) => !known.graph.has(drvPath))
      if (fresh.length === 0) return
      const found = await gatherCosts(runner, nix, fresh, speeds)
      for (const [drvPath, cost] of found.costs) costs.set(drvPath, cost)
      known.graph = new Map([...known.graph, ...found.graph])
    },
  }
  return known
}

function factsOf(
  { target, answer }: Item,
  machine: Machine,
  failures: readonly Failure[],
): Omit<Facts, 'costs' | 'graph'> {
  const { lookups, names, systems } = answer
  return {
    native: machine.native,
    platforms: machine.platforms,
    ...(machine.features === undefined ? {} : { features: machine.features }),
    emulationProblem: machine.emulationProblem,
    emulatorServes: machine.emulatorServes(target.system),
    builders: machine.builders,
    own: lookups.find((lookup) => lookup.kind === 'own') ?? { kind: 'own', status: 'missing' },
    names,
    systems,
    cross: lookups.filter((lookup) => lookup.kind !== 'own'),
    failures,
    explain: explainBriefly,
  }
}

/** Says of the views that they were not looked at. */
function withUnasked(plan: Plan, item: Item, machine: Machine): Plan {
  const { viewsAsked, target } = item
  if (
    viewsAsked ||
    isAsItIs(item, machine) ||
    plan.choice === undefined ||
    plan.choice.strategy === 'native' ||
    target.strategy !== 'auto'
  )
    return plan
  const reason = `not evaluated: it could not win over ${title(plan.choice)}`
  const unasked = { strategy: 'cross', method: 'transparent', attribute: '', chosen: false, reason } as const
  return { ...plan, candidates: [...plan.candidates, unasked] }
}

const foundIn = (answer: Answer): readonly Found[] =>
  answer.lookups.flatMap((lookup) => (lookup.status === 'derivation' ? [lookup.found] : []))
