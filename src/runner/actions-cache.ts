/**
 * The client of GitHub's cache service, as a program of its own (dist/cache/index.js): `@actions/cache` reads its
 * settings from the environment, prints to the log as it likes, and is slow to load. Here it has an environment made
 * for it, its output is read and judged by the one who started it, a time limit holds, and runs without a cache never
 * load it. A request (JSON) comes on standard input, the answer (JSON) is the last line of standard output.
 */
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'

/** Paths are relative to GITHUB_WORKSPACE: they are part of what the service compares, and must be the same everywhere. */
export type CacheRequest =
  /** Looks for the newest entry under each key (a prefix) in turn, and unpacks it where `unpack` is true. */
  | { readonly verb: 'restore'; readonly path: string; readonly keys: readonly string[] }
  | { readonly verb: 'save'; readonly path: string; readonly key: string }

export interface CacheAnswer {
  /** Key of the entry that was found; of a restore only. */
  readonly key?: string
  /** The entry was unpacked, or saved, to its end. */
  readonly done: boolean
  readonly error?: string
}

async function answer(request: CacheRequest): Promise<CacheAnswer> {
  const { restoreCache, saveCache } = await import('@actions/cache')
  const paths = [request.path]
  if (request.verb === 'save') return { done: (await saveCache(paths, request.key)) !== -1 }
  const [first = '', ...others] = request.keys
  const restored = await restoreCache(paths, first, others)
  if (restored !== undefined) return { key: restored, done: true }
  // A restore that fails does not tell which entry it was. Nor does a service that always fails, however long it is asked.
  const late = setTimeout(LOOKUP_MILLISECONDS, undefined, { ref: false })
  const key = await Promise.race([restoreCache(paths, first, others, { lookupOnly: true }), late])
  return key === undefined ? { done: false } : { key, done: false }
}

const LOOKUP_MILLISECONDS = 10_000

async function serve(): Promise<void> {
  let result: CacheAnswer
  try {
    result = await answer(JSON.parse(await text(process.stdin)) as CacheRequest)
  } catch (error) {
    result = { done: false, error: error instanceof Error ? error.message : String(error) }
  }
  process.stdout.write(`\n${JSON.stringify(result)}\n`, () => process.exit(0))
}

await serve()
