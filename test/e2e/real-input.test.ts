import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { fixtures, prepareFixtures } from '../fixtures/fixtures.ts'
import { machineUsable } from '../rig/available.ts'
import { nixVersions } from '../rig/cache.ts'
import { Machine } from '../rig/machine.ts'
import { startBinaryCache, startSshServer } from '../rig/servers.ts'
import { signingKey, withJob } from './support.ts'

/** Real C programs with Debian's real compilers (test/fixtures), through the action as a workflow would use it. */
describe.skipIf(!machineUsable())('real programs', () => {
  beforeAll(() => prepareFixtures())
  const base = { user: 'runner', nixFlavour: 'daemon', ssh: true } as const
  const nixConf = { 'extra-nix-config': '' }
  beforeAll(() => {
    nixConf['extra-nix-config'] = fixtures.nixConf()
  })

  test.each(nixVersions)(
    'GNU hello with Nix %s: native and cross, pushed to three places, realised elsewhere',
    async (nix) => {
      const key = signingKey('real-1')
      const password = randomBytes(12).toString('hex')
      const shared = mkdtempSync(join(tmpdir(), 'cache-'))
      const binds = [...fixtures.binds, { source: shared, readOnly: false }]
      const runner = { secrets: [key.secret, password] }
      let paths: string[] = []
      await withJob(
        { ...base, nix, binds, flake: fixtures.flake('declared'), runner },
        async ({ machine, runner, act, finish }) => {
          const http = await startBinaryCache(machine, { root: shared, auth: `basic:me:${password}` })
          const ssh = await startSshServer(machine)
          runner.job.env.NIX_SSHOPTS = ssh.options // as an earlier step would by GITHUB_ENV
          const { ok, results, outputs } = await act({
            ...nixConf,
            targets: 'x86_64-linux aarch64-linux riscv64-linux',
            packages: 'hello',
            'smoke-test': 'hello --version',
            'push-to': [
              http.url.replace('://', `://me:${password}@`),
              'file:///tmp/folder-cache',
              `ssh-ng://${ssh.authority}?remote-store=/tmp/far`,
            ].join('\n'),
            'signing-key': key.secret,
          })
          expect(ok, runner.log).toBe(true)
          expect(results.map(({ strategy, method, status }) => [strategy, method, status])).toEqual([
            ['native', null, 'built'],
            ['cross', 'declared', 'built'],
            ['cross', 'declared', 'built'],
          ])
          expect(runner.log.match(/smoke-test> hello \(GNU Hello\) 2\.10/g)).toHaveLength(3)
          paths = (outputs['store-paths'] ?? '').split('\n')
          for (const path of paths) await machine.sh(`test -x /tmp/far${path}/bin/hello`, { user: 'root' })
          const files = await machine.sh(`readelf -h ${paths.map((path) => `${path}/bin/hello`).join(' ')}`)
          expect(files.match(/Machine: .*/g)?.map((line) => line.replace(/Machine:\s+/, ''))).toEqual([
            'Advanced Micro Devices X86-64',
            'AArch64',
            'RISC-V',
          ])
          await finish()
          expect(runner.leaks([key.secret, password])).toEqual([])
          expect(runner.commandLines.seen).toEqual([])
        },
      )
      await consume(nix, shared, key.publicKey, paths)
      rmSync(shared, { recursive: true })
    },
  )

  test('the flake has pkgsCross: auto takes it', async () => {
    await withJob(
      { ...base, nix: '2.26.3', binds: fixtures.binds, flake: fixtures.flake('pkgscross') },
      async ({ runner, act, finish }) => {
        const { ok, results } = await act({
          ...nixConf,
          targets: 'aarch64-linux riscv64-linux',
          packages: 'greeting',
          'smoke-test': 'greeting',
        })
        expect(ok, runner.log).toBe(true)
        expect(results.map(({ strategy, method, status }) => [strategy, method, status])).toEqual([
          ['cross', 'pkgsCross', 'built'],
          ['cross', 'pkgsCross', 'built'],
        ])
        await finish()
      },
    )
  })

  test('cross on a flake that says nothing of it: transparent', async () => {
    await withJob(
      { ...base, nix: '2.34.8', binds: fixtures.binds, flake: fixtures.flake('plain') },
      async ({ runner, act, finish }) => {
        const { ok, results } = await act({
          ...nixConf,
          targets: 'aarch64-linux=cross riscv64-linux=cross',
          packages: 'greet',
          'smoke-test': 'greet',
        })
        expect(ok, runner.log).toBe(true)
        expect(results.map(({ strategy, method, status }) => [strategy, method, status])).toEqual([
          ['cross', 'transparent', 'built'],
          ['cross', 'transparent', 'built'],
        ])
        await finish()
      },
    )
  })

  test('emulated: a real compiler under QEMU, as in nix build .#defaultPackage.aarch64-linux', async () => {
    await withJob(
      { ...base, nix: '2.34.8', binds: fixtures.binds, flake: fixtures.flake('old-schema') },
      async ({ runner, act, finish }) => {
        const targets = 'x86_64-linux aarch64-linux=emulated'
        const { ok, results } = await act({ ...nixConf, targets, 'smoke-test': 'greet' })
        expect(ok, runner.log).toBe(true)
        expect(results.map(({ strategy, status }) => [strategy, status])).toEqual([
          ['native', 'built'],
          ['emulated', 'built'],
        ])
        expect(results[1]?.reason).toMatch(/the workflow asks for it/)
        await finish()
      },
    )
  })

  test('emulated libraries with several outputs; native-paths prefers them to a cross build', async () => {
    await withJob(
      { ...base, nix: '2.34.8', binds: fixtures.binds, flake: fixtures.flake('plain') },
      async ({ runner, act, finish }) => {
        const { ok, results } = await act({
          ...nixConf,
          targets: 'aarch64-linux',
          packages: 'zlib',
          prefer: 'native-paths',
        })
        expect(ok, runner.log).toBe(true)
        expect(results[0]).toMatchObject({ strategy: 'emulated', status: 'built' })
        expect(Object.keys(results[0]?.outputs ?? {}).sort()).toEqual(['dev', 'out'])
        await finish()
      },
    )
  })
})

/** A second machine, with nothing but the cache that was pushed to and the key's public half, has all paths. */
async function consume(
  nix: (typeof nixVersions)[number],
  root: string,
  publicKey: string,
  paths: readonly string[],
): Promise<void> {
  const machine = await Machine.start({ user: 'root', nix, binds: [{ source: root }] })
  try {
    const { url } = await startBinaryCache(machine, { root })
    const options = ['substituters', url, 'trusted-public-keys', publicKey, 'require-sigs', 'true', 'max-jobs', '0']
    const flags = Array.from(
      { length: options.length / 2 },
      (_, n) => `--option ${options[2 * n]} '${options[2 * n + 1]}'`,
    ).join(' ')
    await machine.sh(`nix-store --realise ${flags} ${paths.join(' ')}`)
    expect(await machine.sh(`${paths[0]}/bin/hello`)).toContain('Hello, world!')
  } finally {
    await machine.stop()
  }
}
