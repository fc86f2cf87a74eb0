/**
 * Whether `auto` picks the fastest way: for each scenario every way is done, on a machine of its own with the same store,
 * then `auto`. Seconds from the start of the build to its end (emulators, fetching, building), and of the whole action.
 *
 *     test/rig/.cache/node24/node bench/strategies.ts [NAME…]
 *
 * A way that takes three times as long as the fastest before it, and more than half a minute, is ended. ACTION: folder with action.yml
 * and dist/ (default: this repository).
 */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseFlakeMetadata } from '../src/nix/json.ts'
import { fixtures, fixturesDir, prepareFixtures } from '../test/fixtures/fixtures.ts'
import { rig } from '../test/rig/cache.ts'
import { Machine } from '../test/rig/machine.ts'
import { Runner } from '../test/rig/runner.ts'
import { type Scenario, scenarios, type Way } from './strategies/scenarios.ts'

const repository = join(import.meta.dirname, '..')
const action = process.env.ACTION ?? repository
const scratch = mkdtempSync(join(tmpdir(), 'bench-strategies-'))
chmodSync(scratch, 0o755)
const flakes = new Map<string, string>()

interface Outcome {
  readonly way: string
  readonly ok: boolean
  /** Seconds of the build, of the whole action. */
  readonly build: number
  readonly whole: number
  /** Ended before it was through. */
  readonly cut: boolean
  readonly strategy: string
  readonly tries: number
  readonly log: string
  readonly memory: string
}

interface Candidate {
  readonly strategy: string
  readonly method: string | null
  readonly hybrid: boolean
  readonly chosen: boolean
}

try {
  await prepareFixtures()
  console.log(
    '| scenario | all ways, build | `auto` took | build, whole action | against the fastest |\n|---|---|---|---|---|',
  )
  const asked = process.argv.slice(2)
  for (const scenario of scenarios) if (asked.length === 0 || asked.includes(scenario.name)) await compare(scenario)
} finally {
  rmSync(scratch, { recursive: true })
}

async function compare(scenario: Scenario): Promise<void> {
  const done: Outcome[] = []
  const caches = await cachesFor(scenario)
  for (const way of scenario.ways) {
    const fastest = Math.min(...done.filter(({ ok }) => ok).map(({ build }) => build))
    done.push(await perform(scenario, way, caches, Math.min(600, Math.max(30, 3 * fastest))))
  }
  const memory = scenario.remembers === true ? (await perform(scenario, 'auto', caches, 900)).memory : ''
  const auto = await perform(scenario, 'auto', caches, 900, memory)
  const working = done.filter(({ ok }) => ok)
  const best = working.reduce((a, b) => (b.build < a.build ? b : a), working[0] ?? auto)
  const same = done.find(({ strategy, ok }) => ok && strategy === auto.strategy)
  const verdict = !auto.ok
    ? 'failed'
    : auto.tries > 1
      ? `after ${auto.tries - 1} failed: ${(auto.build / best.build).toFixed(2)} ×`
      : same === best
        ? 'the fastest'
        : `${((same ?? auto).build / best.build).toFixed(2)} × ${best.strategy}`
  const ways = done.map(
    (each) =>
      `${each.strategy} ${each.ok ? `${each.build.toFixed(1)} s` : each.cut ? `> ${each.build.toFixed(0)} s` : 'fails'}`,
  )
  console.log(
    `| ${scenario.title} | ${ways.join(', ')} | ${auto.strategy} | ${auto.build.toFixed(1)} s, ${auto.whole.toFixed(1)} s | ${verdict} |`,
  )
  if (process.env.SHOW === 'plan' || !auto.ok) console.log(strategyOf(auto.log))
}

function strategyOf(log: string): string {
  return /##\[group\]Strategy\n([\s\S]*?)##\[endgroup\]/.exec(log)?.[1] ?? log.slice(-3000)
}

/** Does one way on a fresh machine. @param limit seconds of the whole action, after which it is ended */
async function perform(scenario: Scenario, way: Way, caches: string, limit: number, memory = ''): Promise<Outcome> {
  const machine = await Machine.start({
    user: 'root',
    nix: '2.34.8',
    ssh: true,
    nixConf: `max-jobs = 2\n${fixtures.nixConf()}substituters = ${caches}\n`,
    binds: [{ source: repository }, { source: action }, { source: scratch, readOnly: false }].filter(
      ({ source }, index, all) => all.findIndex((other) => other.source === source) === index,
    ),
  })
  try {
    const lines: [string, number][] = []
    const runner = new Runner({ machine, onLine: (line) => lines.push([line, performance.now()]) })
    runner.checkout(flakeFolder(scenario.flake))
    const extra = (await scenario.prepare?.(machine)) ?? {}
    const known = way === 'hybrid' ? await hybridMemory(scenario, machine, runner.dirs.workspace) : memory
    const memoryFile = join(runner.dirs.tools, 'nix-multiarch/memory.json')
    if (known !== '') await machine.sh(`mkdir -p '${join(memoryFile, '..')}'; cat > '${memoryFile}'`, { input: known })
    const strategy = way === 'hybrid' ? 'auto' : way
    const began = performance.now()
    const inputs = {
      targets: `${scenario.target ?? 'aarch64-linux'}=${strategy}`.replace(/=auto$/, ''),
      packages: scenario.package,
    }
    const step = runner.step(action, {
      ...inputs,
      cache: 'false',
      'qemu-source': rig.qemu,
      'check-architecture': 'false',
      ...extra,
    })
    const result = await Promise.race([step, sleep(limit * 1000, undefined, { ref: false })])
    const ended = performance.now()
    if (result === undefined) runner.kill()
    const marks = (text: string) => lines.filter(([line]) => line.includes(text)).map(([, at]) => at)
    const start = marks('[group]Emulators')[0] ?? ended
    const end = marks('[group]Push').find((at) => at > start) ?? ended
    const [planned] = JSON.parse((await step).outputs.plan ?? '[]') as {
      candidates: Candidate[]
      attempts: unknown[]
    }[]
    const chosen = planned?.candidates.find((each) => each.chosen)
    if (process.env.SHOW === 'log') console.log(runner.log.slice(-5000))
    return {
      way,
      ok: result?.ok === true,
      build: (end - start) / 1000,
      whole: (ended - began) / 1000,
      cut: result === undefined,
      strategy: chosen === undefined ? way : nameOf(chosen),
      tries: 1 + (planned?.attempts.length ?? 0),
      log: runner.log,
      memory: existsSync(machine.path(memoryFile)) ? readFileSync(machine.path(memoryFile), 'utf8') : '',
    }
  } finally {
    await machine.stop()
  }
}

