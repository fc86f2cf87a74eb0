// Plays main's part for the push room alone, inside a machine: JSON on standard input, a JSON answer as its last line.
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SigningKey } from '../../src/inputs/inputs.ts'
import type { Nix } from '../../src/nix/nix.ts'
import { parseSigningKey } from '../../src/nix/signing-key.ts'
import type { StorePath } from '../../src/nix/store-path.ts'
import { parseDestination } from '../../src/nix/store-url.ts'
import type { System } from '../../src/nix/system.ts'
import { parseNixVersion } from '../../src/nix/version.ts'
import { preflight } from '../../src/push/before/preflight.ts'
import { pushClosures } from '../../src/push/closures.ts'
import { startPushing } from '../../src/push/live.ts'
import { openRunner } from '../../src/runner/runner.ts'

export interface Job {
  readonly verb: 'preflight' | 'push' | 'live'
  readonly version: string
  readonly bin: string
  readonly roots: readonly string[]
  readonly to: readonly string[]
  readonly key?: string | undefined
  readonly compression?: string
  readonly verify?: 'sample' | 'full' | 'none'
  readonly skipUpstream?: readonly string[] | 'substituters'
  readonly trusted?: boolean
  readonly mode?: 'daemon' | 'single-user'
}

const job = JSON.parse(await text(process.stdin)) as Job
const runner = await openRunner()
const version = parseNixVersion(`nix (Nix) ${job.version}`)
if (version === undefined) throw new Error('no version')
const nix: Nix = {
  bin: job.bin,
  version,
  system: 'x86_64-linux' as System,
  storeDirectory: '/nix/store',
  mode: job.mode ?? 'single-user',
  trusted: job.trusted ?? true,

  substituters: [],
  env: {},
}
const destinations = job.to.map((url) => {
  const parsed = parseDestination(url)
  if ('problem' in parsed) throw new Error(parsed.problem)
  return parsed
})
const parsedKey = job.key === undefined ? undefined : parseSigningKey(job.key)
if (parsedKey !== undefined && 'problem' in parsedKey) throw new Error(parsedKey.problem)
let answer: unknown
const began = performance.now()
const base = process.cpuUsage()

/** Gives the roots one by one, as a build does, and waits for the last to be pushed. */
async function live(): Promise<string> {
  const push = startPushing(runner, nix, { destinations, key: parsedKey as SigningKey, compression: 'zstd' })
  for (const root of job.roots) {
    push.built([root as StorePath])
    await sleep(1500)
  }
  await sleep(5000)
  await push.finish()
  return 'finished'
}

try {
  answer =
    job.verb === 'preflight'
      ? await preflight(runner, nix, destinations, parsedKey)
      : job.verb === 'live'
        ? await live()
        : await pushClosures(runner, nix, {
            roots: job.roots as StorePath[],
            destinations,
            key: parsedKey,
            compression: job.compression ?? 'zstd',
            verify: job.verify ?? 'sample',
            ...(job.skipUpstream === undefined ? {} : { skipUpstream: job.skipUpstream }),
          })
} catch (cause) {
  runner.fail(cause)
  answer = { thrown: String(cause) }
}
const seconds = (performance.now() - began) / 1000
await runner.undo()
process.stdout.write(
  `\nANSWER ${JSON.stringify({ answer, seconds, rss: process.resourceUsage().maxRSS, cpu: process.cpuUsage(base) })}\n`,
)
await runner.close()
