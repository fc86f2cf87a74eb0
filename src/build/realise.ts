import type { Inputs } from '../inputs/inputs.ts'
import { type Nix, nixCommand, withoutSubstituters } from '../nix/nix.ts'
import { type DrvPath, type StorePath, storeName } from '../nix/store-path.ts'
import { CommandError } from '../runner/errors.ts'
import { inParallel } from '../runner/parallel.ts'
import type { Runner } from '../runner/ports.ts'
import type { Plan } from '../strategy/types.ts'
import { culpritsOf } from './culprits.ts'
import { type BuildError, type BuildFollower, createBuildFollower, type FollowedDerivation } from './log/follow.ts'
import { createForeignRunLedger, type ForeignRun } from './log/foreign-run.ts'
import { substituterTrouble } from './log/substituter-trouble.ts'
import { type Batch, schedule } from './schedule.ts'
import { derivationClosure, validPaths } from './store.ts'

/** What the log of all batches told. */
export interface Followed {
  readonly derivations: ReadonlyMap<string, FollowedDerivation>
  readonly errors: readonly BuildError[]
  /** What Nix said of paths that it did not take from a substituter. */
  readonly refused: readonly string[]
  /** By derivation: programs that its build could not execute, the first ones. */
  readonly foreignRuns: ReadonlyMap<string, readonly ForeignRun[]>
  /** Store paths that were copied from another store. */
  readonly fetched: ReadonlySet<string>
}

const TICK_MILLISECONDS = 5000
/** On a terminal, where seconds are seen passing. */
const LIVE_TICK_MILLISECONDS = 250

/** Called with derivations that have been built since the last call, while others still build. */
export type OnBuilt = (derivations: readonly string[]) => void

/**
 * Builds all plans that have a choice; with `keep-going: false` the first batch that fails is the last.
 */
export async function realise(
  runner: Runner,
  nix: Nix,
  inputs: Inputs,
  plans: readonly Plan[],
  onBuilt: OnBuilt,
): Promise<Followed> {
  const batches = schedule(plans, inputs)
  const followers: BuildFollower[] = []
  // of tries whose failures do not count
  const earlier: BuildFollower[] = []
  const ledger = createForeignRunLedger()
  const once = async (batch: Batch, by = nix): Promise<{ follower: BuildFollower; ok: boolean }> => {
    const follower = createBuildFollower({
      log: runner.log,
      now: () => performance.now(),
      describe: describer(plans),
      onLog: ledger.log,
      limits: { silent: batch.silentTimeout, total: inputs.buildTimeout },
    })
    return { follower, ok: await realiseBatch(runner, by, batch, follower, onBuilt) }
  }
  const run = async (batch: Batch): Promise<boolean> => {
    let last = await once(batch)
    const { errors } = last.follower
    const trouble = errors.map(({ text }) => substituterTrouble(text)).find((text) => text !== undefined)
    if (trouble !== undefined) {
      runner.log.warning(`A substituter fails: ${trouble}. Once more without it; what no other has is built here.`)
      earlier.push(last.follower)
      const rest = withoutSubstituters(
        nix,
        nix.substituters.filter((url) => trouble.includes(withoutSlash(url))),
      )
      last = await once({ ...batch, args: [...batch.args, '--fallback'] }, rest)
    }
    followers.push(last.follower)
    const left = inputs.keepGoing && !last.ok ? await leftUnbuilt(runner, nix, plans, batch, last.follower) : []
    if (left.length > 0) {
      runner.log.info('Nix stopped at a failure. What does not need what failed is built now.')
      await run({ ...batch, derivations: left })
    }
    return last.ok
  }
  if (inputs.keepGoing) await Promise.all(batches.map(run))
  else for (const batch of batches) if (!(await run(batch))) break
  return {
    derivations: new Map([...earlier, ...followers].flatMap((follower) => [...follower.derivations])),
    errors: followers.flatMap((follower) => follower.errors),
    refused: [...new Set(followers.flatMap((follower) => [...follower.refused]))],
    foreignRuns: ledger.runs,
    fetched: new Set([...earlier, ...followers].flatMap((follower) => [...follower.fetched])),
  }
}

/**
 * To 2.26, Nix stops in spite of keep-going where a feature is missing, or an output may not be as it is.
 * @returns derivations of the batch that are not built and need nothing that failed; fewer than it has
 */
async function leftUnbuilt(
  runner: Runner,
  nix: Nix,
  plans: readonly Plan[],
  { derivations }: Batch,
  { derivations: seen, errors }: BuildFollower,
): Promise<readonly DrvPath[]> {
  const culprits = culpritsOf([...seen.values()], errors)
  const goals = new Map(plans.flatMap(({ choice }) => (choice ? [[choice.evaluated.drvPath, choice.evaluated]] : [])))
  const outputs = (drvPath: DrvPath) => Object.values(goals.get(drvPath)?.outputs ?? {})
  const there = culprits.length === 0 ? new Set() : await validPaths(runner, nix, derivations.flatMap(outputs))
  const open =
    culprits.length === 0 ? [] : derivations.filter((each) => !outputs(each).every((path) => there.has(path)))
  const needs = await inParallel(runner.facts.cpus, open, (drvPath) => derivationClosure(runner, nix, [drvPath]))
  const left = open.filter((_, index) => !culprits.some((culprit) => needs[index]?.has(culprit)))
  return left.length < derivations.length ? left : []
}

async function realiseBatch(
  runner: Runner,
  nix: Nix,
  batch: Batch,
  follower: BuildFollower,
  onBuilt: OnBuilt,
): Promise<boolean> {
  const command = nixCommand(nix, 'nix-store', ['--realise', ...batch.args, ...batch.derivations])
  const told = new Set<string>()
  const tell = (): void => {
    const built = [...follower.derivations.values()].filter(
      ({ status, drvPath }) => status === 'built' && !told.has(drvPath),
    )
    for (const { drvPath } of built) told.add(drvPath)
    if (built.length > 0) onBuilt(built.map(({ drvPath }) => drvPath))
  }
  const ticking = setInterval(tell, TICK_MILLISECONDS)
  const drawing = setInterval(
    () => follower.tick(),
    runner.log.status === undefined ? TICK_MILLISECONDS : LIVE_TICK_MILLISECONDS,
  )
  try {
    const onLine = (line: string, stream: 'stdout' | 'stderr'): void => {
      // Post removes nothing that was built, and no garbage is collected while the job runs.
      if (stream === 'stderr' && !line.includes("you did not specify '--add-root'")) follower.line(line)
    }
    const result = await runner.commands.run(command, { accept: 'any', discardStdout: true, gather: true, onLine })
    if (result.stopped !== undefined) throw new CommandError(command, result)
    return result.exitCode === 0
  } finally {
    clearInterval(ticking)
    clearInterval(drawing)
    follower.finish()
    tell()
  }
}

/** `hello-2.12 for aarch64-linux (emulated)`, for the log. */
function describer(plans: readonly Plan[]): (drvPath: string) => string {
  const goals = new Map<string, string>()
  for (const { target, choice } of plans)
    if (choice) goals.set(choice.evaluated.drvPath, `${target.name} (${choice.strategy})`)
  return (drvPath) => {
    const goal = goals.get(drvPath)
    const name = storeName(drvPath as StorePath)
    return goal === undefined ? name : `${name} for ${goal}`
  }
}

const withoutSlash = (url: string): string => url.replace(/[?].*$/, '').replace(/\/+$/, '')
