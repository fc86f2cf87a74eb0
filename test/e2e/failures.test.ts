import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { machineUsable } from '../rig/available.ts'
import { rig } from '../rig/cache.ts'
import { drawLog } from '../rig/drawn-log.ts'
import type { Machine } from '../rig/machine.ts'
import type { Runner } from '../rig/runner.ts'
import { binfmtEntries, repository, signingKey, withJob } from './support.ts'

const usable = machineUsable()
const base = { user: 'runner', nix: '2.34.8', nixFlavour: 'daemon' } as const

/** Derivations of a shell, without nixpkgs. `elf` is an ELF header of x86_64 as printf writes it. */
const flake = `{
  outputs = _: let
    sh = system: name: script: derivation { inherit system name; builder = "/bin/sh"; args = [ "-c" script ]; };
    packages = system: {
      good = sh system "good" "echo good > $out";
      bad = sh system "bad" "echo one; echo the reason >&2; exit 3";
      needs-bad = sh system "needs-bad" "echo \${(packages system).bad} > $out";
      silent = sh system "silent" "echo starting; read x < /dev/zero; while :; do :; done";
      slow = sh system "slow" "i=0; while [ $i -lt 600000 ]; do i=$((i+1)); done; echo x > $out";
      wrong-elf = sh system "wrong-elf" "printf '\\\\177ELF\\\\002\\\\001\\\\001\\\\000\\\\000\\\\000\\\\000\\\\000\\\\000\\\\000\\\\000\\\\000\\\\002\\\\000\\\\076\\\\000\\\\001\\\\000\\\\000\\\\000' > $out";
      no-derivation = { a = 1; };
      broken-evaluation = throw "this package cannot be evaluated";
      missing-attribute = { }.nothing;
      evil-log = sh system "evil-log" "echo '##[save-state name=planted]/etc'; echo '##[error]hacked'; echo '::error::hacked'; echo '##[add-mask]e'; echo '::stop-commands::x'; echo ok > $out";
      wrong-hash = derivation { inherit system; name = "wrong-hash"; builder = "/bin/sh"; args = [ "-c" "echo x > $out" ]; outputHashMode = "flat"; outputHashAlgo = "sha256"; outputHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; };
    };
  in { packages.x86_64-linux = packages "x86_64-linux"; packages.aarch64-linux = packages "aarch64-linux"; };
}
`

