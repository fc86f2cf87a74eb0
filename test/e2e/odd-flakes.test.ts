import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { machineUsable } from '../rig/available.ts'
import { nixVersions } from '../rig/cache.ts'
import { type Job, repository, withJob } from './support.ts'

/** Packages and checks that strangers' flakes have and ours have not. */
const flake = `{
  outputs = { self }: let
    make = system: name: more: derivation ({ inherit system name; builder = "/bin/sh"; args = [ "-c" "echo \${name} > $out" ]; } // more);
    each = f: { x86_64-linux = f "x86_64-linux"; aarch64-linux = f "aarch64-linux"; };
  in {
    packages = each (system: let own = make system; in rec {
      good = own "good" { args = [ "-c" "i=0; while [ $i -lt 400000 ]; do i=$((i+1)); done; echo > $out" ]; };
      vm-test = own "vm-test" { requiredSystemFeatures = [ "kvm-of-mine" ]; };
      tool = own "tool" { };
      strict = own "strict" { inherit tool; allowedReferences = [ ]; args = [ "-c" "echo $tool > $out" ]; };
      needs-strict = own "needs-strict" { inherit strict; };
      floating = own "floating" { __contentAddressed = true; outputHashMode = "recursive"; outputHashAlgo = "sha256"; };
      needs-floating = own "needs-floating" { inherit floating; };
      "a.b" = own "dotted" { };
      "quo\\"te" = own "quoted" { };
    });
    checks = each (system: { one = make system "one" { }; two = make system "two" { }; text = "no derivation"; });
  };
}
`
const onFeature = { 'extra-nix-config': 'extra-experimental-features = ca-derivations' }
const essence = ({ results }: Awaited<ReturnType<Job['act']>>) =>
  Object.fromEntries(results.map(({ package: name, status, error }) => [name, error === null ? status : error]))

