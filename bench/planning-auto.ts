/**
 * What planning costs: one package for one foreign target with `auto`, `dry-run: true`, locked to a tarball, where nothing
 * has to be fetched, against the bare native evaluation of that package (`nix eval …drvPath`, evaluation cache off, a
 * process of its own). In turns on one machine, medians. Planning is the group "Strategy" of the log: from reading the flake to the choice.
 *
 *     test/rig/.cache/node24/node bench/planning-auto.ts [ROUNDS] [NIXPKGS PACKAGE…]
 *
 * NIXPKGS: a tree to take packages from instead of the fixtures' (bench/corpus/tree.mjs makes one).
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fixtures, prepareFixtures } from '../test/fixtures/fixtures.ts'
import { rig } from '../test/rig/cache.ts'
import { Machine } from '../test/rig/machine.ts'
import { Runner } from '../test/rig/runner.ts'

const repository = join(import.meta.dirname, '..')
const [rounds = '5', nixpkgs, ...names] = process.argv.slice(2)
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0

const FLAGS = "--extra-experimental-features 'nix-command flakes'"

await prepareFixtures()
const tree = nixpkgs ?? fixtures.nixpkgs
const scratch = mkdtempSync(join(tmpdir(), 'bench-planning-'))
execFileSync('tar', ['czf', join(scratch, 'nixpkgs.tar.gz'), '-C', dirname(tree), basename(tree)])
mkdirSync(join(scratch, 'flake'))
writeFileSync(
  join(scratch, 'flake/flake.nix'),
  `{
    inputs.nixpkgs.url = "file://${scratch}/nixpkgs.tar.gz";
    outputs = { nixpkgs, ... }: {
      packages = nixpkgs.lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] (system: {
        inherit (nixpkgs.legacyPackages.\${system}) ${(names.length > 0 ? names : ['hello', 'almanac']).join(' ')};
      });
    };
  }`,
)
const machine = await Machine.start({
  user: 'root',
  nix: '2.34.8',
  nixConf: fixtures.nixConf(),
  binds: [{ source: repository }, { source: scratch, readOnly: false }],
})
try {
  await machine.sh(`nix ${FLAGS} flake lock path:${scratch}/flake`, { timeout: 300_000 })
  for (const name of names.length > 0 ? names : ['hello', 'almanac']) await measure(name)
} finally {
  await machine.stop()
  rmSync(scratch, { recursive: true })
}

async function measure(name: string): Promise<void> {
  const seconds: Record<'bare' | 'planning' | 'whole', number[]> = { bare: [], planning: [], whole: [] }
  let ways = ''
  const where = `path:${join(machine.home, 'work/repo/repo')}#packages.aarch64-linux.${name}.drvPath`
  const evaluation = `nix ${FLAGS} eval --raw --option eval-cache false --no-write-lock-file '${where}'`
  for (let round = 0; round <= Number(rounds); round++) {
    const lines: [string, number][] = []
    const runner = new Runner({ machine, onLine: (line) => lines.push([line, performance.now()]) })
    runner.checkout(join(scratch, 'flake'))
    const bare = await timed(() => machine.sh(evaluation, { timeout: 600_000 }))
    const inputs = {
      targets: 'aarch64-linux',
      packages: name,
      'dry-run': 'true',
      cache: 'false',
      'qemu-source': rig.qemu,
    }
    const whole = await timed(async () => {
      const step = await runner.step(repository, inputs)
      if (!step.ok) throw new Error(runner.log)
      ways = describe(step.outputs.plan ?? '[]')
    })
    await runner.finish()
    if (round === 0) continue // the flake's first way into the store
    const began = lines.find(([line]) => line.includes('[group]Strategy'))?.[1] ?? 0
    const ended = lines.find(([line, at]) => at > began && line.includes('[endgroup]'))?.[1] ?? 0
    seconds.bare.push(bare)
    seconds.planning.push((ended - began) / 1000)
    seconds.whole.push(whole)
  }
  const ratio = median(seconds.planning.map((value, index) => value / (seconds.bare[index] ?? 1)))
  const [bare, planning, whole] = [seconds.bare, seconds.planning, seconds.whole].map((list) => median(list).toFixed(2))
  console.log(
    `${name}: bare ${bare} s, planning ${planning} s = ${ratio.toFixed(2)} x, whole action ${whole} s; ${ways}`,
  )
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return (performance.now() - began) / 1000
}

/** The candidates that were evaluated, the chosen one first. */
function describe(plan: string): string {
  interface Candidate {
    readonly strategy: string
    readonly method: string | null
    readonly chosen: boolean
    readonly drvPath: string | null
  }
  const candidates = (JSON.parse(plan) as { candidates: Candidate[] }[]).flatMap((entry) => entry.candidates)
  const evaluated = candidates
    .filter(({ drvPath }) => drvPath !== null)
    .sort((a, b) => Number(b.chosen) - Number(a.chosen))
  return evaluated.map(({ strategy, method }) => (method === null ? strategy : `${strategy} ${method}`)).join(', ')
}
