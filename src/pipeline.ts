import { admitCache, type Restored, restoreCache } from './cache/restore.ts'
import { openShelf, type Shelf } from './cache/shelf.ts'
import type { Inputs } from './inputs/inputs.ts'
import { parseInputs, type ReadInput, secretInputs } from './inputs/parse.ts'
import { applySettings, type Installed, installNix, withDaemon } from './install/install.ts'
import { leaveOutUseless } from './install/substituters.ts'
import { systemOf } from './nix/system.ts'
import { finallyDo } from './runner/parallel.ts'
import type { Runner } from './runner/ports.ts'

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
    const installed = await finallyDo(installNix(runner, { ...inputs, shelf, idle: loadTheRest }), () => fetching)
    return await openCache(runner, installed, await fetching)
  })
  const { buildAndPush } = await import('./build-pipeline.ts')
  return await withDaemon(runner, found, () => buildAndPush(runner, inputs, found, cache))
}

/** Half of the program is of no use before there is a Nix. */
const loadTheRest = (): void => void import('./build-pipeline.ts').catch(() => undefined)

/** Makes the restored cache a substituter of this run, where this Nix may take what is in it. */
async function openCache(runner: Runner, installed: Installed, fetched: Restored) {
  const kept = !installed.installed && runner.facts.env.RUNNER_ENVIRONMENT !== 'github-hosted'
  const cache = admitCache(runner, fetched, { kept, settable: installed.wiring.kind !== 'fixed' })
  if (cache.problem !== undefined) runner.log.info(`Actions cache: ${cache.problem}.`)
  return { found: await leaveOutUseless(runner, await applySettings(runner, installed, cache.settings)), cache }
}
