/**
 * A job whose flake did not change: time to have the 500 paths of the closure in the store of a fresh machine, restore and build
 * (evaluation left out), with (a) no cache, (b) the whole of /nix as one archive of the Actions cache, (c) this action's cache. The
 * same service, client, machine and Nix for all, in turns. The store that was saved also holds Nix, and what was needed
 * to build only: a hundred sources, and copies of the folders that the variable ALSO names (ALSO='/usr/lib/gcc
 * /usr/share': a compiler, and as many files as the source of nixpkgs has).
 *
 *     test/rig/.cache/node24/node bench/cache.ts [ROUNDS] [CLIENT]
 *
 * CLIENT: dist/cache/index.js (default), the program that talks to the service, for (b) and (c).
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer } from '../test/e2e/cache-driver.ts'
import { rigDir } from '../test/rig/cache.ts'
import { Machine } from '../test/rig/machine.ts'
import { median } from './median.ts'
import { countProcessorTime } from './processor-group.ts'

const rounds = Number(process.argv[2] ?? 3)
const program = process.argv[3] ?? join(process.cwd(), 'dist/cache/index.js')
const PATHS = 500
const NIX = '2.34.8'

/**
 * PATHS paths of 50 KiB that compress to half, each referring to up to three others; and what building them took:
 * a fifth as many sources of that size, to which nothing refers at run time.
 */
const closure = `let
  make = name: deps: derivation { inherit name deps; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "echo $text > $out" ];
    text = "\${toString deps} \${builtins.concatStringsSep " " (builtins.genList (n: builtins.hashString "sha512" "\${name} \${toString n}") 400)}"; };
  source = n: make "source-\${toString n}" [];
  path = n: derivation { name = "path-\${toString n}"; system = "x86_64-linux"; builder = "/bin/sh"; src = source (n / 5);
    args = [ "-c" "echo $name $refs $text > $out" ]; text = (source n).text;
    refs = map (step: builtins.elemAt all (n / step)) (if n < 4 then [] else [ 2 3 4 ]); };
  all = builtins.genList path ${PATHS - 1};
in derivation { name = "all"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "echo $refs > $out" ]; refs = all; }
`

type Way = 'no cache' | 'whole store' | 'this action'
const service = mkdtempSync(join(tmpdir(), 'bench-cache-'))
/** By the clock, and of processor time of all processes. */
type Took = readonly [clock: number, processor: number]
const seconds = new Map<Way, Took[]>()
const processorTime = countProcessorTime()
const now = (): Took => [performance.now() / 1000, processorTime()]
const since = ([clock, processor]: Took): Took => [performance.now() / 1000 - clock, processorTime() - processor]
const print = ([clock, processor]: Took): string => `${clock.toFixed(2)} s (processor ${processor.toFixed(2)} s)`
try {
  await save()
  for (let round = 0; round < rounds; round += 1)
    for (const way of ['no cache', 'whole store', 'this action'] as const) {
      if (way === 'no cache' && round > 0) continue // minutes, against seconds
      const took = await measure(way)
      seconds.set(way, [...(seconds.get(way) ?? []), took])
      console.log(`${way}: ${print(took)}`)
    }
  for (const [way, list] of seconds)
    console.log(
      `median, ${way}: ${print([median(list.map(([clock]) => clock)), median(list.map(([, used]) => used))])}`,
    )
} finally {
  rmSync(service, { recursive: true, force: true })
}

interface Stage {
  readonly machine: Machine
  readonly env: Record<string, string>
}

async function start(nixConf: string): Promise<Stage> {
  const machine = await Machine.start({
    user: 'root',
    nix: NIX,
    nixConf: `max-jobs = 2\n${nixConf}`,
    binds: [
      { source: process.cwd() },
      { source: dirname(program), target: '/srv/client' },
      { source: service, target: '/srv/cache', readOnly: false },
    ],
  })
  mkdirSync(machine.path('/run/service'))
  const server = join(rigDir, 'cache-service.mjs')
  machine.spawn([machine.node('host'), server, '/srv/cache', '/run/service'], { user: 'root' })
  while (!existsSync(machine.path('/run/service/port'))) await sleep(20)
  await machine.sh('mkdir -p /var/tmp/runner; cat > /var/tmp/job.nix', { input: closure })
  const port = readFileSync(machine.path('/run/service/port'), 'utf8')
  const env = {
    RUNNER_TEMP: '/var/tmp/runner',
    GITHUB_WORKSPACE: '/var/tmp',
    GITHUB_REF: 'refs/heads/main',
    RUNNER_ENVIRONMENT: 'github-hosted',
    ACTIONS_CACHE_SERVICE_V2: 'true',
    ACTIONS_RESULTS_URL: `http://127.0.0.1:${port}/`,
    ACTIONS_RUNTIME_TOKEN: 'token',
  }
  return { machine, env }
}

