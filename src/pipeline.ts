import { setTimeout as sleep } from 'node:timers/promises'
import { plannedOnly } from './build/build.ts'
import { fillStore } from './cache/fill.ts'
import { openNarinfos } from './cache/narinfos.ts'
import { unverifiedPaths } from './cache/provenance.ts'
import { admitCache, type Restored, restoreCache } from './cache/restore.ts'
import { saveCache } from './cache/save.ts'
import { openShelf, type Shelf } from './cache/shelf.ts'
import { surveyEmulation } from './emulation/emulation.ts'
import { openEmulators } from './emulators.ts'
import type { Inputs } from './inputs/inputs.ts'
import { parseInputs, type ReadInput, secretInputs } from './inputs/parse.ts'
import { applySettings, type Installed, installNix, withDaemon } from './install/install.ts'
import { leaveOutUseless } from './install/substituters.ts'
import type { DrvPath } from './nix/store-path.ts'
import { systemOf } from './nix/system.ts'
import { pushBuilt, pushPreflight, startPush } from './push/push.ts'
import { report } from './report/report.ts'
import { machineOf, openRounds, systemsOf } from './rounds.ts'
import type { Runner } from './runner/ports.ts'
import { describePlan } from './strategy/describe.ts'
import { type OpenFlake, openFlake } from './strategy/flake.ts'
import { durationsOf, failuresOf, learn, mergeMemories, parseMemory, printMemory, sizeKey } from './strategy/memory.ts'
import { openPlanner } from './strategy/plan.ts'
import { readMemory, writeMemory } from './strategy/remember.ts'
import type { Plan } from './strategy/types.ts'

/**
 * The whole job, in this order: inputs → install → emulation → strategy → build → push → report.
 * @returns whether everything that was asked for was done
 */
export async function runPipeline(runner: Runner, read: ReadInput): Promise<boolean> {
  for (const secret of secretInputs(read)) runner.log.mask(secret)
  const inputs = parseInputs(read, systemOf(process.arch, process.platform))
  const shelf = await openShelf(runner, inputs)
  return await finallyDo(installAndBuild(runner, inputs, shelf), async () => shelf?.settled())
}

async function installAndBuild(runner: Runner, inputs: Inputs, shelf: Shelf | undefined): Promise<boolean> {
  const { found, cache } = await runner.log.group('Nix', async () => {
    // unpacking takes one processor, and the service another or the network
    const fetching = restoreCache(runner, inputs)
    const installed = await finallyDo(installNix(runner, { ...inputs, shelf }), () => fetching)
    return await openCache(runner, installed, await fetching)
  })
  return await withDaemon(runner, found, async () => {
    const ending = new AbortController()
    const narinfos = openNarinfos(runner, cache)
    // while the flake is evaluated
    const filling = inputs.dryRun ? NOTHING_FILLED : fillStore(runner, found.nix, cache, narinfos, ending.signal)
    const opening = { cache, filling, written: narinfos.written }
    return await finallyDo(planAndBuild(runner, inputs, found, opening), async () => {
      ending.abort()
      await Promise.all([filling, narinfos.written])
    })
  })
}

interface OpenedCache {
  readonly cache: Restored
  readonly filling: ReturnType<typeof fillStore>
  readonly written: Promise<void>
}

const FILLING_ALONE_MILLISECONDS = 2000

