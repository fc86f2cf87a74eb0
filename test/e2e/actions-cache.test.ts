import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { fixtures, prepareFixtures } from '../fixtures/fixtures.ts'
import { machineUsable } from '../rig/available.ts'
import { rig } from '../rig/cache.ts'
import { startService } from './cache-machine.ts'
import { type JobOptions, signingKey, withJob } from './support.ts'

test.skipIf(!machineUsable())(
  'what one job built, the next job on a fresh machine has from the Actions cache',
  async () => {
    const kept = mkdtempSync(join(tmpdir(), 'cache-service-'))
    const key = signingKey('cache-1')
    try {
      for (const [hit, status] of [
        ['false', 'built'],
        ['true', 'substituted'],
      ] as const) {
        const binds = [{ source: kept, target: '/srv/cache', readOnly: false }]
        const options = {
          user: 'runner',
          nix: '2.34.8',
          nixFlavour: 'daemon',
          binds,
          runner: { secrets: [key.secret] },
        } as const
        await withJob(options, async ({ machine, runner, act, finish }) => {
          Object.assign(runner.job.env, await startService(machine))
          const inputs = {
            targets: 'x86_64-linux aarch64-linux',
            packages: 'hello',
            cache: 'true',
            'signing-key': key.secret,
          }
          const { ok, results, outputs } = await act({ ...inputs, 'push-to': 'file:///tmp/cache' })
          expect(ok, runner.log).toBe(true)
          expect(
            results.map((result) => result.status),
            runner.log,
          ).toEqual([status, status])
          expect(outputs).toMatchObject({ 'cache-hit': hit, 'pushed-paths': '2' })
          expect(/: (\d+) paths put into the store/.exec(runner.log)?.[1]).toBe(hit === 'true' ? '2' : undefined)
          await finish()
          expect(runner.leaks([key.secret])).toEqual([])
        })
      }
    } finally {
      rmSync(kept, { recursive: true })
    }
  },
)

test.skipIf(!machineUsable())('what one job learnt, the next job on a fresh machine knows', async () => {
  await prepareFixtures()
  const kept = mkdtempSync(join(tmpdir(), 'cache-service-'))
  const flake = readFileSync(join(fixtures.flake('stubborn'), 'flake.nix'), 'utf8')
  try {
    // The second job has another derivation of the same package: the first one's is in the cache.
    for (const [text, attempts] of [
      [flake, 2],
      [flake.replace('this machine is', 'this host is'), 0],
    ] as const) {
      const options = {
        user: 'root',
        nix: '2.34.8',
        flake: text,
        binds: [...fixtures.binds, { source: rig.qemu }, { source: kept, target: '/srv/cache', readOnly: false }],
        nixConf: `experimental-features = nix-command flakes\n${fixtures.nixConf()}`,
      } satisfies JobOptions
      await withJob(options, async ({ machine, runner, act, finish }) => {
        Object.assign(runner.job.env, await startService(machine), { RUNNER_ENVIRONMENT: 'github-hosted' })
        const { ok, results, outputs } = await act({
          targets: 'aarch64-linux',
          packages: 'asks-the-machine',
          cache: 'true',
        })
        expect(ok, runner.log).toBe(true)
        expect(results).toMatchObject([{ strategy: 'emulated', status: 'built' }])
        expect(JSON.parse(outputs.plan ?? '')[0].attempts, runner.log).toHaveLength(attempts)
        await finish()
      })
    }
  } finally {
    rmSync(kept, { recursive: true })
  }
})

test.skipIf(!machineUsable()).each([
  ['saves', 'PUT'],
  ['restores', 'GET'],
])('a job that is cancelled while it %s shows no signed URL', async (_, method) => {
  const kept = mkdtempSync(join(tmpdir(), 'cache-service-'))
  const binds = [{ source: kept, target: '/srv/cache', readOnly: false }]
  const job = (played: Parameters<typeof withJob>[1]) =>
    withJob({ user: 'runner', nix: '2.34.8', nixFlavour: 'daemon', binds }, played)
  const hosted = { RUNNER_ENVIRONMENT: 'github-hosted' }
  const inputs = { targets: 'x86_64-linux', packages: 'hello', cache: 'true' }
  try {
    if (method === 'GET')
      await job(async ({ machine, runner, act, finish }) => {
        Object.assign(runner.job.env, await startService(machine), hosted)
        await act(inputs)
        await finish()
      })
    await job(async ({ machine, runner, act, finish }) => {
      Object.assign(runner.job.env, await startService(machine), hosted)
      const requests = machine.path('/run/service/requests.jsonl')
      writeFileSync(
        machine.path('/run/service/faults.json'),
        JSON.stringify([{ match: `^${method} /actions-cache`, hang: true }]),
      )
      const running = act(inputs)
      while (!existsSync(requests) || !readFileSync(requests, 'utf8').includes(`"${method}"`)) await sleep(20)
      runner.cancel()
      await running
      await finish()
      expect(runner.log).toMatch(/the job was cancelled/)
      expect(runner.log).not.toContain('sig')
    })
  } finally {
    rmSync(kept, { recursive: true })
  }
})
