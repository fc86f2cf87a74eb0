import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { machineUsable } from '../rig/available.ts'
import { type Job, type JobOptions, type Result, repository, signingKey, withJob } from './support.ts'

/** One entry of the output `matrix`. */
interface MatrixEntry {
  target: string
  packages: string
  strategy: string
  runner: string | string[]
  reason: string
  cost: number
}

/** One entry of the output `plan`. */
interface Planned {
  target: string
  package: string
  status: string
  strategy: string
  reason: string
  toBuild: number
  job: number | null
}

const plan = async ({ runner }: Job, inputs: Record<string, string>) => {
  const step = await runner.step(join(repository, 'plan'), inputs)
  const { matrix = '{"include":[]}', plan = '[]' } = step.outputs
  return {
    ...step,
    include: (JSON.parse(matrix) as { include: MatrixEntry[] }).include,
    packages: JSON.parse(plan) as Planned[],
  }
}

const flakes = join(import.meta.dirname, 'plan-flakes')
/** One machine has to do for the tests: no arm64 runner. */
const oneMachine = '{"aarch64-linux": null}'
const existing = { nix: '2.34.8' } satisfies JobOptions

/** What a result is, whatever job it came from. */
const essence = (results: readonly Result[]) =>
  results
    .filter(({ status }) => status !== 'failed' && status !== 'skipped')
    .map(({ target, package: name, strategy, outputs }) =>
      [target, name, strategy, ...Object.values(outputs)].join(' '),
    )
    .sort()

const scratch: string[] = []
afterAll(() => {
  for (const folder of scratch) rmSync(folder, { recursive: true, force: true })
})

