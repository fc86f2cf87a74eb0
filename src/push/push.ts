import { readFile } from 'node:fs/promises'
import { type BuildResult, realisedPaths } from '../build/types.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { Nix } from '../nix/nix.ts'
import type { StorePath } from '../nix/store-path.ts'
import { secretsOf } from '../nix/store-url.ts'
import { UserError } from '../runner/errors.ts'
import type { Runner } from '../runner/ports.ts'
import { decidePush, eventFacts, type PushDecision } from './before/event.ts'
import { preflight } from './before/preflight.ts'
import { pushClosures } from './closures.ts'
import { type LivePush, startPushing } from './live.ts'
import type { PushReport } from './types.ts'

/**
 * Tries the destinations before the build, where this run may push. @throws UserError naming every destination that
 * will not do, unless `on-push-failure` is `warn`
 */
export async function pushPreflight(runner: Runner, nix: Nix, inputs: Inputs): Promise<void> {
  if (inputs.pushTo.length === 0) {
    runner.log.info('Nothing is pushed: push-to names no destination')
    return
  }
  for (const { url } of inputs.pushTo) for (const secret of secretsOf(url)) runner.log.mask(secret)
  if (inputs.dryRun) return
  const decision = await mayPush(runner)
  if (!decision.push) {
    runner.log.notice(decision.reason)
    return
  }
  const problems = await preflight(runner, nix, inputs.pushTo, inputs.signingKey)
  if (problems.length === 0) return
  const text = problems.map((problem) => problem.text).join('\n')
  if (inputs.onPushFailure === 'fail') throw new UserError(`Nothing is built, since it could not be pushed.\n${text}`)
  runner.log.warning(text, { title: 'Push destinations' })
}

/**
 * Begins to push what is built while it is built, where `push-when` is `built` and this run may push; otherwise what
 * is given is ignored. `pushBuilt` comes after `finish` in any case.
 */
export async function startPush(
  runner: Runner,
  nix: Nix,
  inputs: Inputs,
  doubtful: readonly StorePath[],
): Promise<LivePush> {
  const isWanted = inputs.pushTo.length > 0 && inputs.pushWhen === 'built' && !inputs.dryRun && doubtful.length === 0
  if (!isWanted || !(await mayPush(runner)).push) return { built: () => undefined, finish: async () => undefined }
  return startPushing(runner, nix, wishOf(inputs))
}

const wishOf = (inputs: Inputs) => ({
  destinations: inputs.pushTo,
  key: inputs.signingKey,
  compression: inputs.compression,
  skipUpstream: inputs.skipUpstream,
})

/** Pushes the closures of everything that was built. One report for each destination; a failure is in it, not thrown. */
export async function pushBuilt(
  runner: Runner,
  nix: Nix,
  inputs: Inputs,
  results: readonly BuildResult[],
  doubtful: readonly StorePath[] = [],
): Promise<readonly PushReport[]> {
  if (inputs.pushTo.length === 0 || inputs.dryRun) return []
  if (doubtful.length > 0)
    return inputs.pushTo.map(({ shown }) => ({ ...skipped(shown, describeDoubt(doubtful)), status: 'failed' }))
  const decision = await mayPush(runner)
  const roots = [...new Set(results.flatMap(realisedPaths))]
  const why = decision.push ? (roots.length === 0 ? 'nothing was built' : undefined) : decision.reason
  if (why !== undefined) {
    runner.log.info(why)
    return inputs.pushTo.map(({ shown }) => skipped(shown, why))
  }
  return await pushClosures(runner, nix, { ...wishOf(inputs), roots, verify: inputs.verify })
}

/** What came out of a cache for which nobody vouches is never pushed (docs/threat-model.md). */
function describeDoubt(paths: readonly StorePath[]): string {
  const what = `${paths[0]}${paths.length > 1 ? ` and ${paths.length - 1} more` : ''}`
  return `${what} came from an Actions cache that nobody vouches for, by an earlier step without signing-key. Give that step the same signing-key, or cache: false`
}

const skipped = (destination: string, reason: string): PushReport => ({
  destination,
  status: 'skipped',
  reason,
  paths: [],
  seconds: 0,
  verified: 0,
  consumerLines: [],
})

async function mayPush(runner: Runner): Promise<PushDecision> {
  const { env } = runner.facts
  return decidePush(eventFacts(env, await eventPayload(env.GITHUB_EVENT_PATH)))
}

async function eventPayload(path: string | undefined): Promise<unknown> {
  if (path === undefined || path === '') return undefined
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    // a local run has no event; then nothing comes from a stranger
    return undefined
  }
}
