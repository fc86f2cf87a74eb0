/**
 * A job whose flake did not change: time from its start until the 500 paths of the closure are in the store of a fresh
 * machine, with (a) no cache, (b) the whole of /nix as one archive of the Actions cache, (c) this action's cache. The
 * same service, client, machine and Nix for all, in turns.
 *
 *     test/rig/.cache/node24/node bench/cache.ts [ROUNDS] [CLIENT]
 *
 * CLIENT: dist/cache/index.js (default), the program that talks to the service, for (b) and (c).
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer } from '../test/e2e/cache-driver.ts'
import { rigDir } from '../test/rig/cache.ts'
import { Machine } from '../test/rig/machine.ts'

const rounds = Number(process.argv[2] ?? 3)
const program = process.argv[3] ?? join(process.cwd(), 'dist/cache/index.js')
const PATHS = 500
const KEY_FREE = { cache: 'auto' as const }

/**
 * PATHS paths of 64 KiB that hardly compress, each built in a tenth of a second or so and referring to three others;
 * and what building them took: as many sources of the same size that nothing refers to at run time.
 */
const closure = `let
  noise = name: "i=0; s=${'$'}{builtins.hashString "sha256" name}; while [ $i -lt 1000 ]; do s=$(( (0x$(printf %.12s $s) * 25214903917 + i) & 0xffffffffffff )); s=$(printf %012x $s)abcdef; echo $s$i$s${'$'}{name}; i=$((i + 1)); done";
  make = name: more: derivation { inherit name; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "(${'$'}{noise name}; echo ${'$'}{more}) > $out" ]; };
  source = n: make "source-${'$'}{toString n}" "";
  path = n: derivation { name = "path-${'$'}{toString n}"; system = "x86_64-linux"; builder = "/bin/sh"; src = source n;
    args = [ "-c" "(read line < $src; ${'$'}{noise "path-${'$'}{toString n}"}; echo ${'$'}{toString (map (step: builtins.elemAt all (n / step)) (if n < 4 then [] else [2 3 4]))}) > $out" ]; };
  all = builtins.genList path ${PATHS - 1};
in derivation { name = "all"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "echo ${'$'}{toString all} > $out" ]; }
`

type Way = 'no cache' | 'whole store' | 'this action'
const service = mkdtempSync(join(tmpdir(), 'bench-cache-'))
const seconds = new Map<Way, number[]>()
try {
  await run('this action', 'save')
  await run('whole store', 'save')
  for (let round = 0; round < rounds; round += 1)
    for (const way of ['no cache', 'whole store', 'this action'] as const) {
      const took = await run(way, 'restore')
      seconds.set(way, [...(seconds.get(way) ?? []), took])
      console.log(`${way}: ${took.toFixed(2)} s`)
    }
  for (const [way, list] of seconds) console.log(`median, ${way}: ${[...list].sort((a, b) => a - b)[list.length >> 1]?.toFixed(2)} s`)
} finally {
  rmSync(service, { recursive: true, force: true })
}

/** Seconds from the start of the restore to the end of the build, in a fresh machine. */
async function run(way: Way, turn: 'save' | 'restore'): Promise<number> {
  await using machine = await Machine.start({
    user: 'root',
    nix: '2.34.8',
    binds: [{ source: process.cwd() }, { source: join(program, '..') }, { source: service, target: '/srv/cache', readOnly: false }],
  })
  mkdirSync(machine.path('/run/service'))
  machine.spawn([machine.node('host'), join(rigDir, 'cache-service.mjs'), '/srv/cache', '/run/service'], { user: 'root' })
  while (!existsSync(machine.path('/run/service/port'))) await sleep(20)
  await machine.sh('mkdir -p /var/tmp/runner; cat > /var/tmp/job.nix', { input: closure })
  const env = {
    RUNNER_TEMP: '/var/tmp/runner',
    GITHUB_WORKSPACE: '/var/tmp',
    GITHUB_REF: 'refs/heads/main',
    RUNNER_ENVIRONMENT: 'github-hosted',
    ACTIONS_CACHE_SERVICE_V2: 'true',
    ACTIONS_RESULTS_URL: `http://127.0.0.1:${readFileSync(machine.path('/run/service/port'), 'utf8')}/`,
    ACTIONS_RUNTIME_TOKEN: 'token',
  }
  if (way === 'whole store') return await runWholeStore(machine, turn, env)
  const job = { file: '/var/tmp/job.nix', program, ...KEY_FREE, cache: way === 'no cache' ? ('false' as const) : ('auto' as const) }
  const driver = [machine.node('node24'), join(process.cwd(), 'test/e2e/cache-driver.ts')]
  const result = await machine.run(driver, { input: JSON.stringify(job), env, cwd: '/var/tmp', timeout: 900_000 })
  const answer = JSON.parse(result.stdout.split('\n').findLast((line) => line.startsWith('ANSWER '))?.slice(7) ?? '{}') as Answer
  if (answer.buildExit !== 0 || (turn === 'restore' && way === 'this action' && answer.built?.length !== 0))
    throw new Error(`${result.stdout}${result.stderr}`)
  if (turn === 'save') console.log(answer.saved?.reason, answer.seconds)
  else console.log(answer.seconds)
  return (answer.seconds?.restore ?? 0) + (answer.seconds?.build ?? 0)
}

/** As the actions do that keep /nix in one archive: by the same client, unpacked over the store. */
async function runWholeStore(machine: Machine, turn: 'save' | 'restore', env: Record<string, string>): Promise<number> {
  const node = machine.node('node24')
  const ask = async (request: object): Promise<void> => {
    const answer = await machine.run([node, program], { input: JSON.stringify(request), env: { ...env, GITHUB_WORKSPACE: '/' }, cwd: '/', timeout: 600_000 })
    if (!/"done":true/.test(answer.stdout)) throw new Error(answer.stdout + answer.stderr)
  }
  const build = 'nix-store --realise $(nix-instantiate /var/tmp/job.nix) 2>&1'
  if (turn === 'save') {
    await machine.sh(build, { timeout: 900_000 })
    await ask({ verb: 'save', path: '/nix', key: 'whole-store' })
    console.log('whole store saved', statSync(join(service, '2.blob')).size, 'bytes')
    return 0
  }
  const clock = performance.now()
  await ask({ verb: 'restore', path: '/nix', keys: ['whole-store'] })
  const log = await machine.sh(build, { timeout: 900_000 })
  if (/^building '/m.test(log)) throw new Error(log)
  return (performance.now() - clock) / 1000
}
