import { join } from 'node:path'
import type { CacheRequest } from '../runner/actions-cache.ts'
import type { Runner, RunOptions } from '../runner/ports.ts'
import { member } from './decide.ts'
import { nextPace, PACE_SECONDS, START, whyGivenUp } from './pace.ts'

/** Folder of the cache, relative to where it is packed and unpacked. */
export const FOLDER_NAME = 'nix-multiarch-cache'

export interface ClientResult {
  readonly key: string | undefined
  readonly done: boolean
  /** What the client complained of, in its own words; undefined where it did not. */
  readonly complaint: string | undefined
}

export type Patience = Required<Pick<RunOptions, 'timeoutSeconds' | 'silentSeconds'>>

/** The program that talks to the service. */
export const clientProgram = ({ facts }: Runner): string => join(facts.assets, 'cache/index.js')

/** Packing some GiB takes a minute without a word. */
const PATIENT: Patience = { timeoutSeconds: 1200, silentSeconds: 180 }

/** Its only word on why the service took no key: what it says aloud is that another job may be making the entry. */
const REFUSED = /^::debug::Failed to reserve cache: (?:Error: )?(.*)$/

const PASSED_ON = [
  ...['ACTIONS_CACHE_SERVICE_V2', 'ACTIONS_RESULTS_URL', 'ACTIONS_CACHE_URL', 'ACTIONS_RUNTIME_TOKEN'],
  'ACTIONS_CACHE_MODE',
]

/**
 * Runs the client of the cache service. Faults of the service are told, never thrown.
 * @param program the client, dist/cache/index.js
 * @param workspace folder that holds, or gets, the path of the request
 */
export async function askService(
  runner: Runner,
  program: string,
  workspace: string,
  request: CacheRequest,
  patience = PATIENT,
): Promise<ClientResult> {
  const { env, folder } = runner.facts
  // two may run beside each other, for different paths
  const temporary = join(folder, `client-of-${request.path}`)
  await runner.files.makeDirectory(temporary, { mode: 0o700 })
  const passed = Object.fromEntries(PASSED_ON.map((name) => [name, env[name]]))
  const bin = join(temporary, 'bin')
  // while the client is loading
  const guarded = request.verb === 'restore' ? makeGuard(runner, bin) : Promise.resolve()
  guarded.catch(() => undefined) // the input tells
  const input = async function* (): AsyncGenerator<Uint8Array> {
    await guarded
    yield Buffer.from(JSON.stringify(request))
  }
  const lines: string[] = []
  const watch = watchPace(patience.silentSeconds)
  const running = runner.commands.run(
    {
      tool: process.execPath,
      args: [program],
      cwd: workspace,
      input: input(),
      secrets: [env.ACTIONS_RUNTIME_TOKEN ?? ''],
      env: {
        ...passed,
        GITHUB_WORKSPACE: workspace,
        RUNNER_TEMP: temporary,
        RUNNER_DEBUG: undefined,
        PATH: `${bin}:${env.PATH ?? ''}`,
      },
    },
    {
      accept: 'any',
      ...patience,
      signal: watch.signal,
      // what a command has printed is told when a cancelled job ends it
      discardStdout: true,
      onLine: (line) => {
        watch.read(line)
        // its debug lines have the signed URLs, which only its own masking hides
        if (!/^::(debug|add-mask)/.test(line) || REFUSED.test(line)) lines.push(line)
      },
    },
  )
  const stopped = await running
    .then((result) => result.stopped !== undefined)
    .catch((cause: unknown) => {
      if (!watch.signal.aborted) throw cause
      return true
    })
    .finally(watch.close)
  await runner.files.remove(temporary)
  for (const line of lines) runner.log.debug(`cache: ${line}`)
  const why = watch.signal.aborted ? whyGivenUp(watch.pace(), lines) : 'it took too long'
  return readResult(lines, stopped ? why : undefined)
}

/** Watches what the client prints; its signal ends it where it does not get on. */
function watchPace(silentSeconds: number) {
  const given = new AbortController()
  let pace = START
  const limits = { work: silentSeconds, ...PACE_SECONDS }
  const wind = () => setTimeout(() => given.abort(), limits[pace.waiting] * 1000)
  let timer = wind()
  return {
    signal: given.signal,
    pace: () => pace,
    close: () => clearTimeout(timer),
    read: (line: string): void => {
      const next = nextPace(pace, line)
      if (next === pace) return
      pace = next
      clearTimeout(timer)
      timer = wind()
    },
  }
}

/** What the client's output says. @param ended why it was ended before its end */
export function readResult(lines: readonly string[], ended: string | undefined): ClientResult {
  const refusals = lines.flatMap((line) => REFUSED.exec(line)?.[1] ?? [])
  const refused = refusals.find((reason) => !/\(409\)|already exists|was not ok/.test(reason))
  const complaints = lines.flatMap((line) => {
    const text = /^::(?:warning|error)[^:]*::(.*)$/.exec(line)?.[1] ?? /^Failed to save: (.*)$/.exec(line)?.[1]
    if (text === undefined) return []
    return refused !== undefined && text.startsWith('Unable to reserve') ? [refused] : [text]
  })
  const answer = parsed(lines.findLast((line) => line.startsWith('{')) ?? '')
  const error = ended ?? member(answer, 'error') ?? (answer === undefined ? 'it ended without an answer' : undefined)
  const said = [...complaints, ...(error === undefined ? [] : [String(error)])].map(plainly)
  // a question that failed is asked again, and an error is told where it comes up and where it is caught
  const once = said.filter((text, at) => said.findIndex((other) => other.includes(text)) === at)
  const key = member(answer, 'key')
  return {
    key: typeof key === 'string' ? key : undefined,
    done: member(answer, 'done') === true,
    complaint: once.length === 0 ? undefined : once.join('; ').slice(0, 1000),
  }
}

/** A complaint as a clause. */
const plainly = (text: string): string =>
  text
    .replaceAll('%0A', ' ')
    .replaceAll('%25', '%')
    .replace(/^Failed to (restore|save): /, '')
    .replace(/\.+$/, '')

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Tar programs to go before the real ones. `@actions/cache` unpacks with `-P`, with which a poisoned archive writes
 * wherever this user may; without it tar keeps absolute names, `..` and links from leading out of the folder.
 */
async function makeGuard(runner: Runner, folder: string): Promise<void> {
  await runner.files.makeDirectory(folder, { mode: 0o700 })
  for (const name of ['tar', 'gtar']) {
    const real = runner.commands.find(name)
    if (real !== undefined) await runner.files.write(join(folder, name), guardScript(real), { mode: 0o700 })
  }
}

/** @param tar absolute path */
export const guardScript = (tar: string): string => `#!/bin/sh
for word do
  shift
  [ "$word" = -P ] || set -- "$@" "$word"
done
exec '${tar.replaceAll("'", `'\\''`)}' "$@" --no-same-owner --no-same-permissions
`
