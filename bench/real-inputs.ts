// Builds flakes that use the real flake-utils and flake-parts, unchanged, for two foreign targets:
//
//   node bench/real-inputs.ts CHECKOUTS      (Node ≥ 24)
//
// CHECKOUTS has numtide+flake-utils, nix-systems+default, hercules-ci+flake-parts and nix-community+nixpkgs.lib. It is not
// a test of the suite, since these are neither on npm nor in Debian and nothing of theirs is kept here.
import { strict as assert } from 'node:assert'
import { resolve } from 'node:path'
import { withJob } from '../test/e2e/support.ts'
import { fixtures, prepareFixtures } from '../test/fixtures/fixtures.ts'

const checkouts = resolve(process.argv[2] ?? '.')
const at = (name: string): string => `path:${checkouts}/${name}`
const program = (name: string): string => `mkDerivation {
  pname = "${name}"; version = "1"; dontUnpack = true; buildInputs = [ pkgs.zlib ]; nativeBuildInputs = [ pkgs.gnumake ];
  buildPhase = ''
    printf '#include <zlib.h>\\n#include <stdio.h>\\nint main(){printf("${name} with zlib %%s\\\\n", zlibVersion());}' > m.c
    printf 'all:\\n\\t$(CC) m.c -lz -o ${name}\\n' > Makefile
    make CC=$CC'';
  installPhase = "mkdir -p $out/bin; cp ${name} $out/bin";
}`

const flakes = {
  'flake-utils': `{
  inputs.unstable.url = "path:${fixtures.nixpkgs}";
  inputs.flake-utils.url = "${at('numtide+flake-utils')}";
  inputs.flake-utils.inputs.systems.url = "${at('nix-systems+default')}";
  outputs = { self, unstable, flake-utils }: flake-utils.lib.eachDefaultSystem (system:
    let pkgs = import unstable { inherit system; overlays = [ (final: prev: { mine = final.stdenv.${program('mine')}; }) ]; };
    in rec {
      packages = flake-utils.lib.flattenTree { inherit (pkgs) mine hello; };
      defaultPackage = packages.mine;
    });
}
`,
  'flake-parts': `{
  inputs.nixpkgs.url = "path:${fixtures.nixpkgs}";
  inputs.library.url = "${at('nix-community+nixpkgs.lib')}";
  inputs.flake-parts.url = "${at('hercules-ci+flake-parts')}";
  inputs.flake-parts.inputs.nixpkgs-lib.follows = "library";
  outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } {
    systems = [ "x86_64-linux" "aarch64-linux" "riscv64-linux" ];
    perSystem = { pkgs, self', inputs', ... }: {
      packages.default = self'.packages.mine;
      packages.mine = pkgs.stdenv.${program('mine')};
      packages.hello = inputs'.nixpkgs.legacyPackages.hello;
    };
  };
}
`,
}

await prepareFixtures(console.log)
const base = { user: 'runner', nix: '2.34.8', nixFlavour: 'daemon', nixConf: fixtures.nixConf() } as const
for (const [name, flake] of Object.entries(flakes)) {
  await withJob({ ...base, flake, binds: [...fixtures.binds, { source: checkouts }] }, async (job) => {
    const targets = 'aarch64-linux riscv64-linux'
    const built = await job.act({ targets, packages: 'default', 'smoke-test': 'mine' })
    assert.ok(built.ok, job.runner.log)
    assert.deepEqual(
      built.results.map(({ status, method }) => `${status} ${method}`),
      ['built transparent', 'built transparent'],
    )
    assert.equal(job.runner.log.match(/smoke-test> mine with zlib/g)?.length, 2)
    const { results } = await job.act({ targets, packages: 'hello', 'dry-run': 'true' })
    const sets = ['aarch64-multiplatform', 'riscv64'].map((set) => `pkgsCross.${set}.hello.drvPath`)
    for (const [index, set] of sets.entries()) {
      const attribute = `path:${fixtures.nixpkgs}#legacyPackages.x86_64-linux.${set}`
      const drvPath = await job.machine.sh(
        `nix --extra-experimental-features 'nix-command flakes' eval --raw '${attribute}'`,
      )
      assert.equal(results[index]?.drvPath, drvPath.trim())
    }
    await job.finish()
    console.log(`${name}: built for ${targets}, run under QEMU; hello is the very derivation of pkgsCross`)
  })
}