describe.skipIf(!machineUsable())('the plan and its jobs', () => {
  test.each([
    ['genAttrs, declared cross builds', join(repository, 'examples/hello'), '*', 0],
    ['like flake-utils, two packages broken', join(flakes, 'utils'), '*', 2],
    ['like flake-utils, checks and the old default', join(flakes, 'utils'), 'default checks.{target}.*', 0],
    ['like flake-parts', join(flakes, 'parts'), '* set.nested', 0],
  ])('%s: the jobs together give what one job gives', async (_, flake, packages, broken) => {
    let include: MatrixEntry[] = []
    let names: string[] = []
    let targets: string[] = []
    await withJob({ ...existing, flake }, async (job) => {
      const step = await plan(job, { packages, runners: oneMachine })
      expect(step.ok, job.runner.log).toBe(true)
      expect(step.outputs['has-jobs']).toBe('true')
      expect(job.runner.job.summaries.join()).toContain(step.include[0]?.reason.slice(0, 30))
      include = step.include
      targets = [...new Set(include.map(({ target }) => target))]
      names = [...new Set(step.packages.map((each) => each.package))]
      expect(step.packages.filter(({ status }) => status === 'failed')).toHaveLength(broken * targets.length)
      await job.finish()
    })
    const apart: Result[] = []
    for (const { target, packages: own, strategy } of include) {
      await withJob({ ...existing, flake }, async (job) => {
        const step = await job.act({ targets: `${target}=${strategy}`, packages: own })
        const failing = broken > 0 && own.includes('thrown')
        expect(step.ok, job.runner.log).toBe(!failing)
        expect(new Set(step.results.map((result) => result.package))).toEqual(new Set(own.split(' ')))
        apart.push(...step.results)
        await job.finish()
      })
    }
    await withJob({ ...existing, flake }, async (job) => {
      const together = await job.act({ targets: targets.join(), packages: names.join(' ') })
      expect(together.ok, job.runner.log).toBe(broken === 0)
      expect(essence(apart)).toEqual(essence(together.results))
      expect(essence(apart)).toHaveLength(targets.length * (names.length - broken))
      await job.finish()
    })
  })

  test.each(['2.8.0', '2.26.3'] as const)('Nix %s plans the same', async (nix) => {
    const seen: unknown[] = []
    for (const version of [nix, '2.34.8'] as const) {
      await withJob({ nix: version, flake: join(flakes, 'utils'), runner: { debug: true } }, async (job) => {
        const { ok, include, packages } = await plan(job, {})
        expect(ok, job.runner.log).toBe(true)
        expect(job.runner.job.summaries.join()).toMatch(/Flake `path:\S+&narHash=sha256-\S+`/)
        // an evaluation tells it, but for a Nix that has to be asked for the flake's folder
        expect(job.runner.log.includes(' flake metadata ')).toBe(version === '2.8.0')
        const shapes = packages.map(({ reason, ...rest }) => ({
          ...rest,
          broken: reason.includes('does not evaluate'),
        }))
        seen.push([include.map(({ reason: _, ...rest }) => rest), shapes])
      })
    }
    expect(seen[0]).toEqual(seen[1])
  })

  test('another process that sets up the same database is waited for', async () => {
    // Nix turns a new database to a write-ahead log, and gives up at once where another process is writing
    const writer = [
      'import sqlite3, time',
      "database = sqlite3.connect('/nix/var/nix/db/db.sqlite', isolation_level=None)",
      "for statement in ['create table other (a)', 'begin immediate', 'insert into other values (1)']:",
      '    database.execute(statement)',
      'time.sleep(1.5)',
      "database.execute('commit')",
    ].join('\n')
    await withJob({ ...existing, flake: join(flakes, 'utils') }, async (job) => {
      await job.machine.sh(`mkdir -p /nix/var/nix/db
        cat > /tmp/writer.py <<'END'\n${writer}\nEND
        python3 /tmp/writer.py < /dev/null > /dev/null 2>&1 &
        until [ -e /nix/var/nix/db/db.sqlite-journal ]; do sleep 0.01; done
        ! nix --extra-experimental-features nix-command eval --expr 1`)
      const { ok, packages } = await plan(job, {})
      expect(ok, job.runner.log).toBe(true)
      expect(packages.length).toBeGreaterThan(1)
    })
  })

  test('what a cache has needs no job; what only the planner has, does', async () => {
    const cache = mkdtempSync(join(tmpdir(), 'plan-cache-'))
    scratch.push(cache)
    chmodSync(cache, 0o777)
    const key = signingKey('plan-1')
    const options = { ...existing, flake: join(flakes, 'utils'), binds: [{ source: cache, readOnly: false }] }
    const inputs = {
      packages: 'left alone',
      targets: 'x86_64-linux',
      'extra-nix-config': `substituters = file://${cache}\ntrusted-public-keys = ${key.publicKey}`,
    }
    await withJob(options, async (job) => {
      const built = await job.act({ targets: 'x86_64-linux', packages: 'left alone' })
      expect(built.ok, job.runner.log).toBe(true)
      const before = await plan(job, inputs)
      expect(before.packages.map(({ status }) => status)).toEqual(['planned', 'planned'])
      const pushed = await job.act({
        targets: 'x86_64-linux',
        packages: 'left',
        'push-to': `file://${cache}`,
        'signing-key': key.secret,
      })
      expect(pushed.ok, job.runner.log).toBe(true)
      const after = await plan(job, inputs)
      expect(
        after.packages.map(({ status }) => status),
        job.runner.log,
      ).toEqual(['skipped', 'planned'])
      await job.finish()
    })
    await withJob(options, async (job) => {
      const fresh = await plan(job, inputs)
      expect(
        fresh.packages.map(({ status }) => status),
        job.runner.log,
      ).toEqual(['skipped', 'planned'])
      // a dry run of Nix's counts on what a build would not take
      const stranger = `substituters = file://${cache}\ntrusted-public-keys = ${signingKey('plan-1').publicKey}`
      const untrusted = await plan(job, { ...inputs, 'extra-nix-config': stranger })
      expect(untrusted.packages.map(({ status }) => status)).toEqual(['planned', 'planned'])
      expect(job.runner.messages('warning').join()).toMatch(/-left.* signed by no key in trusted-public-keys/)
      const nothing = await plan(job, { ...inputs, packages: 'left' })
      expect(nothing.outputs).toMatchObject({ matrix: '{"include":[]}', 'has-jobs': 'false' })
      expect(nothing.ok).toBe(true)
      await job.finish()
    })
  })
})