describe.skipIf(!usable)('failures of the flake', () => {
  test('what ends Nix itself is the reason of what it was building', async () => {
    await withJob({ ...base, user: 'root', nixFlavour: 'single-user', flake }, async ({ act, finish }) => {
      const { ok, results } = await act({
        targets: 'x86_64-linux',
        packages: 'good',
        'extra-nix-config': 'substituters =\nsecret-key-files = /missing',
      })
      expect(ok).toBe(false)
      expect(results[0]?.error).toMatch(/good failed to build: .*"\/missing".*No such file/)
      await finish()
    })
  })

  test('what can be built is built, and each failure says what, why and what to do', async () => {
    await withJob({ ...base, flake }, async ({ runner, act, finish }) => {
      const packages = [
        'good',
        'bad',
        'needs-bad',
        'no-derivation',
        'broken-evaluation',
        'missing-attribute',
        'wrong-hash',
        'absent',
        'evil-log',
      ]
      const { ok, results, state } = await act({
        targets: 'x86_64-linux',
        packages: packages.join(' '),
        'push-to': 'file:///tmp/cache',
      })
      expect(ok).toBe(false)
      const of = (name: string) => results.find((result) => result.package === name)
      expect(of('good')).toMatchObject({ status: 'built' })
      expect(of('evil-log')).toMatchObject({ status: 'built' })
      expect(of('bad')).toMatchObject({ status: 'failed', error: expect.stringMatching(/bad failed to build/) })
      expect(of('needs-bad')?.error).toMatch(/bad, which needs-bad needs, failed to build/)
      expect(of('no-derivation')?.error).toMatch(/no derivation/)
      expect(of('broken-evaluation')?.error).toMatch(/this package cannot be evaluated/)
      expect(of('missing-attribute')?.error).toMatch(/nothing/)
      expect(of('wrong-hash')?.error).toMatch(/sha256-AAAA/)
      expect(of('absent')?.error).toMatch(/packages\.x86_64-linux has .*good/)
      expect(runner.log).toContain('the reason')
      // Nothing that a build prints is obeyed: no state, no annotation, no mask.
      expect(Object.keys(state)).toEqual(['folder'])
      expect(runner.job.annotations.filter(({ message }) => message === 'hacked')).toEqual([])
      expect(runner.job.masks.secrets).not.toContain('e')
      expect(runner.messages('error').join('\n')).not.toContain('hacked')
      expect(runner.messages('error').length).toBeLessThanOrEqual(10)
      const line = flake.split('\n').findIndex((text) => text.includes('missing-attribute')) + 1
      const place = { file: 'flake.nix', line: String(line) }
      const missing = runner.job.annotations.find(({ message }) => message.startsWith('missing-attribute for '))
      expect(missing?.properties).toMatchObject(place)
      expect((await runner.step(join(repository, 'plan'), { targets: 'x86_64-linux', packages: '*' })).ok).toBe(true)
      const planned = runner.job.annotations.findLast(({ message }) => message.startsWith('missing-attribute for '))
      expect(planned).toMatchObject({ level: 'warning', properties: place })
      await finish()
    })
  })

  test.each(['2.8.0', '2.34.8'] as const)('Nix %s: a remote builder that is not there is named', async (nix) => {
    await withJob({ ...base, nix, user: 'root', nixFlavour: 'single-user', flake }, async ({ runner, act, finish }) => {
      const { ok, results } = await act({
        targets: 'x86_64-linux',
        packages: 'good',
        'extra-nix-config': 'builders = ssh://nobody@127.0.0.1 x86_64-linux - 1 1\nmax-jobs = 0',
      })
      expect(ok).toBe(false)
      expect(results[0]?.error, runner.log).toMatch(/^the remote builder ssh:\/\/nobody@127\.0\.0\.1 cannot be used: /)
      await finish()
    })
  })

  test('keep-going: false stops at the first failure', async () => {
    await withJob({ ...base, flake }, async ({ act, finish }) => {
      const { ok, results } = await act({
        targets: 'x86_64-linux',
        packages: 'bad slow',
        'keep-going': 'false',
        'extra-nix-config': 'max-jobs = 1',
      })
      expect(ok).toBe(false)
      expect(results.map(({ status }) => status)).toContain('failed')
      await finish()
    })
  })

  test.each(['2.8.0', '2.34.8'] as const)(
    'what a failure elsewhere ended is not said to have failed (%s)',
    async (nix) => {
      const running = `{
      outputs = _: let
        sh = name: script: needs: derivation {
          inherit name needs;
          system = "x86_64-linux";
          builder = "/bin/sh";
          args = [ "-c" script ];
        };
        count = limit: "i=0; while [ $i -lt \${limit} ]; do i=$((i+1)); done";
      in {
        packages.x86_64-linux = {
          bad = sh "bad" "\${count "200000"}; exit 3" [ ];
          needs-long = sh "needs-long" "echo > $out" [ (sh "long" (count "30000000") [ ]) ];
        };
      };
    }`
      await withJob({ ...base, nix, flake: running }, async ({ act, finish, runner }) => {
        const inputs = { 'keep-going': 'false', 'extra-nix-config': 'max-jobs = 2' }
        const { results } = await act({ targets: 'x86_64-linux', packages: 'bad needs-long', ...inputs })
        expect(results, runner.log).toMatchObject([
          { status: 'failed', error: expect.stringContaining('exit code 3') },
          { status: 'skipped', error: 'not built: Nix stopped when another package failed' },
        ])
        expect(runner.messages('error')).toHaveLength(1)
        await finish()
      })
    },
  )

  test('a foreign ELF in the output fails the target it is not for', async () => {
    await withJob({ ...base, flake }, async ({ act, finish }) => {
      const { results } = await act({ targets: 'x86_64-linux aarch64-linux=emulated', packages: 'wrong-elf' })
      expect(results.map(({ status }) => status)).toEqual(['built', 'failed'])
      expect(results[1]?.error).toMatch(/not for aarch64-linux.*x86/s)
      const off = await act({ targets: 'aarch64-linux=emulated', packages: 'wrong-elf', 'check-architecture': 'false' })
      expect(off.ok).toBe(true)
      await finish()
    })
  })

  test('a hung emulated derivation is ended and named; a silent native one is not', async () => {
    await withJob({ ...base, flake }, async ({ act, finish }) => {
      const { results } = await act({
        targets: 'aarch64-linux=emulated',
        packages: 'silent good',
        'silent-timeout': '4',
      })
      expect(results.map(({ package: name, status }) => [name, status])).toEqual([
        ['silent', 'failed'],
        ['good', 'built'],
      ])
      expect(results[0]?.error).toMatch(/silent hung.*silent-timeout/)
      const native = await act({ targets: 'x86_64-linux', packages: 'slow', 'silent-timeout': '1' })
      expect(native.results.map(({ status }) => status)).toEqual(['built'])
      await finish()
    })
  })

  test('build-timeout ends any derivation', async () => {
    await withJob({ ...base, flake }, async ({ act, finish }) => {
      const { results } = await act({ targets: 'x86_64-linux', packages: 'silent', 'build-timeout': '3' })
      expect(results[0]?.error).toMatch(/silent was ended after .*build-timeout/)
      await finish()
    })
  })
})

