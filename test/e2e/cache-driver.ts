// Plays main's part for the cache room alone, inside a machine: JSON on standard input, a JSON answer as its last line.
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { fillStore } from '../../src/cache/fill.ts'
import { openNarinfos } from '../../src/cache/narinfos.ts'
import { unverifiedPaths } from '../../src/cache/provenance.ts'
import { admitCache, type Restored, restoreCache } from '../../src/cache/restore.ts'
import { saveCache } from '../../src/cache/save.ts'
import type { Inputs } from '../../src/inputs/inputs.ts'
import type { Nix } from '../../src/nix/nix.ts'
import { parseSigningKey } from '../../src/nix/signing-key.ts'
import type { DrvPath, StorePath } from '../../src/nix/store-path.ts'
import { parseDestination } from '../../src/nix/store-url.ts'
import type { System } from '../../src/nix/system.ts'
import { parseNixVersion } from '../../src/nix/version.ts'
import { openRunner } from '../../src/runner/runner.ts'

export interface Job {
  /** A file of Nix that gives a derivation, or a list of them. */
  readonly file: string
  readonly cache?: Inputs['cache']
  readonly pushTo?: readonly string[]
  readonly key?: string
  readonly targets?: readonly string[]
  readonly dryRun?: boolean
  readonly limitBytes?: number
  readonly kept?: boolean
  /** Program of the cache client; default: its source. */
  readonly program?: string
  readonly mode?: Nix['mode']
}

export interface Answer {
  readonly restored?: Pick<Restored, 'hit' | 'problem' | 'settings' | 'use' | 'folder'> & { entries: string[] }
  /** Names of derivations that were built here. */
  readonly built?: string[]
  readonly buildExit?: number
  readonly buildError?: string
  readonly saved?: { saved: boolean; reason: string }
  readonly unverified?: readonly string[]
  /** Paths that were in the store before the build asked for them. */
  readonly filled?: readonly string[]
  readonly seconds?: Record<string, number>
  readonly thrown?: string
}

const job = JSON.parse(await text(process.stdin)) as Job
const runner = await openRunner()
let answer: Answer
try {
  answer = await play()
} catch (cause) {
  answer = { thrown: cause instanceof Error ? (cause.stack ?? '') : String(cause) }
}
await runner.undo()
process.stdout.write(`\nANSWER ${JSON.stringify(answer)}\n`)
await runner.close()

async function play(): Promise<Answer> {
  const key = job.key === undefined ? undefined : parseSigningKey(job.key)
  if (key !== undefined && 'problem' in key) throw new Error(key.problem)
  const targets = (job.targets ?? ['x86_64-linux']).map((name) => ({ name, strategy: 'auto' }))
  const inputs = {
    cache: job.cache ?? 'auto',
    dryRun: job.dryRun ?? false,
    pushTo: (job.pushTo ?? []).map(parseDestination),
    signingKey: key,
    flake: '.',
    targets,
    packages: ['default'],
    crossAttribute: undefined,
    prefer: 'speed',
  } as unknown as Inputs
  const program = job.program ?? new URL('../../src/runner/actions-cache.ts', import.meta.url).pathname
  const before = processorTime()
  const clock = performance.now()
  const fetched = await restoreCache(runner, inputs, { program })
  const restored = admitCache(runner, fetched, { kept: job.kept ?? false, settable: true })
  const restoreSeconds = (performance.now() - clock) / 1000
  const restoreProcessor = processorTime() - before
  const settings = Object.entries(restored.settings).map(([name, value]) => `${name} = ${value}\n`)
  const nix = await findNix(['experimental-features = nix-command\n', ...settings].join(''))
  const run = (tool: string, args: string[]) =>
    runner.commands.run({ tool: `${nix.bin}/${tool}`, args, env: nix.env }, { accept: 'any', timeoutSeconds: 1800 })
  const beforeFilling = processorTime()
  const filling = performance.now()
  const narinfos = openNarinfos(runner, restored)
  const filled = await fillStore(runner, nix, restored, narinfos, new AbortController().signal)
  await narinfos.written
  const fillSeconds = (performance.now() - filling) / 1000
  const fillProcessor = processorTime() - beforeFilling
  const drvs = (await run('nix-instantiate', [job.file])).stdout.trim().split('\n') as DrvPath[]
  const evaluated = processorTime()
  const begun = performance.now()
  const build = await run('nix-store', ['--realise', '--keep-going', ...drvs])
  const buildSeconds = (performance.now() - begun) / 1000
  const buildProcessor = processorTime() - evaluated
  const built = [...build.stderr.matchAll(/^building '[^']*\/[^-]*-([^']*)\.drv'/gm)].map((match) => match[1] ?? '')
  const saving = performance.now()
  const outputs = await run('nix-store', ['--query', '--outputs', ...drvs])
  const saved = await saveCache(runner, nix, restored, drvs, {
    wanted: outputs.stdout.trim().split('\n') as StorePath[],
    ...(job.limitBytes === undefined ? {} : { limitBytes: job.limitBytes }),
  })
  const saveSeconds = (performance.now() - saving) / 1000
  const { hit, problem, use, folder, entries } = restored
  return {
    restored: {
      ...{ hit, use, folder, settings: restored.settings, entries: [...entries.values()].map(({ path }) => path) },
      ...(problem === undefined ? {} : { problem }),
    },
    built,
    filled: [...filled],
    buildExit: build.exitCode,
    buildError: build.stderr
      .split('\n')
      .filter((line) => /error/.test(line))
      .join('\n'),
    saved,
    unverified: await unverifiedPaths(runner, nix, drvs),
    seconds: {
      ...{ restore: restoreSeconds, fill: fillSeconds, build: buildSeconds, save: saveSeconds },
      ...{ restoreProcessor, fillProcessor, buildProcessor },
    },
  }
}

/** Seconds of processor time so far, of this process and its children that have ended. */
function processorTime(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) / 100, 0)
}

async function findNix(config: string): Promise<Nix> {
  const nix = runner.commands.find('nix') ?? ''
  const { stdout } = await runner.commands.run({ tool: nix, args: ['--version'] })
  const version = parseNixVersion(stdout)
  if (version === undefined) throw new Error(`no version: ${stdout}`)
  return {
    bin: nix.slice(0, nix.lastIndexOf('/')),
    version,
    system: 'x86_64-linux' as System,
    storeDirectory: '/nix/store',
    mode: job.mode ?? 'single-user',
    trusted: true,

    substituters: [],
    env: { NIX_CONFIG: config },
  }
}