function nameOf({ strategy, method, hybrid }: Candidate): string {
  return [strategy, ...(method === null ? [] : [method]), ...(hybrid ? ['hybrid'] : [])].join(' ')
}

/** A flake of the fixtures or of this folder, with its inputs set. */
function flakeFolder(name: string): string {
  const known = flakes.get(name)
  if (known !== undefined) return known
  if (existsSync(fixtures.flake(name))) return fixtures.flake(name)
  const from =
    [join(repository, 'test/fixtures/transparent', name), join(repository, 'bench', name)].find(existsSync) ?? name
  const folder = join(scratch, `flake-${name}`)
  cpSync(from, folder, { recursive: true })
  const file = join(folder, 'flake.nix')
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll('@nixpkgs@', fixtures.nixpkgs))
  flakes.set(name, folder)
  return folder
}

/** Substituters of a scenario: the fixtures' cache, without what is to be built, with what was built beforehand. */
async function cachesFor(scenario: Scenario): Promise<string> {
  const { without, cached } = scenario
  const base = without === undefined ? fixtures.binaryCache : `file://${await cacheWithout(scenario.name, without)}`
  if (cached === undefined) return base
  const folder = join(scratch, `cached-${scenario.name}`)
  const key = readFileSync(join(fixturesDir, 'secret-key'), 'utf8')
  const pushed: Scenario = {
    ...scenario,
    prepare: async () => ({ 'push-to': `file://${folder}`, 'signing-key': key.trim(), 'skip-upstream': 'false' }),
  }
  const outcome = await perform(pushed, cached, base, 900)
  if (!outcome.ok) throw new Error(outcome.log.slice(-3000))
  return `file://${folder} ${base}`
}

/** A copy of the fixtures' cache that lacks what only one set's compiler needs. @param set attribute of legacyPackages */
async function cacheWithout(name: string, set: string): Promise<string> {
  const full = join(fixturesDir, 'binary-cache')
  const folder = join(scratch, `cache-${name}`)
  mkdirSync(folder)
  const lacking = await onlyIn(set)
  for (const file of readdirSync(full))
    if (!lacking.has(file.replace('.narinfo', ''))) symlinkSync(join(full, file), join(folder, file))
  return folder
}

/** Hash parts of the store paths in the closure of one set's stdenv, without those that other sets need too. */
async function onlyIn(set: string): Promise<ReadonlySet<string>> {
  const machine = await Machine.start({
    user: 'root',
    nix: '2.34.8',
    nixConf: fixtures.nixConf(),
    binds: fixtures.binds,
  })
  try {
    const hashes = async (attribute: string): Promise<readonly string[]> => {
      const flags = "--extra-experimental-features 'nix-command flakes'"
      const root = `$(nix ${flags} eval --raw path:${fixtures.nixpkgs}#legacyPackages.${attribute}.stdenv.outPath)`
      const paths = await machine.sh(`nix ${flags} path-info -r --store ${fixtures.binaryCache} ${root}`)
      return paths.split('\n').map((path) => path.slice(11, 43))
    }
    const sets = ['x86_64-linux', 'aarch64-linux', 'x86_64-linux.pkgsCross.aarch64-multiplatform'].filter(
      (each) => each !== set,
    )
    const lacking = new Set(await hashes(set))
    for (const other of sets) for (const hash of await hashes(other)) lacking.delete(hash)
    return lacking
  } finally {
    await machine.stop()
  }
}

/** A memory in which all that could come before the cross build with an emulator has failed. */
async function hybridMemory(scenario: Scenario, machine: Machine, workspace: string): Promise<string> {
  const flags = "--extra-experimental-features 'nix-command flakes'"
  const metadata = await machine.sh(`nix ${flags} flake metadata --json --no-write-lock-file ${workspace}`, {
    timeout: 300_000,
  })
  const attribute = `${workspace}#packages.aarch64-linux.${scenario.package}.name`
  const name = (
    await machine.sh(`nix ${flags} eval --raw --no-write-lock-file ${attribute}`, { timeout: 300_000 })
  ).trim()
  const nixpkgs = [...parseFlakeMetadata(metadata).inputs].map(([input, revision]) => `${input}:${revision}`).join(' ')
  const common = {
    target: 'aarch64-linux',
    package: scenario.package,
    name,
    nixpkgs,
    reason: 'bench',
    at: Math.floor(Date.now() / 1000),
  }
  const failures = [
    { ...common, strategy: 'emulated', emulator: true },
    { ...common, strategy: 'cross', method: 'transparent', emulator: false },
  ]
  return JSON.stringify({ version: 1, durations: {}, failures })
}
