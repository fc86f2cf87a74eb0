import { buildPlans, plannedOnly } from './build/build.ts'
import { unverifiedPaths } from './cache/provenance.ts'
import { admitCache, type Restored, restoreCache } from './cache/restore.ts'
import { saveCache } from './cache/save.ts'
import { ensureEmulators, nixSettings, surveyEmulation } from './emulation/emulation.ts'
import { emulationProblem } from './emulation/problem.ts'
import type { EmulationFacts, Emulator } from './emulation/types.ts'
import type { Inputs } from './inputs/inputs.ts'
import { parseInputs, type ReadInput, secretInputs } from './inputs/parse.ts'
import { applySettings, type Installed, installNix } from './install/install.ts'
import { type System, systemOf } from './nix/system.ts'
import { pushBuilt, pushPreflight, startPush } from './push/push.ts'
import { report } from './report/report.ts'
import type { Runner } from './runner/ports.ts'
import { describePlan } from './strategy/describe.ts'
import { readFlake } from './strategy/flake.ts'
import { planTargets } from './strategy/plan.ts'
import type { Plan } from './strategy/types.ts'

/**
 * The whole job, in this order: inputs → install → emulation → strategy → build → push → report.
 * @returns whether everything that was asked for was done
 */
export async function runPipeline(runner: Runner, read: ReadInput): Promise<boolean> {
  for (const secret of secretInputs(read)) runner.log.mask(secret)
  const inputs = parseInputs(read, systemOf(process.arch, process.platform))
  const { log } = runner

  const fetched = await restoreCache(runner, inputs)
  const { found, cache } = await log.group('Nix', async () =>
    openCache(runner, await installNix(runner, inputs), fetched),
  )
  const { nix } = found
  await log.group('Push destinations', () => pushPreflight(runner, nix, inputs))
  const emulation = await surveyEmulation(runner, systemsOf(inputs))
  const { flake, plans } = await log.group('Strategy', async () => {
    const flake = await readFlake(runner, nix, inputs.flake)
    const plans = await planTargets(runner, nix, inputs, flake.url, machineOf(emulation, inputs))
    for (const line of plans.flatMap(describePlan)) log.info(line)
    return { flake, plans }
  })
  const record = { inputs, installed: found, flake, plans, cacheHit: cache.hit !== 'none' }
  const derivations = [...new Set(plans.flatMap(({ choice }) => choice?.evaluated.drvPath ?? []))]
  if (inputs.dryRun) {
    return await report(runner, {
      ...record,
      emulators: [],
      results: plannedOnly(plans),
      pathInfos: new Map(),
      derivations: [],
      fetched: new Set(),
      pushes: [],
    })
  }
  const emulators = await log.group('Emulators', () => prepareEmulators(runner, found, inputs, emulation, plans))
  const doubtful = async () => (inputs.pushTo.length === 0 ? [] : await unverifiedPaths(runner, nix, derivations))
  const live = await startPush(runner, nix, inputs, await doubtful())
  const built = await finallyDo(
    buildPlans(runner, nix, inputs, plans, withoutEmulator(emulators), live.built),
    () => live.finish(),
    () => saveCache(runner, nix, cache, derivations),
  )
  const pushes = await log.group('Push', async () => pushBuilt(runner, nix, inputs, built.results, await doubtful()))
  return await report(runner, { ...record, ...built, emulators, pushes })
}

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
  return { found: await applySettings(runner, installed, cache.settings), cache }
}

const systemsOf = (inputs: Inputs): readonly System[] => [...new Set(inputs.targets.map((target) => target.system))]

function machineOf(emulation: EmulationFacts, inputs: Inputs) {
  const others = emulation.systems.filter(({ system, runs }) => runs === 'native' && system !== emulation.machine)
  return {
    native: [...(emulation.machine === undefined ? [] : [emulation.machine]), ...others.map(({ system }) => system)],
    emulationProblem: (system: string) => emulationProblem(emulation, inputs.qemu !== 'never', system),
  }
}

/** Registers what the plans need, and tells Nix which systems it may build for. */
async function prepareEmulators(
  runner: Runner,
  installed: Installed,
  inputs: Inputs,
  emulation: EmulationFacts,
  plans: readonly Plan[],
): Promise<readonly Emulator[]> {
  const native = machineOf(emulation, inputs).native
  const foreign = (system: System): boolean => !native.includes(system)
  const needs = ({ choice }: Plan): boolean =>
    choice !== undefined && (choice.strategy === 'emulated' || inputs.smokeTest !== undefined)
  const wanted = inputs.qemu === 'always' ? systemsOf(inputs) : plans.filter(needs).map(({ target }) => target.system)
  const emulators = await ensureEmulators(
    runner,
    [...new Set(wanted)].filter(foreign),
    inputs.qemuSource,
    installed.nix,
  )
  for (const { system, status, reason } of emulators) runner.log.info(`${system}: ${status}: ${reason}`)
  const built = plans.filter(({ choice }) => choice !== undefined && choice.evaluated.system !== native[0])
  const systems = [...new Set(built.map(({ choice }) => choice?.evaluated.system as System))]
  if (systems.length > 0) await applySettings(runner, installed, nixSettings(systems))
  return emulators
}

/** Systems for which no emulator could be had, with the reason. */
const withoutEmulator = (emulators: readonly Emulator[]): ReadonlyMap<string, string> =>
  new Map(emulators.filter(({ status }) => status === 'failed').map(({ system, reason }) => [system, reason]))