const importFromDerivation = `{
  outputs = { self }: let
    systems = [ "x86_64-linux" "aarch64-linux" ];
    make = system: name: derivation {
      inherit name system;
      builder = "/bin/sh";
      args = [ "-c" "echo \${name} > $out" ];
    };
    each = f: builtins.listToAttrs (map (name: { inherit name; value = f name; }) systems);
  in {
    packages = each (system: {
      plain = make system "plain";
      imported = make system (builtins.head (builtins.match "([a-z]+).*" (builtins.readFile (make system "source"))));
    });
    legacyPackages = each (system: throw "legacyPackages are not asked for");
  };
}
`

const manyWrong = `{
  outputs = { self }: let
    good = system: name: derivation { inherit name system; builder = "/bin/sh"; args = [ "-c" "echo > $out" ]; };
    wrong = map (i: { name = "wrong-\${toString i}"; value = { }.missing; }) (builtins.genList (i: i) 30);
  in {
    packages.x86_64-linux = builtins.listToAttrs wrong // {
      good = good "x86_64-linux" "good";
      late = good "x86_64-linux" { }.missing;
    };
    packages.aarch64-linux = { one = good "aarch64-linux" "one"; two = good "aarch64-linux" "two"; };
  };
}
`

const ofOneSystem = `{
  outputs = { self }: let
    make = system: name: derivation { inherit name system; builder = "/bin/sh"; args = [ "-c" "echo > $out" ]; };
  in {
    machines = {
      pi.top = make "aarch64-linux" "pi";
      aborts.top = abort "not yet";
      throws.top = throw "no such machine";
    };
    jobs.build = { x86_64-linux = make "x86_64-linux" "job"; aarch64-linux = make "aarch64-linux" "job"; };
    formatter.x86_64-linux = make "x86_64-linux" "formatter";
  };
}
`

