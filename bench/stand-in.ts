/**
 * What the cross view of a nixpkgs of full size costs: 45,000 files in nixpkgs' folders, as a locked tarball, real Nix. A flake that imports it
 * as a path needs a stand-in tree of it; the same flake by `legacyPackages` needs none. Both are planned with
 * `=cross`, in turns, each in a job of its own (a stand-in lasts for one job): the difference is the view.
 *
 *     test/rig/.cache/node24/node bench/stand-in.ts [ROUNDS] [FILES]
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeStandIn } from '../src/strategy/stand-in.ts'
import { fixtures, prepareFixtures } from '../test/fixtures/fixtures.ts'
import { rig } from '../test/rig/cache.ts'
import { Machine } from '../test/rig/machine.ts'
import { Runner } from '../test/rig/runner.ts'

const repository = join(import.meta.dirname, '..')
const rounds = Number(process.argv[2] ?? 5)
const files = Number(process.argv[3] ?? 45_000)
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0

await prepareFixtures()
const scratch = mkdtempSync(join(tmpdir(), 'bench-stand-in-'))
const tree = join(scratch, 'nixpkgs')
const forms = {
  legacyPackages: 'nixpkgs.legacyPackages.$' + '{system}',
  import: 'import nixpkgs { inherit system; }',
}
makeTree()
execFileSync('tar', ['czf', `${tree}.tar.gz`, '-C', scratch, 'nixpkgs'])
for (const [name, packages] of Object.entries(forms)) writeFlake(name, packages)
try {
  makeLinks()
  const machine = await Machine.start({
    user: 'root',
    nix: '2.34.8',
    nixConf: fixtures.nixConf(),
    binds: [{ source: repository }, { source: scratch, readOnly: false }],
  })
  try {
    await measure(machine)
  } finally {
    await machine.stop()
  }
} finally {
  rmSync(scratch, { recursive: true })
}

/** The fixtures' set, with the top folders of nixpkgs and as many files as it has: 20,000 packages, modules, the rest. */
function makeTree(): void {
  cpSync(fixtures.nixpkgs, tree, { recursive: true })
  for (const folder of ['.github', 'ci', 'doc', 'maintainers', 'modules', 'nixos']) mkdirSync(join(tree, folder))
  for (const file of ['.version', 'README.md', 'COPYING', 'CONTRIBUTING.md', 'shell.nix', '.editorconfig'])
    writeFileSync(join(tree, file), `${file}\n`)
  for (let count = readdirSync(tree, { recursive: true }).length; count < files; count++) {
    const where = ['pkgs/by-name', 'nixos/modules', 'pkgs/development', 'doc', 'pkgs/by-name'][count % 5] ?? 'pkgs'
    const folder = join(tree, where, `a${count % 97}`, `package-${count >> 2}`)
    mkdirSync(folder, { recursive: true })
    writeFileSync(
      join(folder, `file-${count}.nix`),
      `{ stdenv }: stdenv.mkDerivation { name = "package-${count}"; }\n`.repeat(20),
    )
  }
}

function writeFlake(name: string, packages: string): void {
  mkdirSync(join(scratch, name))
  const outputs = `{ packages = nixpkgs.lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] (system: { default = (${packages}).greet; }); }`
  writeFileSync(
    join(scratch, name, 'flake.nix'),
    `{ inputs.nixpkgs.url = "file://${tree}.tar.gz"; outputs = { nixpkgs, ... }: ${outputs}; }\n`,
  )
}

/** The making alone, without Nix. */
function makeLinks(): void {
  const target = {
    name: 'aarch64-linux',
    system: 'aarch64-linux',
    triple: 'aarch64-unknown-linux-gnu',
    crossNames: [],
    plain: true,
  } as const
  const views = join(scratch, 'views')
  cpSync(join(repository, 'src/strategy/cross'), views, { recursive: true })
  mkdirSync(join(views, 'trees'))
  const took = Array.from({ length: rounds }, (_, round) => {
    const began = performance.now()
    const entries = readdirSync(tree)
    const wanted = { name: `tree-${round}`, real: tree, guise: 'aarch64-linux', target: target.name, entries }
    makeStandIn(views, wanted, 'x86_64-linux' as never, [
      { target: target.system, list: null, platform: target, lookups: [] } as never,
    ])
    return performance.now() - began
  })
  console.log(
    `${files} files, ${readdirSync(tree).length} names on top: the links are made in ${median(took).toFixed(1)} ms`,
  )
}

async function measure(machine: Machine): Promise<void> {
  const seconds: Record<string, number[]> = { legacyPackages: [], import: [] }
  for (const name of Object.keys(forms))
    await machine.sh(`nix --extra-experimental-features 'nix-command flakes' flake lock path:${scratch}/${name}`, {
      timeout: 600_000,
    })
  for (let round = 0; round <= rounds; round++)
    for (const name of Object.keys(forms)) {
      const took = await plan(machine, name)
      if (round > 0) seconds[name]?.push(took)
    }
  const [without, withOne] = [median(seconds.legacyPackages ?? []), median(seconds.import ?? [])]
  console.log(
    `planning with =cross: by legacyPackages ${without.toFixed(2)} s, by import ${withOne.toFixed(2)} s: ` +
      `the view costs ${(withOne - without).toFixed(2)} s`,
  )
}

async function plan(machine: Machine, name: string): Promise<number> {
  const lines: [string, number][] = []
  const runner = new Runner({ machine, onLine: (line) => lines.push([line, performance.now()]) })
  runner.checkout(join(scratch, name))
  const inputs = { targets: 'aarch64-linux=cross', 'dry-run': 'true', cache: 'false', 'qemu-source': rig.qemu }
  const step = await runner.step(repository, inputs)
  await runner.finish()
  if (!step.ok) throw new Error(runner.log)
  const began = lines.find(([line]) => line.includes('[group]Strategy'))?.[1] ?? 0
  const ended = lines.find(([line, at]) => at > began && line.includes('[endgroup]'))?.[1] ?? 0
  return (ended - began) / 1000
}
