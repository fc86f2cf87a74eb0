/**
 * What planning costs: the whole plan action on a flake with 100 packages for each of 4 systems, against one bare
 * `nix eval` of the same attributes, each on a fresh machine, in turns.
 *
 *     test/rig/.cache/node24/node bench/plan.ts [ROUNDS] [PACKAGES] [TREE]
 *
 * TREE: a nixpkgs-like tree (bench/corpus/tree.mjs makes one of public sources), by default the fixtures' small one, where
 * evaluation takes so little that the fixed costs of any action show.
 */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fixtures, prepareFixtures } from '../test/fixtures/fixtures.ts'
import { Machine } from '../test/rig/machine.ts'
import { Runner } from '../test/rig/runner.ts'
import { median } from './median.ts'
import { processorTime } from './processor-time.ts'

const repository = join(import.meta.dirname, '..')
const [rounds = 9, packages = 100] = process.argv.slice(2, 4).map(Number)
const tree = process.argv[4] ?? fixtures.nixpkgs
const SYSTEMS = ['x86_64-linux', 'aarch64-linux', 'riscv64-linux', 'armv7l-linux']

/** Packages with the package set of the fixtures, each with inputs and an environment of its own. */
const flake = `{
  outputs = { self }: {
    packages = builtins.listToAttrs (map (system: {
      name = system;
      value = let pkgs = import ./nixpkgs { inherit system; }; in builtins.listToAttrs (builtins.genList (n: rec {
        name = "package-\${toString n}";
        value = pkgs.stdenv.mkDerivation {
          inherit name;
          src = builtins.toFile "source-\${toString n}" "\${system} \${toString n}";
          dontUnpack = true;
          buildInputs = map (input: pkgs.\${input}) (builtins.filter (input: pkgs ? \${input}) [ "zlib" "lua" "openssl" "curl" ]);
          installPhase = "echo \${toString n} > $out";
        };
      }) ${packages});
    }) [ ${SYSTEMS.map((system) => `"${system}"`).join(' ')} ]);
  };
}
`

await prepareFixtures((line) => console.log(line))
const folder = mkdtempSync(join(tmpdir(), 'bench-plan-'))
cpSync(tree, join(folder, 'nixpkgs'), { recursive: true })
writeFileSync(join(folder, 'flake.nix'), flake)

interface Cost {
  readonly seconds: number
  /** Of the processor. */
  readonly work: number
}

/** What `work` takes on a machine of its own with the flake checked out. */
async function onMachine(work: (machine: Machine, runner: Runner) => Promise<void>): Promise<Cost> {
  const machine = await Machine.start({
    user: 'root',
    nix: '2.34.8',
    binds: [...fixtures.binds, { source: repository }],
    nixConf: fixtures.nixConf(),
    size: '8g',
  })
  try {
    const runner = new Runner({ machine })
    runner.checkout(folder)
    const [began, [, before]] = [performance.now(), processorTime()]
    await work(machine, runner)
    return { seconds: (performance.now() - began) / 1000, work: processorTime()[1] - before }
  } finally {
    await machine.stop()
  }
}

const bare = () =>
  onMachine(async (_, runner) => {
    const apply = 'builtins.mapAttrs (_: builtins.mapAttrs (_: package: package.drvPath))'
    const { ok } = await runner.run(`nix eval --json .#packages --apply '${apply}' > /tmp/paths.json`)
    if (!ok) throw new Error(runner.log)
  })

const planned = () =>
  onMachine(async (_, runner) => {
    const { ok, outputs } = await runner.step(join(repository, 'plan'), {})
    const found = (JSON.parse(outputs.plan ?? '[]') as { status: string }[]).filter(
      ({ status }) => status === 'planned',
    )
    if (!ok || found.length !== packages * SYSTEMS.length) throw new Error(`${found.length} planned\n${runner.log}`)
  })

try {
  const costs: Record<'bare' | 'planned', Cost[]> = { bare: [], planned: [] }
  for (let round = 0; round < rounds; round += 1) {
    const ways = round % 2 === 0 ? (['bare', 'planned'] as const) : (['planned', 'bare'] as const)
    for (const way of ways) costs[way].push(await (way === 'bare' ? bare() : planned()))
  }
  for (const name of ['seconds', 'work'] as const) {
    const of = (way: 'bare' | 'planned') => costs[way].map((cost) => cost[name])
    const ratios = of('bare').map((each, index) => (of('planned')[index] ?? Number.NaN) / each)
    console.log(name === 'work' ? 'seconds of the processor' : 'seconds')
    console.log(`  bare nix eval: median ${median(of('bare')).toFixed(2)}`)
    console.log(`  plan action:   median ${median(of('planned')).toFixed(2)}`)
    console.log(`  ratios: ${ratios.map((ratio) => ratio.toFixed(2)).join(' ')}, median ${median(ratios).toFixed(2)}`)
  }
} finally {
  rmSync(folder, { recursive: true })
}