/** What needs a Nix: from the plan on. */
async function planAndBuild(
  runner: Runner,
  inputs: Inputs,
  found: Installed,
  { cache, filling, written }: OpenedCache,
): Promise<boolean> {
  const { log } = runner
  const { nix } = found
  await log.group('Push destinations', () => pushPreflight(runner, nix, inputs))
  const emulation = await surveyEmulation(runner, systemsOf(inputs))
  const emulators = openEmulators(runner, found, inputs.qemuSource)
  const machine = await machineOf(emulation, inputs, found, emulators)
  const memory = mergeMemories(parseMemory(cache.memory), await readMemory(runner))
  // evaluation and this write to the same database, where many small paths and derivations get in each other's way
  await Promise.race([filling, sleep(FILLING_ALONE_MILLISECONDS, undefined, { ref: false })])
  await written
  const { opened, planner, plans } = await log.group('Strategy', async () => {
    const opened = await openFlake(runner, nix, inputs.flake)
    const failures = async ({ read }: OpenFlake) =>
      memory.failures.length === 0 ? [] : failuresOf(memory, (await read()).nixpkgs, now())
    const experience = { durations: durationsOf(memory), failures }
    const planner = await openPlanner(runner, nix, inputs, opened, machine, experience)
    const plans = await planner.plan([])
    for (const line of plans.flatMap(describePlan)) log.info(line)
    return { opened, planner, plans }
  })
  const reading = opened.read() // beside what comes next
  const name = [runner.facts.env.GITHUB_REPOSITORY ?? '', inputs.flake].join(' ')
  const earlierSize = (target: string, packageName: string) =>
    memory.sizes.get(sizeKey(name, target, packageName))?.bytes
  const record = { inputs, earlierSize, installed: found, plans, cacheHit: cache.hit !== 'none' }
  if (inputs.dryRun) {
    return await report(runner, {
      ...record,
      flake: await reading,
      emulators: emulators.all(),
      results: plannedOnly(plans),
      pathInfos: new Map(),
      derivations: [],
      fetched: new Set(),
      pushes: [],
    })
  }
  const rounds = openRounds(runner, nix, inputs, machine, planner, emulators)
  const learnt = async () => learn(memory, rounds.lessons({ nixpkgs: (await reading).nixpkgs, name }), now())
  const doubtful = async (derivations: readonly DrvPath[]) =>
    inputs.pushTo.length === 0 ? [] : await unverifiedPaths(runner, nix, derivations)
  const vetted = candidatesOf(plans)
  const live = await startPush(runner, nix, inputs, await doubtful(vetted))
  const built = await finallyDo(
    rounds.build(plans, { vetted, tell: live.built, ahead: filling }),
    () => live.finish(),
    async () => writeMemory(runner, await learnt()),
    async () =>
      saveCache(runner, nix, cache, rounds.derivations(), {
        memory: printMemory(await learnt()),
        wanted: rounds.outputs(),
        builtNothing: rounds.builtNothing(),
      }),
  )
  const pushes = await log.group('Push', async () =>
    pushBuilt(runner, nix, inputs, built.results, await doubtful(rounds.derivations())),
  )
  return await report(runner, { ...record, flake: await reading, ...built, emulators: emulators.all(), pushes })
}

const NOTHING_FILLED: ReturnType<typeof fillStore> = Promise.resolve(new Set())

const candidatesOf = (plans: readonly Plan[]): readonly DrvPath[] => [
  ...new Set(plans.flatMap(({ candidates }) => candidates.flatMap(({ evaluated }) => evaluated?.drvPath ?? []))),
]

/** What was built is pushed and kept also where the build did not come to its end. */
async function finallyDo<T>(work: Promise<T>, ...after: readonly (() => Promise<unknown>)[]): Promise<T> {
  try {
    return await work
  } finally {
    for (const step of after) await step()
  }
}

/** Makes the restored cache a substituter of this run, where this Nix may take what is in it. */
async function openCache(runner: Runner, installed: Installed, fetched: Restored) {
  const kept = !installed.installed && runner.facts.env.RUNNER_ENVIRONMENT !== 'github-hosted'
  const cache = admitCache(runner, fetched, { kept, settable: installed.wiring.kind !== 'fixed' })
  if (cache.problem !== undefined) runner.log.info(`Actions cache: ${cache.problem}.`)
  return { found: await leaveOutUseless(runner, await applySettings(runner, installed, cache.settings)), cache }
}

/** Seconds since 1970. */
const now = (): number => Math.floor(Date.now() / 1000)
