// Runs in a machine: builds 300 short derivations in several ways, in turns, and prints seconds as JSON.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, writeFileSync } from 'node:fs'
import { createBuildFollower } from '../src/build/log/follow.ts'
import { createForeignRunLedger } from '../src/build/log/foreign-run.ts'
import { createCommands } from '../src/runner/commands.ts'
import { createLog } from '../src/runner/log.ts'
import { createProcessList } from '../src/runner/processes.ts'
import { processorTime } from './processor-time.ts'

const [rounds = '5', derivations = '300', lines = '10'] = process.argv.slice(2)
// what the jobs print goes to a file, as the runner's own log does
const log = openSync('/tmp/bench-log', 'a')
const processes = createProcessList('/tmp')
const commands = createCommands({ privilege: 'root', processes, folder: '/tmp', debug: () => undefined })

/** Derivations that nobody has built yet. */
async function instantiate(salt: string): Promise<string> {
  const expression = `let
    sh = name: script: derivation { inherit name; salt = "${salt}"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" script ]; };
    short = n: sh "short-\${toString n}" "i=0; while [ $i -lt ${lines} ]; do i=$((i+1)); echo line $i of the log of a build; done; echo > $out";
  in sh "all" "echo \${toString (builtins.genList short ${Number(derivations) - 1})} > $out"`
  const { stdout } = await commands.run({ tool: 'nix-instantiate', args: ['-E', expression] })
  return stdout.trim()
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return (performance.now() - began) / 1000
}

const alone =
  (tool: string, ...args: readonly string[]) =>
  (drvPath: string) =>
  async () => {
    const what = tool === 'nix' ? `${drvPath}^*` : drvPath
    const [code] = await once(spawn(tool, [...args, what], { stdio: ['ignore', log, log] }), 'close')
    if (code !== 0) throw new Error(`${tool}: ${code}`)
  }

const followed = (drvPath: string) => async () => {
  const follower = createBuildFollower({
    log: createLog((text) => writeFileSync(log, text), '/tmp'),
    now: () => performance.now(),
    onLog: createForeignRunLedger().log,
  })
  const args = ['--realise', '--log-format', 'internal-json', '--keep-going', drvPath]
  const onLine = (line: string, stream: string): void => {
    if (stream === 'stderr' && !line.includes("you did not specify '--add-root'")) follower.line(line)
  }
  await commands.run({ tool: 'nix-store', args }, { discardStdout: true, gather: true, onLine })
  follower.finish()
  const built = [...follower.derivations.values()].filter(({ status }) => status === 'built').length
  if (built !== Number(derivations)) throw new Error(`${built} derivations were seen`)
}

const JSON_LOG = ['--log-format', 'internal-json'] as const
const ways = [
  ['bare', alone('nix', 'build', '--no-link', '--print-build-logs')],
  ['followed', followed],
  // what of it is Nix's own: the other command, and the other log
  ['bare nix-store', alone('nix-store', '--realise')],
  ['nix build, JSON to a file', alone('nix', 'build', '--no-link', ...JSON_LOG)],
  ['nix-store, JSON to a file', alone('nix-store', '--realise', ...JSON_LOG)],
] as const

for (let round = 0; round < Number(rounds); round += 1) {
  for (const [name, way] of round % 2 === 0 ? ways : ways.toReversed()) {
    const drvPath = await instantiate(`${name}-${round}-${Date.now()}`)
    const before = processorTime()
    const seconds = await timed(way(drvPath))
    const [own, children] = processorTime().map((time, index) => time - (before[index] ?? 0))
    process.stdout.write(`RESULT ${JSON.stringify({ name, round, seconds, own, children })}\n`)
  }
}
