import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Manifest } from '../../src/report/manifest.ts'
import { machineUsable } from '../rig/available.ts'
import { nixVersions } from '../rig/cache.ts'
import { Machine } from '../rig/machine.ts'
import { startBinaryCache } from '../rig/servers.ts'
import { violations } from '../unit/report/schema.ts'
import { repository, signingKey, withJob } from './support.ts'

const text = (name: string): string => readFileSync(join(repository, name), 'utf8')
/** The commands of the page, block by block; the first downloads the manifest. */
const [, find = '', realise = '', copy = '', check = ''] = [
  ...text('docs/consuming.md').matchAll(/^```sh\n(.*?)^```$/gms),
].map(([, block = '']) => block)
const workflow = parse(text('examples/workflows/release.yml')) as {
  jobs: Record<string, { steps: { name?: string; run?: string }[] }>
}
const merge = workflow.jobs.release?.steps.find(({ name }) => name === 'Merge')?.run ?? ''

describe.skipIf(!machineUsable())('a release', () => {
  test('its manifests are merged, and the documented commands install from it without the flake', async () => {
    const shared = mkdtempSync(join(tmpdir(), 'release-'))
    const cache = join(shared, 'cache')
    const key = signingKey('release-1')
    try {
      // two jobs of the matrix
      for (const [index, target] of ['aarch64-linux', 'x86_64-linux'].entries()) {
        const binds = [{ source: shared, readOnly: false }]
        await withJob({ nix: '2.34.8', user: 'root', binds, runner: { secrets: [key.secret] } }, async (job) => {
          const server = await startBinaryCache(job.machine, { root: cache, port: 8080 })
          const inputs = { targets: target, packages: 'hello', 'push-to': server.url, 'signing-key': key.secret }
          const { ok, outputs } = await job.act(inputs)
          expect(ok, job.runner.log).toBe(true)
          mkdirSync(join(shared, `manifests/manifest-${target}-${index}`), { recursive: true })
          const copied = join(shared, `manifests/manifest-${target}-${index}/manifest.json`)
          copyFileSync(job.machine.path(outputs.manifest ?? ''), copied)
          await job.finish()
        })
      }
      const consumers = await Machine.start({ user: 'root', binds: [{ source: shared, readOnly: false }] })
      await consumers.sh(merge, { cwd: shared })
      await consumers.stop()
      const manifest = JSON.parse(readFileSync(join(shared, 'manifest.json'), 'utf8')) as Manifest
      expect(violations(manifest, JSON.parse(text('docs/manifest.schema.json')))).toEqual([])
      expect(manifest.packages.map(({ target, status }) => [target, status])).toEqual([
        ['aarch64-linux', 'built'],
        ['x86_64-linux', 'built'],
      ])
      expect(manifest.destinations).toMatchObject([{ status: 'ok', pushed: 2, verified: 2 }])
      expect(manifest.paths).toHaveLength(2)

      for (const nix of nixVersions) await consume(nix, shared, cache, key.publicKey, manifest)
    } finally {
      rmSync(shared, { recursive: true })
    }
  })
})

/** On a machine that has neither the flake nor the key, with each documented way on a store of its own. */
async function consume(
  nix: (typeof nixVersions)[number],
  shared: string,
  cache: string,
  key: string,
  manifest: Manifest,
) {
  for (const [name, way] of Object.entries({ realise, copy })) {
    const machine = await Machine.start({ user: 'root', nix, binds: [{ source: shared, readOnly: false }] })
    try {
      await startBinaryCache(machine, { root: cache, port: 8080 })
      writeFileSync(machine.path('/root/manifest.json'), JSON.stringify(manifest))
      const script = `${find}\n${way}\necho "got $path with $key"\nfile -b "$path/bin/hello" || true\n${check}`
      const out = await machine.sh(script, { cwd: '/root' })
      const wanted = manifest.packages.find(({ target }) => target === 'aarch64-linux')?.outputs.out
      expect(out, name).toContain(`got ${wanted} with ${key}`)
      const [sri = '', base32 = ''] = out.trim().split('\n').slice(-2)
      const same = await machine.sh(`nix --extra-experimental-features nix-command hash to-sri ${base32}`)
      expect(same.trim(), name).toBe(sri)
      // unsigned, or signed by another: not taken
      const wrong = `${find}\nkey=${signingKey('release-1').publicKey}\n${way}`
      await machine.sh(`rm -f /root/result; nix-store --delete ${wanted}`)
      const { code, stderr } = await machine.run(['bash', '-euo', 'pipefail', '-c', wrong], { cwd: '/root' })
      expect([name, code === 0], stderr).toEqual([name, false])
    } finally {
      await machine.stop()
    }
  }
}