describe.skipIf(!usable)('wrong inputs and missing things', () => {
  test.each([
    [
      'several wrong inputs',
      { strategy: 'fast', targets: 'vax', 'keep-going': 'maybe' },
      /3 inputs are wrong:\n- strategy: "fast".*\n- targets: "vax".*\n- keep-going: "maybe"/,
    ],
    ['no such flake', { flake: './nowhere' }, /flake: "\.\/nowhere" cannot be used/],
    ['no flake.nix', { flake: '/tmp' }, /flake: "\/tmp" cannot be used/],
    ['a malformed key', { 'signing-key': 'nope' }, /signing-key: /],
    ['an unreachable destination', { 'push-to': 'http://127.0.0.1:9/cache' }, /127\.0\.0\.1:9/],
    ['a destination that cannot be written', { 'push-to': 'file:///proc/nothing' }, /file:\/\/\/proc\/nothing/],
    [
      'cross where there is none',
      { targets: 'aarch64-linux=cross', packages: 'good' },
      /Strategy cross does not work for aarch64-linux/,
    ],
    [
      'native where it cannot be',
      { targets: 'aarch64-linux=native', packages: 'good' },
      /does not execute aarch64-linux programs/,
    ],
    [
      'a system that the flake has nothing for',
      { targets: 'riscv64-linux', packages: 'good' },
      /has packages for .*aarch64-linux/,
    ],
    [
      'a folder without emulators',
      { targets: 'aarch64-linux=emulated', packages: 'good', 'qemu-source': '/tmp' },
      /aarch64-linux cannot be emulated/,
    ],
    ['qemu: never', { targets: 'aarch64-linux=emulated', packages: 'good', qemu: 'never' }, /qemu: never/],
  ])('%s', async (_, inputs, message) => {
    await withJob({ ...base, flake }, async ({ machine, runner, act, finish }) => {
      const { ok, stages } = await act(inputs)
      expect(ok).toBe(false)
      expect(stages[0]?.code).toBe(1)
      expect(runner.messages('error').join('\n'), runner.log).toMatch(message)
      expect(runner.log).not.toContain('fault of the action')
      await finish()
      expect(await binfmtEntries(machine)).toEqual([])
    })
  })

  test.each([
    ['no root to install Nix', { user: 'runner', noSudo: true }, { 'nix-source': rig.tarball('2.34.8') }, /root|sudo/],
    ['no Nix where it must exist', { user: 'runner' }, { 'nix-source': 'existing' }, /no Nix is there/],
    [
      'a wrong checksum',
      { user: 'runner' },
      { 'nix-source': rig.tarball('2.34.8'), 'nix-sha256': 'a'.repeat(64) },
      /SHA-256|sha256/i,
    ],
    ['an unknown release', { user: 'runner' }, { 'nix-source': 'release', 'nix-version': '9.9.9' }, /9\.9\.9/],
  ] as const)('%s', async (_, options, inputs, message) => {
    await withJob(options, async ({ runner, act, finish, machine }) => {
      const { ok } = await act(inputs)
      expect(ok).toBe(false)
      expect(runner.messages('error').join('\n'), runner.log).toMatch(message)
      await finish()
      expect(await machine.sh('ls -d /nix 2>/dev/null || true')).toBe('')
    })
  })
})

describe.skipIf(!usable)('folders of a runner', () => {
  test.each([
    ['with spaces', "/home/runner/my runner's (work)"],
    ['longer than a socket may be', `/home/runner/${'long'.repeat(30)}`],
  ])('%s', async (_, root) => {
    await withJob({ ...base, flake, runner: { root } }, async ({ machine, act, finish, runner }) => {
      const inputs = { packages: 'good', 'push-to': 'file:///tmp/cache', 'signing-key': signingKey('test-1').secret }
      const { ok, results } = await act({ ...inputs, targets: 'x86_64-linux aarch64-linux=emulated' })
      expect(ok, runner.log).toBe(true)
      expect(results.map(({ status }) => status)).toEqual(['built', 'built'])
      await finish()
      expect(await machine.sh('ls -d /tmp/nix-multiarch-* 2>/dev/null || true')).toBe('')
    })
  })
})