describe.skipIf(!machineUsable())('odd flakes', () => {
  test.each(nixVersions)('Nix %s: a failure is of what failed, and the others are built', async (nix) => {
    await withJob({ nix, flake }, async (job) => {
      const step = await job.act({
        ...onFeature,
        targets: 'x86_64-linux',
        packages: 'good vm-test strict needs-strict floating needs-floating "a.b" "quo\\"te" checks.{target}.*',
      })
      expect(essence(step), job.runner.log).toEqual({
        good: 'built',
        'vm-test': expect.stringMatching(/^vm-test demands the system feature kvm-of-mine/),
        strict: expect.stringMatching(/^strict failed to build: strict refers to tool, which it is not allowed to\./),
        'needs-strict': expect.stringMatching(/^strict, which needs-strict needs, failed .* refers to tool/),
        floating: expect.stringContaining('floating is content-addressed'),
        'needs-floating': expect.stringContaining('needs-floating is content-addressed, or needs what is'),
        '"a.b"': 'built',
        '"quo\\"te"': 'built',
        'checks.{target}.one': 'built',
        'checks.{target}.two': 'built',
      })
      // what runs here has no other way
      expect(job.runner.log).not.toMatch(/falling back|No other way/)
      await job.finish()
    })
  })

  test('the plan tells of each, and its jobs take the names', async () => {
    await withJob({ nix: '2.34.8', flake }, async (job) => {
      const inputs = { ...onFeature, targets: 'x86_64-linux', packages: '* checks.{target}.*' }
      const step = await job.runner.step(join(repository, 'plan'), inputs)
      expect(step.ok, job.runner.log).toBe(true)
      const { include } = JSON.parse(step.outputs.matrix ?? '') as { include: { packages: string }[] }
      const planned = include.map(({ packages }) => packages).join(' ')
      for (const name of ['"a.b"', '"quo\\"te"', 'checks.{target}.one', 'floating', 'strict'])
        expect(planned).toContain(name)
      expect(job.runner.messages('warning').join()).toContain('floating is content-addressed')
      const nothing = await job.runner.step(join(repository, 'plan'), { packages: 'devShells.{target}.*' })
      expect(nothing.ok).toBe(false)
      await job.finish()
    })
  })

  test('one that aborts evaluation does not hide the others, and is told', async () => {
    const aborting = `{
      outputs = { self }: {
        packages.x86_64-linux.good = derivation { name = "good"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "echo > $out" ]; };
        packages.x86_64-linux.bad = abort "stop here";
        packages.x86_64-linux.loop = let x = x; in x;
      };
    }
`
    await withJob({ nix: '2.34.8', flake: aborting }, async (job) => {
      const step = await job.act({ targets: 'x86_64-linux', packages: '*' })
      expect(essence(step), job.runner.log).toEqual({
        good: 'built',
        bad: expect.stringMatching(/it does not evaluate: evaluation aborted .*'stop here'$/),
        loop: expect.stringMatching(/infinite recursion encountered \(flake\.nix:5:\d+\)$/),
      })
      await job.finish()
    })
  })

  test('a flake that has nothing but an overlay is planned, for its job knows better', async () => {
    const overlay = '{\n  outputs = { self }: { overlays.default = final: prev: { }; };\n}\n'
    await withJob({ nix: '2.34.8', flake: overlay }, async ({ runner, finish }) => {
      const step = await runner.step(join(repository, 'plan'), { targets: 'x86_64-linux', packages: 'tool' })
      expect(step.ok, runner.log).toBe(true)
      expect(JSON.parse(step.outputs.plan ?? '')).toMatchObject([{ package: 'tool', status: 'unevaluated', job: 0 }])
      expect(runner.messages('warning')).toEqual([])
      await finish()
    })
  })

  test('a checkout of another user, and no git', async () => {
    for (const nix of nixVersions) {
      await withJob({ nix, flake, user: 'root' }, async ({ act, machine, runner }) => {
        const git = 'git -c user.email=a@example.org -c user.name=a'
        const into = `cd ${runner.dirs.workspace}`
        await machine.sh(`${into} && git init -q && git add . && ${git} commit -qm a && chown -R 1234:1234 .`)
        const refused = await act({ packages: '"a.b"' })
        expect(refused.ok).toBe(false)
        expect(runner.messages('error').at(-1)).toMatch(/another user.*safe\.directory/)
        await runner.run('git config --global --add safe.directory "$GITHUB_WORKSPACE"')
        expect((await act({ packages: '"a.b"' })).ok, runner.log).toBe(true)
        if (nix !== '2.8.0') return // newer ones bring their own
        await machine.sh('rm "$(command -v git)"')
        expect((await act({ packages: '"a.b"' })).ok).toBe(false)
        expect(runner.messages('error').at(-1)).toMatch(/Nix needs the program git/)
      })
    }
  })

  test.each([
    ['NIX_CONFIG that turns flakes off', { env: { NIX_CONFIG: 'experimental-features =' } }, '', undefined],
    [
      'NIX_CONFIG that Nix cannot read',
      { env: { NIX_CONFIG: 'no setting' } },
      '',
      /cannot read its settings:.*no setting/,
    ],
    ['a nix.conf that is not there', {}, 'include /none.conf\n', /cannot read its settings:.*\/none\.conf/],
    ['max-jobs = 0', {}, 'max-jobs = 0\n', /max-jobs = auto/],
  ])('%s', async (_, runnerOptions, conf, problem) => {
    const nixConf = `experimental-features = nix-command flakes\nsubstituters =\n${conf}`
    await withJob({ nix: '2.34.8', flake, nixConf, runner: runnerOptions, apt: true }, async ({ act, runner }) => {
      const { ok } = await act({ packages: '"a.b"' })
      expect(ok, runner.log).toBe(problem === undefined)
      if (problem !== undefined) expect(runner.messages('error').at(-1)).toMatch(problem)
      expect(runner.log).not.toMatch(/installing|falling back/)
    })
  })
})
