import { beforeAll, describe, expect, test } from 'vitest'
import { fixtures, prepareFixtures, registerEmulators } from '../fixtures/fixtures.ts'
import { machineUsable } from '../rig/available.ts'
import { rig } from '../rig/cache.ts'
import { withJob } from './support.ts'

/** A package that asks the program it just made for its version, and does not look whether that worked. */
const flake = () => `{
  inputs.nixpkgs.url = "path:${fixtures.nixpkgs}";
  outputs = { self, nixpkgs }: {
    packages = nixpkgs.lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] (system: let
      pkgs = nixpkgs.legacyPackages.\${system};
      source = "echo 'int main(void) { return __builtin_puts(\\"1.0\\") < 0; }' >prog.c; $CC -o prog prog.c";
    in rec {
      silent = pkgs.runCommandCC "silent" { } ''
        \${source}
        version=$(./prog --version) || true
        mkdir -p $out/bin
        printf %s "$version" >$out/version
        cp prog $out/bin/
      '';
      needs-silent = pkgs.runCommandCC "needs-silent" { } "cp -r \${silent} $out";
      clean = pkgs.runCommandCC "clean" { } ''
        \${source}
        mkdir -p $out/bin
        cp prog $out/bin/
      '';
      # hello's configure asks with a program whether it is being cross-compiled
      inherit (pkgs) hello;
    });
  };
}
`

describe.skipIf(!machineUsable())('a cross build that runs a program of the target', () => {
  beforeAll(() => prepareFixtures())
  const options = () => ({
    user: 'runner' as const,
    nix: '2.34.8' as const,
    nixFlavour: 'daemon' as const,
    flake: flake(),
    nixConf: fixtures.nixConf(),
    binds: [...fixtures.binds, { source: rig.qemu }],
  })
  const packages = 'silent needs-silent clean hello'

  test('succeeds, and says which program of which derivation did not run', async () => {
    await withJob(options(), async ({ machine, runner, act, finish }) => {
      const { ok, results } = await act({ targets: 'aarch64-linux=cross', packages })
      expect(ok, runner.log).toBe(true)
      const silent = expect.stringMatching(
        /^The build of silent-aarch64-unknown-linux-gnu could not execute \.\/prog and went on, as its log says:\n.*\.\/prog: cannot execute binary file: Exec format error\n/,
      )
      expect(results.map(({ package: name, status, notes }) => [name, status, notes])).toEqual([
        ['silent', 'built', [silent]],
        ['needs-silent', 'built', [silent]],
        ['clean', 'built', []],
        ['hello', 'built', []],
      ])
      // it is as the note says: what the program should have told is missing
      expect(await machine.sh(`cat ${results[0]?.outputs.out}/version`)).toBe('')
      const warnings = runner.messages('warning').filter((text) => text.includes('./prog'))
      expect(warnings).toEqual([
        expect.stringMatching(/^silent for aarch64-linux, needs-silent for aarch64-linux: The build of silent-aarch64/),
      ])
      const summary = runner.job.summaries.join('\n')
      expect(summary).toContain(
        '### To be looked at\n\n#### `silent` for `aarch64-linux`, `needs-silent` for `aarch64-linux`',
      )
      expect(summary).toContain('./prog: cannot execute binary file: Exec format error')
      await finish()
    })
  })

  test('has nothing to say where an emulator is registered and the program runs', async () => {
    await withJob(options(), async ({ machine, runner, act, finish }) => {
      await registerEmulators(machine)
      const { ok, results } = await act({ targets: 'aarch64-linux=cross', packages: 'silent' })
      expect(ok, runner.log).toBe(true)
      expect(results[0]?.notes).toEqual([])
      expect(await machine.sh(`cat ${results[0]?.outputs.out}/version`)).toBe('1.0')
      await finish()
    })
  })
})