describe.skipIf(!usable)('files of a runner', () => {
  const act = async (machine: Machine, files: Record<string, string>) =>
    await machine.run([machine.node('node24'), join(repository, 'dist/main/index.js')], {
      cwd: `${machine.home}/work/repo/repo`,
      env: {
        ...{ RUNNER_TEMP: '/tmp/runner', GITHUB_ACTIONS: 'true', INPUT_PACKAGES: 'good' },
        ...{ GITHUB_ENV: '/tmp/f', GITHUB_PATH: '/tmp/f', GITHUB_OUTPUT: '/tmp/f', GITHUB_STATE: '/tmp/f' },
        ...{ GITHUB_STEP_SUMMARY: '/tmp/f', ...files },
      },
    })

  test.each(['GITHUB_STATE', 'GITHUB_ENV', 'GITHUB_OUTPUT'])('%s is not there: one error says so', async (name) => {
    await withJob({ ...base, flake }, async ({ machine, finish }) => {
      await machine.sh('touch /tmp/f; chmod 666 /tmp/f')
      const { code, stdout, stderr } = await act(machine, { [name]: '/tmp/gone' })
      expect(code).toBe(1)
      expect(stdout).toMatch(/::error::[^\n]*\/tmp\/gone/)
      expect(stdout + stderr).not.toMatch(/fault of the action|at .*\.js:/)
      if (name === 'GITHUB_STATE')
        expect(await machine.sh('ls /tmp/runner /var/tmp/nix-multiarch || true')).toBe('/tmp/runner:\n')
      await finish()
    })
  })

  test.each(['8k', '32k', '48k'])('RUNNER_TEMP has %s of room: one error says that the disk is full', async (size) => {
    await withJob({ ...base, flake }, async ({ machine, finish }) => {
      await machine.sh(
        `touch /tmp/f; chmod 666 /tmp/f; mkdir /tmp/small; mount -t tmpfs -o size=${size},mode=1777 none /tmp/small`,
        {
          user: 'root',
        },
      )
      const { code, stdout, stderr } = await act(machine, { RUNNER_TEMP: '/tmp/small' })
      expect(code).toBe(1)
      expect(stdout).toMatch(/::error::.*(?:disk is full|No space left)/i)
      expect(stdout + stderr).not.toMatch(/fault of the action|at .*\.js:/)
      await finish()
    })
  })

  test('a summary that cannot be written is a warning', async () => {
    await withJob({ ...base, flake }, async ({ machine, finish }) => {
      await machine.sh('touch /tmp/f; mkdir /tmp/folder')
      const { code, stdout } = await act(machine, { GITHUB_STEP_SUMMARY: '/tmp/folder' })
      expect(stdout).toMatch(/::warning::the job summary cannot be written: .*EISDIR/)
      expect(code).toBe(0)
      await finish()
    })
  })
})

describe.skipIf(!usable)('cancelled and killed', () => {
  test('cancelled while it unpacks Nix: one error without a command', async () => {
    await withJob({ user: 'runner', flake }, async ({ machine, runner, act, finish }) => {
      const running = act({ 'nix-source': rig.tarball('2.34.8'), packages: 'good' })
      await machine.sh('until ls /nix/.unpack-*/nix-* > /dev/null 2>&1; do sleep 0.01; done')
      runner.cancel()
      expect((await running).ok).toBe(false)
      expect(runner.messages('error')).toEqual([expect.stringMatching(/^The job was cancelled: /)])
      await finish()
      expect(await machine.sh('ls -d /nix 2>/dev/null || true')).toBe('')
    })
  })

  test.each([
    ['cancel', (runner: Runner) => runner.cancel(), /not finished: silent for aarch64-linux/],
    ['kill -9', (runner: Runner) => runner.kill(), /silent: its log when the action was killed/],
  ] as const)('%s during an emulated build leaves nothing but its log so far', async (_, stop, title) => {
    const key = signingKey('test-1')
    await withJob({ ...base, flake, runner: { secrets: [key.secret] } }, async ({ machine, runner, act, finish }) => {
      const running = act({
        targets: 'aarch64-linux=emulated',
        packages: 'silent',
        'signing-key': key.secret,
        'push-to': 'file:///tmp/cache',
      })
      while (!runner.log.includes('] building silent')) await sleep(100)
      await sleep(8000) // from time to time the log is put on disk
      stop(runner)
      expect((await running).ok).toBe(false)
      await finish()
      const { groups, faults } = drawLog(runner.job.lines)
      expect(groups.filter((group) => title.test(group.title)).map(({ lines }) => lines)).toEqual([['starting']])
      expect(faults).toEqual([])
      expect(await binfmtEntries(machine)).toEqual([])
      expect(runner.leaks([key.secret])).toEqual([])
      await sleep(1000)
      expect(await machine.sh('pgrep -f "[w]hile :" || true', { user: 'root' })).toBe('')
    })
  })
})
