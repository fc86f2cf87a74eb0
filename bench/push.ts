import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { build } from 'vite'
import { type RigNixVersion, rig } from '../test/rig/cache.ts'
import { Machine } from '../test/rig/machine.ts'

const repository = join(import.meta.dirname, '..')
const FLAGS = '--extra-experimental-features nix-command'

const TURNS = 3

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN

interface Outcome {
  readonly seconds: number
  readonly rss: number
  readonly pushed: number
}

/** Runs all measurements for one version of Nix. */
export async function bench(version: RigNixVersion, print: (line: string) => void, onlyLarge = false): Promise<void> {
  const machine = await Machine.start({ user: 'root', nix: version, binds: [{ source: repository }], size: '12g' })
  try {
    const bin = (await machine.sh('dirname "$(command -v nix)"')).trim()
    const key = (await machine.sh(`nix ${FLAGS} key generate-secret --key-name bench-1 | tee /root/key`)).trim()
    const slow = await serve(machine, 50)
    const fast = await serve(machine, 0)
    const driver = await bundled(machine)
    const ours = async (root: string, to: string, verify: string): Promise<Outcome> => {
      const job = { verb: 'push', version, bin, roots: [root], to: [to], key, verify }
      const { stdout, stderr } = await machine.run([rig.node24, driver], {
        input: JSON.stringify(job),
        env: { RUNNER_TEMP: '/tmp' },
        timeout: 600_000,
      })
      const line = stdout.split('\n').find((text) => text.startsWith('ANSWER '))
      if (line === undefined) throw new Error(stdout + stderr)
      const { answer, seconds, rss } = JSON.parse(line.slice(7))
      if (answer[0]?.status !== 'ok') throw new Error(JSON.stringify(answer).slice(0, 2000) + stdout.slice(-2000))
      const pushed = answer[0].paths.filter((path: { status: string }) => path.status === 'pushed').length
      return { seconds, rss: rss / 1024, pushed }
    }
    const bare = async (root: string, to: string): Promise<number> => {
      const began = performance.now()
      await machine.sh(
        `XDG_CACHE_HOME=$(mktemp -d) nix ${FLAGS} copy --to '${to}?compression=zstd&secret-key=/root/key' ${root}`,
        { timeout: 600_000 },
      )
      return (performance.now() - began) / 1000
    }
    const compare = async (name: string, root: string, server: string) => {
      const plain: number[] = []
      const own = { none: [] as Outcome[], sample: [] as Outcome[] }
      for (let turn = 0; turn < TURNS; turn += 1) {
        const place = `${server}/${name.replace(/\W+/g, '-')}-${turn}`
        plain.push(await bare(root, `${place}-bare`))
        for (const verify of ['none', 'sample'] as const)
          own[verify].push(await ours(root, `${place}-${verify}`, verify))
        await machine.sh('rm -rf /run/bench-*-files/*')
      }
      for (const [verify, outcomes] of Object.entries(own)) {
        const seconds = median(outcomes.map((outcome) => outcome.seconds))
        const rss = Math.max(...outcomes.map((outcome) => outcome.rss))
        print(
          `${version} ${name}: nix copy ${median(plain).toFixed(2)} s, ours (verify ${verify}) ${seconds.toFixed(2)} s ` +
            `= ${(median(plain) / seconds).toFixed(2)}x, ${outcomes[0]?.pushed} paths, ${rss.toFixed(0)} MB`,
        )
      }
    }
    if (!onlyLarge) await compare('200 small paths at 50 ms', await manyPaths(machine, 200), slow)
    await compare('one 500 MB path of programs on loopback', await programs(machine, 500), fast)
    for (const [name, random] of [
      ['half of it random', 250],
      ['all random', 500],
      ['all zeros', 0],
    ] as const)
      await compare(`one 500 MB path, ${name}, on loopback`, await largePath(machine, random, 500 - random), fast)
    if (onlyLarge) return
    const root = await manyPaths(machine, 2000)
    const first = await ours(root, `${fast}/again`, 'sample')
    print(`${version} first push of 2000 paths on loopback: ${first.seconds.toFixed(2)} s, ${first.rss.toFixed(0)} MB`)
    const late = await serve(machine, 50, fast.slice(-5))
    for (const verify of ['none', 'sample']) {
      const turns: Outcome[] = []
      for (let turn = 0; turn < TURNS; turn += 1) turns.push(await ours(root, `${late}/again`, verify))
      const seconds = median(turns.map((turn) => turn.seconds))
      const rss = Math.max(...turns.map((turn) => turn.rss))
      print(
        `${version} second push of 2000 paths at 50 ms (verify ${verify}): ${seconds.toFixed(2)} s, ${rss.toFixed(0)} MB`,
      )
    }
  } finally {
    await machine.stop()
  }
}

/** The push alone, as one file without types: as it is shipped. Gives its place in the machine. */
async function bundled(machine: Machine): Promise<string> {
  const outDir = mkdtempSync(join(tmpdir(), 'bench-push-'))
  const entry = join(repository, 'test/e2e/push-driver.ts')
  const options = {
    ssr: entry,
    outDir,
    target: 'node24',
    rolldownOptions: { output: { entryFileNames: 'push.mjs', codeSplitting: false } },
  }
  await build({ configFile: false, logLevel: 'error', root: repository, ssr: { noExternal: true }, build: options })
  await machine.run(['bash', '-c', 'cat > /root/push.mjs'], { input: readFileSync(join(outDir, 'push.mjs'), 'utf8') })
  rmSync(outDir, { recursive: true })
  return '/root/push.mjs'
}

let servers = 0

/** A cache that answers so many milliseconds late. @param folder of an earlier server, to serve its files again */
async function serve(machine: Machine, delay: number, folder = ''): Promise<string> {
  const name = `/run/bench-${++servers}`
  const root = folder === '' ? `${name}-files` : (roots.get(folder) ?? '')
  const command = `nohup ${machine.node('host')} ${join(repository, 'bench/push-server.mjs')} ${root} ${name} ${delay}`
  await machine.sh(`mkdir -p ${root}; ${command} > ${name}.log 2>&1 < /dev/null &`)
  while (!existsSync(machine.path(name))) await sleep(20)
  const port = readFileSync(machine.path(name), 'utf8')
  roots.set(port.slice(-5), root)
  return `http://127.0.0.1:${port}`
}

const roots = new Map<string, string>()

async function manyPaths(machine: Machine, count: number): Promise<string> {
  const expression = `let paths = builtins.genList (n: builtins.toFile "p${count}-\${toString n}" "file \${toString n}") ${count};
    in builtins.toFile "closure-${count}" (builtins.concatStringsSep "\\n" paths)`
  const printed = await machine.sh('nix-instantiate --eval --read-write-mode --strict -', { input: expression })
  return printed.trim().replaceAll('"', '')
}

/** A path of so many megabytes of programs and libraries of this machine. */
async function programs(machine: Machine, megabytes: number): Promise<string> {
  const script = `d=$(mktemp -d); { find /usr/bin /usr/lib -type f -size +20k | sort | xargs cat | head -c ${megabytes}M || true; } > $d/programs 2> /dev/null
    nix-store --add $d/programs; rm -r $d`
  return (await machine.sh(script)).trim()
}

/** A path of so many random megabytes, which compression leaves as they are, and so many zeros, of which little is left. */
async function largePath(machine: Machine, random: number, zeros: number): Promise<string> {
  const script = `d=$(mktemp -d); { head -c ${random}M /dev/urandom; head -c ${zeros}M /dev/zero; } > $d/large
    nix-store --add $d/large; rm -r $d`
  return (await machine.sh(script)).trim()
}
