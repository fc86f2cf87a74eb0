import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { machineUsable } from '../rig/available.ts'
import { nixVersions, rig } from '../rig/cache.ts'
import { binfmtEntries, filesIn, signingKey, withJob } from './support.ts'

const usable = machineUsable()
const three = 'x86_64-linux, aarch64-linux, riscv64-linux=emulated'

const existing = nixVersions.flatMap((nix) => [
  [nix, 'single-user, root', { nix, nixFlavour: 'single-user', user: 'root' }] as const,
  [nix, 'daemon, user with sudo', { nix, nixFlavour: 'daemon', user: 'runner' }] as const,
])

describe.skipIf(!usable)('the whole job with a Nix that is there', () => {
  test.each(existing)('%s, %s', async (nix, _, machine) => {
    const key = signingKey('test-1')
    const runner = { node: nix === '2.26.3' ? 'host' : 'node24', secrets: [key.secret, key.secret.slice(7)] } as const
    await withJob({ ...machine, runner }, async ({ machine, runner, act, finish }) => {
      const before = filesIn(machine, '/etc/nix')
      const { ok, results, outputs } = await act({
        targets: three,
        packages: 'hello',
        'smoke-test': 'hello',
        'push-to': 'file:///tmp/cache',
        'signing-key': key.secret,
      })
      expect(ok, runner.log).toBe(true)
      expect(results.map(({ target, strategy, method, status }) => [target, strategy, method, status])).toEqual([
        ['x86_64-linux', 'native', null, 'built'],
        ['aarch64-linux', 'cross', 'declared', 'built'],
        ['riscv64-linux', 'emulated', null, 'built'],
      ])
      for (const cpu of ['x86_64', 'aarch64', 'riscv64']) expect(runner.log).toContain(`Hello from ${cpu}`)
      for (const { reason } of results) expect(runner.job.summaries.join()).toContain(reason.slice(0, 30))
      expect(outputs).toMatchObject({ 'nix-version': nix, 'nix-installed': 'false', 'pushed-paths': '3' })

      // Another machine has the results from that cache alone.
      const paths = (outputs['store-paths'] ?? '').split('\n')
      expect(paths).toHaveLength(3)
      await machine.sh(
        `nix-store --store /tmp/consumer --option substituters file:///tmp/cache --option trusted-public-keys '${key.publicKey}' --option require-sigs true --realise ${paths.join(' ')}`,
        { user: 'root', env: { XDG_CACHE_HOME: '/tmp/fresh' } },
      )
      for (const path of paths) expect(existsSync(machine.path(`/tmp/consumer${path}/bin/hello`))).toBe(true)

      await finish()
      expect(await binfmtEntries(machine)).toEqual([])
      expect(filesIn(machine, '/etc/nix')).toEqual(before)
      expect(runner.leaks([key.secret, key.secret.split(':')[1] ?? ''])).toEqual([])
      expect(runner.commandLines.seen).toEqual([])
    })
  })
})

describe.skipIf(!usable)('the whole job with a Nix that it installs', () => {
  const tarball = rig.tarball('2.34.8')
  test.each([
    ['a tarball, user with sudo', { user: 'runner' }, { 'nix-source': tarball }],
    ['a tarball, root without sudo', { user: 'root', noSudo: true }, { 'nix-source': tarball }],
    ["the distribution's package, root", { user: 'root', apt: true }, { 'nix-source': 'distro' }],
    ["the distribution's package, user with sudo", { user: 'runner', apt: true }, { 'nix-source': 'distro' }],
    ['auto: no release can be reached, so the distribution', { user: 'runner', apt: true }, {}],
  ] as const)('%s', async (_, machine, inputs) => {
    await withJob({ ...machine, binds: [{ source: tarball }] }, async ({ machine, runner, act, finish }) => {
      const { ok, results, outputs } = await act({
        ...inputs,
        targets: three,
        packages: 'hello',
        'smoke-test': 'hello',
      })
      expect(ok, runner.log).toBe(true)
      expect(results.map(({ status }) => status)).toEqual(['built', 'built', 'built'])
      expect(outputs['nix-installed']).toBe('true')
      const later = await runner.run(
        `nix --version; nix-store --realise ${(outputs['store-paths'] ?? '').split('\n')[0]}`,
      )
      expect(later.ok, runner.log).toBe(true)
      await finish()
      expect(existsSync(machine.path('/nix'))).toBe(false)
      expect(existsSync(machine.path('/etc/nix'))).toBe(false)
      expect(await machine.sh('getent group nixbld || true; command -v nix || true')).toBe('')
      expect(await binfmtEntries(machine)).toEqual([])
    })
  })
})
