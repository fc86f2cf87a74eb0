import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { fixtures, prepareFixtures, registerEmulators } from '../fixtures/fixtures.ts'
import { machineUsable } from '../rig/available.ts'
import { nixVersions } from '../rig/cache.ts'
import { startSshServer } from '../rig/servers.ts'
import { type Job, type JobOptions, type Result, repository, withJob } from './support.ts'

interface PlanEntry {
  package: string
  reason: string
  candidates: {
    strategy: string
    method: string | null
    hybrid: boolean
    chosen: boolean
    reason: string
    cost: { toBuild: Record<string, number>; closure: Record<string, number>; seconds: number } | null
  }[]
  attempts: { strategy: string; method: string; hybrid: boolean; error: string }[]
}

const plansOf = ({ outputs }: { outputs: Record<string, string> }) => JSON.parse(outputs.plan ?? '[]') as PlanEntry[]
const titles = (results: readonly Result[]) => results.map(({ strategy, method }) => [strategy, method])
const forget = ({ machine }: Job, results: readonly Result[]) =>
  machine.sh(`nix-store --delete ${results.flatMap(({ outputs }) => Object.values(outputs)).join(' ')}`)

/** What `auto` decides for real programs, and what it does when a build fails; test/fixtures/flakes/stubborn. */
describe.skipIf(!machineUsable())('auto', () => {
  beforeAll(() => prepareFixtures())
  const options = (nix: string, flake: string): JobOptions => ({
    user: 'root',
    nix: nix as never,
    flake,
    binds: fixtures.binds,
    nixConf: `experimental-features = nix-command flakes\n${fixtures.nixConf()}`,
  })

  test.each([
    ['plain', 'x86_64-linux', 'greet', 'native', null, /the runner is x86_64-linux itself/],
    ['declared', 'aarch64-linux', 'by-triple', 'cross', 'declared', /the flake declares a cross build/],
    ['pkgscross', 'riscv64-linux', 'greeting', 'cross', 'pkgsCross', /nixpkgs' cross set/],
    ['plain', 'aarch64-linux', 'counter', 'cross', 'transparent', /the unchanged flake.*at native speed/],
    ['raw', 'aarch64-linux', 'default', 'emulated', null, /QEMU runs the aarch64-linux build/],
    [
      'stubborn',
      'aarch64-linux',
      'runs-a-foreign-tool',
      'cross',
      'transparent',
      /QEMU runs .*: printer-1\.0 \(aarch64-linux\), runs-a-foreign-tool-1\.0/,
    ],
    [
      'stubborn',
      'aarch64-linux',
      'includes-a-table',
      'cross',
      'transparent',
      /QEMU runs .*: table-1\.0 \(aarch64-linux\)/,
    ],
  ])('%s for %s, %s: %s %s', async (flake, targets, packages, strategy, method, reason) => {
    await withJob(options('2.34.8', fixtures.flake(flake)), async ({ runner, act, finish }) => {
      const step = await act({ targets, packages })
      expect(step.ok, runner.log).toBe(true)
      expect(titles(step.results)).toEqual([[strategy, method]])
      expect(step.results[0]).toMatchObject({ status: 'built', reason: expect.stringMatching(reason) })
      const [plan] = plansOf(step)
      expect(plan?.candidates.filter(({ chosen }) => chosen)).toHaveLength(1)
      for (const candidate of plan?.candidates ?? []) expect(candidate.reason).toMatch(/\w/)
      await finish()
    })
  })

  test('a target that the flake does not list, all packages', async () => {
    const flake = `{
      inputs.nixpkgs.url = "path:${fixtures.nixpkgs}";
      outputs = { self, nixpkgs }: {
        packages.x86_64-linux = { inherit (nixpkgs.legacyPackages.x86_64-linux) greet; default = self.packages.x86_64-linux.greet; };
      };
    }\n`
    await withJob(options('2.26.3', flake), async ({ runner, act, finish }) => {
      const step = await act({ targets: 'riscv64-linux', packages: '*', 'smoke-test': 'greet' })
      expect(step.ok, runner.log).toBe(true)
      expect(step.results.map((result) => [result.package, result.method, result.status])).toEqual([
        ['default', 'transparent', 'built'],
        ['greet', 'transparent', 'built'],
      ])
      const emulated = await act({ targets: 'riscv64-linux=emulated', packages: '*' })
      expect(emulated.ok).toBe(false)
      expect(runner.log).toMatch(
        /packages: \* finds no package for riscv64-linux: the flake has packages for x86_64-linux/,
      )
      await finish()
    })
  })

  test('overlays and NixOS configurations', async () => {
    const machines = mkdtempSync(join(tmpdir(), 'machines-'))
    cpSync(join(repository, 'test/fixtures/transparent/machines'), machines, { recursive: true })
    const file = join(machines, 'flake.nix')
    writeFileSync(file, readFileSync(file, 'utf8').replace('@nixpkgs@', fixtures.nixpkgs))
    await withJob(options('2.34.8', machines), async ({ runner, act, finish }) => {
      const image = 'nixosConfigurations.pi.config.system.build.sdImage'
      const nixos = await act({ targets: 'aarch64-linux', packages: image })
      expect(nixos.ok, runner.log).toBe(true)
      expect(titles(nixos.results)).toEqual([['cross', 'nixos']])
      const overlay = await act({
        flake: `path:${fixtures.flake('overlay-only')}`,
        targets: 'aarch64-linux',
        packages: 'shout',
        'smoke-test': 'greet',
      })
      expect(overlay.ok, runner.log).toBe(true)
      expect(titles(overlay.results)).toEqual([['cross', 'overlay']])
      await finish()
    })
    rmSync(machines, { recursive: true })
  })

  test('what is there is taken; what a remote builder can build is left to it; its loss is got over', async () => {
    const nix = `builders = ssh-ng://root@127.0.0.1?remote-store=/var/tmp/far&remote-program=/usr/local/bin/far-daemon aarch64-linux\n`
    const base = options('2.34.8', fixtures.flake('raw'))
    const far = '#!/bin/sh\nNIX_CONFIG=\'extra-platforms = aarch64-linux\' exec nix-daemon "$@"\n'
    await withJob({ ...base, ssh: true, nixConf: `${base.nixConf}\n${nix}` }, async (job) => {
      const { machine, runner, act, finish } = job
      await registerEmulators(machine)
      await machine.sh('cat >/usr/local/bin/far-daemon; chmod +x /usr/local/bin/far-daemon', { input: far })
      const ssh = await startSshServer(machine)
      runner.job.env.NIX_SSHOPTS = ssh.options
      const remote = await act({ targets: 'aarch64-linux' })
      expect(remote.ok, runner.log).toBe(true)
      expect(remote.results[0]).toMatchObject({
        strategy: 'native',
        status: 'built',
        reason: 'the remote builder ssh-ng://root@127.0.0.1 is aarch64-linux',
      })
      await machine.sh(`test -e /var/tmp/far${Object.values(remote.results[0]?.outputs ?? {})[0]}`)

      const there = await act({ targets: 'aarch64-linux' })
      expect(there.results[0]).toMatchObject({
        strategy: 'native',
        status: 'cached',
        reason: expect.stringMatching(/nothing to build/),
      })

      await forget(job, there.results)
      await machine.sh('rm -rf /var/tmp/far || chmod -R u+w /var/tmp/far && rm -rf /var/tmp/far')
      await ssh.stop()
      const alone = await act({ targets: 'aarch64-linux' })
      expect(alone.ok, runner.log).toBe(true)
      expect(alone.results[0]).toMatchObject({ strategy: 'emulated', status: 'built' })
      expect(plansOf(alone)[0]?.attempts).toMatchObject([{ strategy: 'native' }])
      await finish()
    })
  })

  test.each(nixVersions)('what fails falls back in the same run, and is remembered, with Nix %s', async (nix) => {
    const inputs = { targets: 'aarch64-linux', packages: 'runs-itself asks-the-machine' }
    await withJob(options(nix, fixtures.flake('stubborn')), async (job) => {
      const { machine, runner, act, finish } = job
      const first = await act(inputs)
      expect(first.ok, runner.log).toBe(true)
      expect(titles(first.results)).toEqual([
        ['cross', 'transparent'],
        ['emulated', null],
      ])
      const [itself, machineOnly] = plansOf(first)
      expect(itself?.candidates.find(({ chosen }) => chosen)).toMatchObject({ hybrid: true })
      expect(itself?.attempts).toMatchObject([{ hybrid: false, error: expect.stringMatching(/another architecture/) }])
      expect(machineOnly?.attempts).toMatchObject([
        { strategy: 'cross', hybrid: false, error: expect.stringMatching(/exit code 1/) },
        { strategy: 'cross', hybrid: true, error: expect.stringMatching(/exit code 1/) },
      ])
      const summary = runner.job.summaries.join('\n')
      expect(summary).toMatch(/### Fell back/)
      expect(summary.match(/\| cross \(transparent, hybrid\) \| emulated \|/g)).toHaveLength(1)
      expect(runner.log.match(/failed, falling back to/g)).toHaveLength(3)
      const [answer = '', kind = ''] = first.results.map(({ outputs }) => outputs.out ?? '')
      expect(await machine.sh(`${answer}/bin/answer; cat ${kind}`)).toBe('the answer\naarch64\n')

      await forget(job, first.results)
      const second = await act(inputs)
      expect(second.ok, runner.log).toBe(true)
      expect(plansOf(second).map(({ attempts }) => attempts)).toEqual([[], []])
      expect(titles(second.results)[1]).toEqual(['emulated', null])
      await finish()
    })
  })

  // import from derivation: of a program of the target; no more than its list of packages is known without
  const importing = `{
    inputs.nixpkgs.url = "path:${fixtures.nixpkgs}";
    outputs = { nixpkgs, ... }:
      let
        each = nixpkgs.lib.genAttrs [ "x86_64-linux" "aarch64-linux" ];
        generated = pkgs: text: import (pkgs.runCommand "generated" { } "echo '\${text}' >$out");
      in {
        packages = each (system: let pkgs = nixpkgs.legacyPackages.\${system}; in generated pkgs ''pkgs: { default = pkgs.linkFarm "links" [ ]; }'' pkgs);
        checks = each (system: let pkgs = nixpkgs.legacyPackages.\${system}; in {
          patched = (import (nixpkgs.legacyPackages.x86_64-linux.runCommand "patched" { } "cp -r \${nixpkgs} $out") { inherit system; }).bash;
            crashes = pkgs.runCommand "crashes" { } "(kill -SEGV $BASHPID) || exit 1";
          on-target = pkgs.runCommand (generated pkgs ''"on-target"'') { } "uname -m | grep aarch64 >$out || exit 1";
        });
      };
  }
`

  test.each(nixVersions)('what is built while a flake is evaluated is emulated too, with Nix %s', async (nix) => {
    const base = { ...options(nix, importing), user: 'runner', nixFlavour: 'daemon' } as const
    await withJob(base, async ({ runner, act, finish }) => {
      const never = await act({ targets: 'aarch64-linux=emulated', qemu: 'never' })
      expect(never.results[0]?.error, runner.log).toMatch(
        /generated has to be built on aarch64-linux.*during evaluation.*qemu: auto/,
      )
      const patched = await act({ targets: 'aarch64-linux=cross', packages: 'checks.{target}.patched' })
      expect(patched.results[0]?.error).toMatch(/imports a copy of nixpkgs that a derivation makes/)
      const cross = await act({ targets: 'aarch64-linux' })
      expect(titles(cross.results), runner.log).toEqual([['cross', 'transparent']])
      expect(runner.log).not.toContain('aarch64-linux: registered')
      const crashed = await act({ targets: 'aarch64-linux=emulated', packages: 'checks.{target}.crashes' })
      expect(crashed.results[0]?.error).toMatch(
        /exit code 1.*It crashed under QEMU, which may be to blame: build it cross/,
      )
      const fallen = await act({ targets: 'aarch64-linux', packages: 'checks.{target}.on-target' })
      expect(fallen.ok, runner.log).toBe(true)
      expect(titles(fallen.results)).toEqual([['emulated', null]])
      await finish()
    })
    await withJob(base, async ({ runner, act, finish }) => {
      const gone = await act({ targets: 'aarch64-linux=emulated', packages: '*', 'qemu-source': '/none' })
      expect(gone.ok).toBe(false)
      expect(runner.messages('error').at(-1)).toMatch(/imports from a derivation for aarch64-linux, and .*\/none/)
      const all = await act({ targets: 'aarch64-linux=emulated', packages: '*' })
      expect(all.ok, runner.log).toBe(true)
      expect(all.results).toMatchObject([{ package: 'default', strategy: 'emulated', status: 'built' }])
      await finish()
    })
  })

  // an image of several architectures, what is of another one under the name of this, and what is of one alone
  const ofSeveral = `{
    inputs.raw.url = "path:${fixtures.flake('raw')}";
    outputs = { self, raw }:
      let
        arm = raw.packages.aarch64-linux;
        make = system: name: derivation { inherit name system; builder = "/bin/sh"; parts = [ arm.data raw.packages.riscv64-linux.data ]; args = [ "-c" "echo $parts >$out" ]; };
      in {
        packages.x86_64-linux = { image = make "x86_64-linux" "image"; inherit (arm) uses-data data; sparc = make "sparc-linux" "sparc"; };
        packages.aarch64-linux = { inherit (self.packages.x86_64-linux) image; };
        machines.arm = arm.data;
      };
  }
`

  test('what a package of this system needs for others is emulated', async () => {
    await withJob(options('2.26.3', ofSeveral), async ({ runner, act, finish }) => {
      const native = await act({ targets: 'x86_64-linux=native', packages: 'image' })
      expect(native.results[0]?.error).toMatch(
        /nor a remote builder builds what it needs for aarch64-linux, riscv64-linux/,
      )
      const never = await act({ packages: 'image', qemu: 'never' })
      expect(never.results[0]?.error).toMatch(/emulated: .*qemu: never forbids/)
      const other = await act({ targets: 'aarch64-linux', packages: 'image', 'dry-run': 'true' })
      expect(titles(other.results)).toEqual([['emulated', null]])
      const step = await act({ packages: 'image data uses-data sparc machines.arm' })
      expect(
        step.results.map(({ status, reason }) => [status, reason]),
        runner.log,
      ).toEqual([
        ['built', 'QEMU builds what it needs for aarch64-linux, riscv64-linux'],
        ['built', 'QEMU builds what it needs for aarch64-linux'],
        ['failed', 'QEMU builds what it needs for aarch64-linux'],
        ['failed', expect.stringMatching(/emulated: QEMU has no user-mode emulator for it/)],
        ['failed', expect.stringMatching(/data-1\.0 is for aarch64-linux, not x86_64-linux: name aarch64-linux/)],
      ])
      expect(step.results[2]?.error).toMatch(/bin\/tiny: ELF aarch64, wanted x86-64/)
      await finish()
    })
  })

  // a name that says cross and no more
  const crossForAnother = `{
    inputs.nixpkgs.url = "path:${fixtures.nixpkgs}";
    outputs = { nixpkgs, ... }:
      let set = system: { inherit (nixpkgs.legacyPackages.\${system}) greet; };
      in { packages = {
        x86_64-linux = set "x86_64-linux" // { greet-cross = nixpkgs.legacyPackages.x86_64-linux.pkgsCross.riscv64.greet; };
        aarch64-linux = set "aarch64-linux";
      }; };
  }
`

  test('a cross build that the flake declares for another target is in no other way', async () => {
    await withJob(options('2.34.8', crossForAnother), async ({ runner, act, finish }) => {
      const step = await act({ targets: 'aarch64-linux=cross', packages: 'greet', 'dry-run': 'true' })
      expect(step.ok, runner.log).toBe(true)
      expect(titles(step.results)).toEqual([['cross', 'transparent']])
      const declared = plansOf(step)[0]?.candidates.find(({ method }) => method === 'declared')
      expect(declared?.reason).toBe('its result is for riscv64-linux, not aarch64-linux')
      await finish()
    })
  })

  // a Makefile that says CC=gcc, where a compiler of the build machine is at hand
  const withBuildCompiler = `{
    inputs.nixpkgs.url = "path:${fixtures.nixpkgs}";
    outputs = { nixpkgs, ... }: {
      packages = nixpkgs.lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] (system: {
        default = let pkgs = nixpkgs.legacyPackages.\${system}; cc = pkgs.buildPackages.stdenv.cc; in
          pkgs.runCommandCC "compiled-1.0" { } ''
            echo 'int main(void) { return __builtin_puts("compiled") < 0; }' >main.c
            mkdir -p $out/bin
            \${cc}/bin/\${cc.targetPrefix or ""}cc -o $out/bin/compiled main.c
          '';
      });
    };
  }
`

  test('a cross build that gives programs of this machine falls back, and is remembered', async () => {
    const inputs = { targets: 'aarch64-linux' }
    await withJob(options('2.34.8', withBuildCompiler), async (job) => {
      const { machine, runner, act, finish } = job
      const first = await act({ ...inputs, 'smoke-test': 'compiled' })
      expect(first.ok, runner.log).toBe(true)
      expect(first.results).toMatchObject([{ strategy: 'emulated', status: 'built' }])
      const wrong = expect.stringMatching(/not for aarch64-linux/)
      expect(plansOf(first)[0]?.attempts).toMatchObject([{ strategy: 'cross', hybrid: false, error: wrong }])
      const program = `${first.results[0]?.outputs.out}/bin/compiled`
      expect(await machine.sh(`od -An -tx1 -j18 -N1 ${program}`)).toBe(' b7\n')

      await forget(job, first.results)
      const second = await act(inputs)
      expect(second.results).toMatchObject([{ strategy: 'emulated', status: 'built' }])
      expect(plansOf(second)[0]?.attempts).toEqual([])
      // the smoke test judges the program, not the way to it
      await forget(job, second.results)
      const failing = await act({ ...inputs, 'smoke-test': 'false' })
      expect(failing.results).toMatchObject([{ strategy: 'emulated', status: 'failed' }])
      expect(runner.log.match(/failed, falling back to/g)).toHaveLength(1)
      await finish()
    })
  })

  test('a program that is not on PATH is not looked for with an emulator', async () => {
    const flake = `{
      inputs.nixpkgs.url = "path:${fixtures.nixpkgs}";
      outputs = { nixpkgs, ... }: {
        packages = nixpkgs.lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] (system: {
          default = let pkgs = nixpkgs.legacyPackages.\${system}; in
            pkgs.runCommand "greeted-1.0" { buildInputs = [ pkgs.greet ]; } "greet >$out || exit";
        });
      };
    }
`
    await withJob(options('2.34.8', flake), async ({ runner, act, finish }) => {
      const built = await act({ targets: 'aarch64-linux' })
      expect(built.results, runner.log).toMatchObject([{ strategy: 'emulated', status: 'built' }])
      const error = expect.stringMatching(/exit code 127/)
      expect(plansOf(built)[0]?.attempts).toMatchObject([{ strategy: 'cross', hybrid: false, error }])
      await finish()
    })
  })

  test('no way is left: every failure is told, and what was asked for is not second-guessed', async () => {
    await withJob(options('2.34.8', fixtures.flake('stubborn')), async ({ runner, act, finish }) => {
      const never = await act({ targets: 'aarch64-linux', packages: 'asks-the-machine', qemu: 'never' })
      expect(never.ok).toBe(false)
      expect(never.results).toMatchObject([{ status: 'failed', strategy: 'cross' }])
      expect(never.results[0]?.error, runner.log).toMatch(/exit code 1.*\nNo other way is left:.*emulated: .*qemu/s)
      expect(plansOf(never)[0]?.attempts).toEqual([])
      const cross = await act({ targets: 'aarch64-linux=cross', packages: 'runs-itself includes-a-table' })
      expect(cross.ok).toBe(false)
      expect(cross.results.map(({ status, error }) => [status, error])).toEqual([
        ['failed', expect.stringMatching(/another architecture/)],
        ['failed', expect.stringMatching(/no pure cross build.*table-1\.0 \(aarch64-linux\)/)],
      ])
      const raw = await act({ flake: `path:${fixtures.flake('raw')}`, targets: 'aarch64-linux=cross' })
      expect(raw.results[0]?.error).toMatch(/tiny-1\.0 is for aarch64-linux/)
      expect(runner.log).not.toMatch(/falling back/)
      await finish()
    })
  })
})
