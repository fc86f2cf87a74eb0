import { setTimeout as sleep } from 'node:timers/promises'
import type { Nix } from '../nix/nix.ts'
import type { StorePath } from '../nix/store-path.ts'
import type { Runner } from '../runner/ports.ts'
import { pushClosures } from './closures.ts'
import { reasonOf } from './target.ts'
import type { PushReport, PushRequest } from './types.ts'

/** Lets builds that end in the same moment share one push. */
const GATHER_SECONDS = 3

/** A push that runs beside the build. */
export interface LivePush {
  /** Paths that are in the store from now on; pushed in the background with their closures. Never throws. */
  built(paths: readonly StorePath[]): void
  /** Waits until what is under way has come to an end; what was not begun is left to the push at the end. */
  finish(): Promise<void>
}

/**
 * Pushes paths as they are built, so that a job that is killed keeps what it made. What fails is only logged: the push
 * at the end looks at the destinations anew, brings what is missing and makes the report.
 */
export function startPushing(runner: Runner, nix: Nix, request: Omit<PushRequest, 'roots' | 'verify'>): LivePush {
  const queue = new Set<StorePath>()
  const done = new Set<StorePath>()
  const stop = new AbortController()
  let working: Promise<void> | undefined
  const work = async () => {
    while (queue.size > 0 && !stop.signal.aborted) {
      await sleep(GATHER_SECONDS * 1000, undefined, { signal: stop.signal }).catch(() => undefined)
      if (stop.signal.aborted) break
      const roots = [...queue]
      queue.clear()
      await pushSome(runner, nix, { ...request, roots, verify: 'none' }, done)
    }
    working = undefined
  }
  return {
    built: (paths) => {
      for (const path of paths) if (!done.has(path)) queue.add(path)
      if (!stop.signal.aborted) working ??= work()
    },
    finish: async () => {
      stop.abort()
      await working
    },
  }
}

async function pushSome(runner: Runner, nix: Nix, request: PushRequest, done: Set<StorePath>): Promise<void> {
  try {
    const reports = await pushClosures(runner, nix, request, done)
    for (const path of reachedAll(reports)) done.add(path)
    const sent = reports.flatMap(({ paths }) => paths).filter(({ status }) => status === 'pushed').length
    if (sent > 0) runner.log.info(`Pushed while building: ${sent} paths`)
    for (const { destination, reason } of reports)
      if (reason !== undefined) runner.log.info(`${destination}: ${reason}; tried again at the end`)
  } catch (cause) {
    runner.log.info(`A push while building failed and is made up for at the end: ${reasonOf(cause)}`)
  }
}

/** Paths that are at every destination, or served upstream. */
export function reachedAll(reports: readonly PushReport[]): readonly StorePath[] {
  const missing = new Set(
    reports.flatMap(({ paths }) => paths.filter(({ status }) => status === 'failed')).map(({ path }) => path),
  )
  const all = new Set(reports.flatMap(({ paths }) => paths.map(({ path }) => path)))
  return [...all].filter((path) => !missing.has(path))
}