/** Builds once (without a sandbox, that is not what is measured) and saves it both ways. */
async function save(): Promise<void> {
  const stage = await start('sandbox = false')
  const { saved, seconds } = await drive(stage, 'auto')
  console.log(saved?.reason, seconds)
  // an archive of /nix holds Nix itself; here it lies elsewhere
  for (const tree of [`/opt/nix-${NIX}`, ...(process.env.ALSO ?? '').split(' ').filter(Boolean)])
    await stage.machine.sh(`nix-store --add ${tree}`)
  await askClient(stage, { verb: 'save', path: '/nix', key: 'whole-store' })
  console.log(
    `whole store saved: ${statSync(join(service, '2.blob')).size} bytes; ours: ${statSync(join(service, '1.blob')).size}`,
  )
  await stage.machine.stop()
}

/** What restore and build take in a fresh machine; evaluation is left out. */
async function measure(way: Way): Promise<Took> {
  const stage = await start('')
  try {
    if (way === 'whole store') return await restoreWholeStore(stage)
    const { built, seconds } = await drive(stage, way === 'no cache' ? 'false' : 'auto')
    if (way === 'this action' && built?.length !== 0) throw new Error(`built: ${built?.join(' ')}`)
    console.log(seconds)
    return [
      (seconds?.restore ?? 0) + (seconds?.fill ?? 0) + (seconds?.build ?? 0),
      (seconds?.restoreProcessor ?? 0) + (seconds?.fillProcessor ?? 0) + (seconds?.buildProcessor ?? 0),
    ]
  } finally {
    await stage.machine.stop()
  }
}

async function drive({ machine, env }: Stage, cache: 'auto' | 'false'): Promise<Answer> {
  const driver = [machine.node('node24'), join(process.cwd(), 'test/e2e/cache-driver.ts')]
  const input = JSON.stringify({ file: '/var/tmp/job.nix', program: '/srv/client/index.js', cache })
  const result = await machine.run(driver, { input, env, cwd: '/var/tmp', timeout: 1_800_000 })
  const last = result.stdout.split('\n').findLast((line) => line.startsWith('ANSWER '))
  const answer = JSON.parse(last?.slice(7) ?? '{}') as Answer
  if (answer.buildExit !== 0) throw new Error(`${result.stdout.slice(-3000)}${result.stderr}`)
  return answer
}

async function askClient({ machine, env }: Stage, request: object): Promise<void> {
  const argv = [machine.node('node24'), '/srv/client/index.js']
  const options = { input: JSON.stringify(request), env: { ...env, GITHUB_WORKSPACE: '/' }, cwd: '/', timeout: 600_000 }
  const answer = await machine.run(argv, options)
  if (!/"done":true/.test(answer.stdout)) throw new Error(answer.stdout + answer.stderr)
}

/** As the actions do that keep /nix in one archive: by the same client, unpacked over the store. */
async function restoreWholeStore(stage: Stage): Promise<Took> {
  const clock = now()
  await askClient(stage, { verb: 'restore', path: '/nix', keys: ['whole-store'] })
  const restored = since(clock)
  await stage.machine.sh('nix-instantiate --add-root /var/tmp/drv /var/tmp/job.nix', { timeout: 600_000 })
  const evaluated = now()
  const log = await stage.machine.sh('nix-store --realise /var/tmp/drv 2>&1', { timeout: 600_000 })
  if (/^building '/m.test(log)) throw new Error(log)
  const built = since(evaluated)
  return [restored[0] + built[0], restored[1] + built[1]]
}
