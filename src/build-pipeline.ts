import { setTimeout as sleep } from 'node:timers/promises'
import { plannedOnly } from './build/build.ts'
import { fillStore } from './cache/fill.ts'
import { openNarinfos } from './cache/narinfos.ts'
import { unverifiedPaths } from './cache/provenance.ts'
import type { Restored } from './cache/restore.ts'
import { saveCache } from './cache/save.ts'
import { surveyEmulation } from './emulation/emulation.ts'
import { openEmulators } from './emulators.ts'
import type { Inputs } from './inputs/inputs.ts'
import type { Installed } from './install/types.ts'
import type { DrvPath } from './nix/store-path.ts'
import { pushBuilt, pushPreflight, startPush } from './push/push.ts'
import { report } from './report/report.ts'
import { machineOf, openRounds, systemsOf } from './rounds.ts'
import { finallyDo } from './runner/parallel.ts'
import type { Runner } from './runner/ports.ts'
import { describePlan } from './strategy/describe.ts'
import { type OpenFlake, openFlake } from './strategy/flake.ts'
import { durationsOf, failuresOf, learn, mergeMemories, parseMemory, printMemory, sizeKey } from './strategy/memory.ts'
import { openPlanner } from './strategy/plan.ts'
import { readMemory, writeMemory } from './strategy/remember.ts'
import type { Plan } from './strategy/types.ts'

const FILLING_ALONE_MILLISECONDS = 2000

/** What needs a Nix, from the store's filling on: emulation → strategy → build → push → report. */
export async function buildAndPush(
  runner: Runner,
  inputs: Inputs,
  found: Installed,
  cache: Restored,
): Promise<boolean> {
  const ending = new AbortController()
  const narinfos = openNarinfos(runner, cache)
  // while the flake is evaluated
  const filling = inputs.dryRun ? NOTHING_FILLED : fillStore(runner, found.nix, cache, narinfos, ending.signal)
  const opening = { cache, filling, written: narinfos.written }
  return await finallyDo(planAndBuild(runner, inputs, found, opening), async () => {
    ending.abort()
    await Promise.all([filling, narinfos.written])
  })
}

interface OpenedCache {
  readonly cache: Restored
  readonly filling: ReturnType<typeof fillStore>
  readonly written: Promise<void>
}

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
  const push = async () => pushBuilt(runner, nix, inputs, built.results, await doubtful(rounds.derivations()))
  const pushes = inputs.pushTo.length === 0 ? [] : await log.group('Push', push)
  return await report(runner, { ...record, flake: await reading, ...built, emulators: emulators.all(), pushes })
}

const NOTHING_FILLED: ReturnType<typeof fillStore> = Promise.resolve(new Set())

const candidatesOf = (plans: readonly Plan[]): readonly DrvPath[] => [
  ...new Set(plans.flatMap(({ candidates }) => candidates.flatMap(({ evaluated }) => evaluated?.drvPath ?? []))),
]

/** Seconds since 1970. */
const now = (): number => Math.floor(Date.now() / 1000)