describe.skipIf(!machineUsable())('the plan', () => {
  test.each(['2.8.0', '2.34.8'] as const)('Nix %s: systems are found wherever a path names them', async (nix) => {
    await withJob({ nix, flake: ofOneSystem }, async (job) => {
      const planned = async (packages: string) =>
        (await plan(job, { packages })).packages
          .filter(({ status }) => status !== 'skipped')
          .map((each) => `${each.target} ${each.package} ${each.status}`)
      expect(await planned('formatter.{target}')).toEqual(['x86_64-linux formatter.{target} planned'])
      const both = ['x86_64-linux', 'aarch64-linux']
      expect(await planned('jobs.build.{target}')).toEqual(both.map((each) => `${each} jobs.build.{target} planned`))
      expect(await planned('jobs.build.*')).toEqual(both.map((each) => `${each} jobs.build.${each} planned`))
      // one that cannot be evaluated, however it fails, does not end the plan
      expect(await planned('machines.aborts.top machines.throws.top machines.pi.top')).toEqual([
        'aarch64-linux machines.aborts.top failed',
        'aarch64-linux machines.throws.top failed',
        'aarch64-linux machines.pi.top planned',
      ])
      const aborting = Array.from({ length: 12 }, (_, index) => `machines.aborts.top.of-${index}`)
      const many = await planned([...aborting, 'machines.pi.top'].join(' '))
      expect(many.filter((each) => each.endsWith('failed'))).toHaveLength(10)
      expect(many.at(-1)).toBe('aarch64-linux machines.pi.top unevaluated')
      for (const [name, reason] of [
        ['aborts', 'not yet'],
        ['throws', 'no such machine'],
      ]) {
        expect((await plan(job, { packages: `machines.${name}.top` })).ok).toBe(false)
        expect(job.runner.messages('error').at(-1)).toMatch(new RegExp(`finds nothing.*does not evaluate.*${reason}`))
      }
      await job.finish()
    })
  })

  test('a package that only its own runner can evaluate goes there', async () => {
    await withJob({ ...existing, flake: importFromDerivation }, async (job) => {
      const { ok, packages, include } = await plan(job, {})
      expect(ok, job.runner.log).toBe(true)
      const statuses = packages.map(({ target, package: name, status }) => [target, name, status].join(' '))
      expect(statuses, job.runner.log).toEqual([
        'x86_64-linux imported planned',
        'x86_64-linux plain planned',
        'aarch64-linux imported unevaluated',
        'aarch64-linux plain planned',
      ])
      const blind = include.find((entry) => entry.packages === 'imported')
      expect(blind).toMatchObject({ target: 'aarch64-linux', strategy: 'auto', runner: 'ubuntu-24.04-arm' })
      await job.finish()
    })
  })

  test('errors that nothing can catch do not end the plan, however many', async () => {
    await withJob({ ...existing, flake: manyWrong }, async (job) => {
      const { ok, packages, include } = await plan(job, {})
      expect(ok, job.runner.log).toBe(true)
      const of = (system: string, wanted: string) =>
        packages.filter(({ target, status }) => target === system && status === wanted)
      const counts = ['planned', 'failed', 'unevaluated'].map((status) => of('x86_64-linux', status).length)
      expect(counts).toEqual([1, 10, 21])
      expect([of('aarch64-linux', 'planned').length, of('aarch64-linux', 'failed').length]).toEqual([2, 0])
      expect(include.flatMap((each) => each.packages.split(' '))).toHaveLength(34)
      expect(job.runner.messages('warning').length).toBeLessThanOrEqual(10)
      await job.finish()
    })
  })

  test('packages that throw as a whole are an error that says what they throw', async () => {
    const flake = `{
      outputs = { self }: { packages = throw "this flake needs Nix 3"; };
    }`
    await withJob({ ...existing, flake }, async (job) => {
      expect((await plan(job, {})).ok).toBe(false)
      expect(job.runner.messages('error').at(-1)).toMatch(/does not evaluate: .*this flake needs Nix 3/)
      await job.finish()
    })
  })

  test('a cross build that the flake does not declare is left to the job, which makes it or says why not', async () => {
    await withJob({ ...existing, flake: join(flakes, 'utils') }, async (job) => {
      const { packages, include } = await plan(job, { targets: 'riscv64-linux=cross', packages: 'left' })
      expect(packages).toMatchObject([{ status: 'unevaluated', strategy: 'cross' }])
      expect(include).toMatchObject([{ target: 'riscv64-linux', strategy: 'cross', runner: 'ubuntu-24.04' }])
      await job.finish()
    })
  })

  test('runners, limits and mistakes', async () => {
    await withJob({ ...existing, flake: join(flakes, 'utils') }, async (job) => {
      const labels = '{"riscv64-linux": ["self-hosted", "riscv64"], "x86_64-linux": "big"}'
      const own = await plan(job, { runners: labels, packages: 'left', 'max-jobs': '3' })
      expect(own.include.map(({ target, strategy, runner }) => [target, strategy, runner])).toEqual([
        ['aarch64-linux', 'native', 'ubuntu-24.04-arm'],
        ['riscv64-linux', 'native', ['self-hosted', 'riscv64']],
        ['x86_64-linux', 'native', 'big'],
      ])
      expect(job.runner.log).toContain('aarch64-darwin is left out: nixpkgs does not cross-compile for it on Linux')
      const few = await plan(job, { packages: 'left', 'max-jobs': '2' })
      expect(few.ok).toBe(false)
      expect(job.runner.messages('error').at(-1)).toContain('max-jobs: "2" is too few: there are 3 targets')
      const wrong = await plan(job, { targets: 'aarch64-linx', runners: '[]', 'max-jobs': '300', packages: '' })
      expect(wrong.ok).toBe(false)
      const error = job.runner.messages('error').at(-1)
      for (const text of ['"aarch64-linx"', 'runners: "[]"', 'max-jobs: "300"']) expect(error).toContain(text)
      const nowhere = await plan(job, { targets: 's390x-linux=native' })
      expect(nowhere.ok).toBe(false)
      expect(job.runner.messages('error').at(-1)).toContain('no runner executes s390x-linux programs')
      await job.finish()
    })
  })

  test('installs a Nix where there is none, and post takes it away', async () => {
    await withJob({ user: 'runner', apt: true, flake: join(repository, 'examples/hello') }, async (job) => {
      const { ok, include } = await plan(job, { 'nix-source': 'distro' })
      expect(ok, job.runner.log).toBe(true)
      expect(include).toHaveLength(3)
      await job.finish()
      expect(await job.machine.sh('command -v nix || true; ls -d /nix 2>/dev/null || true')).toBe('')
    })
  })
})
