import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { fixtures, prepareFixtures } from '../fixtures/fixtures.ts'
import { machineUsable } from '../rig/available.ts'
import { Machine } from '../rig/machine.ts'
import { signingKey, withJob } from './support.ts'

/** A machine that knows the flake and the cache, and may build nothing: what it gets, it gets by what the action said. */
describe.skipIf(!machineUsable())('a consumer of a cross build', () => {
  beforeAll(() => prepareFixtures())

  const cases = [
    { method: 'declared', flake: 'declared', name: 'by-double', command: /^nix build .*#packages\.x86_64-linux\./ },
    {
      method: 'pkgsCross',
      flake: 'pkgscross',
      name: 'greeting',
      command: /^nix build .*\.pkgsCross\.aarch64-multiplatform\./,
    },
    { method: 'overlay', flake: 'overlay-only', name: 'default', command: /^nix-store --realise / },
    { method: 'transparent', flake: 'plain', name: 'greet', command: /^nix-store --realise / },
  ]
  test.each(cases)('gets a $method one by the printed command', async ({ method, flake, name, command }) => {
    const shared = mkdtempSync(join(tmpdir(), 'cache-'))
    chmodSync(shared, 0o777)
    const binds = [...fixtures.binds, { source: shared, readOnly: false }]
    const key = signingKey('consumer-1')
    const runner = { secrets: [key.secret] }
    const base = { user: 'runner', nix: '2.34.8', nixFlavour: 'daemon' } as const
    await withJob({ ...base, binds, runner, nixConf: fixtures.nixConf() }, async ({ machine, runner, act, finish }) => {
      const { ok, results, outputs } = await act({
        flake: `path:${fixtures.flake(flake)}`,
        targets: 'aarch64-linux=cross',
        packages: name,
        'push-to': `file://${shared}`,
        'signing-key': key.secret,
      })
      expect(ok, runner.log).toBe(true)
      expect(results).toMatchObject([{ method, status: 'built' }])
      const path = results[0]?.outputs.out ?? ''
      const printed = runner.log.split('\n').filter((line) => /^nix(?: build|-store --realise) /.test(line))
      expect(printed[0]).toMatch(command)
      const { destinations } = JSON.parse(readFileSync(machine.path(outputs.manifest ?? ''), 'utf8'))
      await finish()

      const consumer = await Machine.start({
        ...base,
        binds,
        nixConf: ['experimental-features = nix-command flakes', 'max-jobs = 0', ...destinations[0].nixConf].join('\n'),
      })
      try {
        for (const line of printed) {
          await consumer.sh(`cd /tmp && ${line.replace(/^nix build/, '$& --no-link')}`)
          await consumer.sh(`test -e ${path} && nix-store --verify-path ${path}`)
          await consumer.sh(`nix-store --delete ${path}`)
        }
      } finally {
        await consumer.stop()
        rmSync(shared, { recursive: true })
      }
    })
  })
})
