import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { machineUsable } from '../rig/available.ts'
import { nixVersions } from '../rig/cache.ts'
import { startBinaryCache } from '../rig/servers.ts'
import { faultsOf, narinfosOf } from './push-stage.ts'
import { signingKey, withJob } from './support.ts'

/** A flake without builds: its package is a closure of 200 paths. */
const flake = `{
  outputs = _: {
    packages.x86_64-linux.default =
      let
        files = builtins.genList (n: builtins.toFile "part-\${toString n}" "part \${toString n}") 200;
      in
      derivation { name = "many"; system = "x86_64-linux"; builder = "/bin/sh"; inherit files; args = [ "-c" "echo $files > $out" ]; };
  };
}
`

describe.skipIf(!machineUsable()).each(nixVersions)('a push with Nix %s whose job is cancelled', (version) => {
  it('ends at once, with whole closures and no secret left', async () => {
    const key = signingKey('cancel-1')
    const password = randomBytes(12).toString('hex')
    const options = { user: 'root', nix: version, flake, runner: { secrets: [key.secret, password] } } as const
    await withJob(options, async ({ machine, runner, act, finish }) => {
      const cache = await startBinaryCache(machine, { auth: `basic:ci:${password}` })
      const inputs = {
        'signing-key': key.secret,
        'push-to': cache.url.replace('//', `//ci:${password}@`),
        'nix-source': 'existing',
        cache: 'false',
      }
      // a slow server: each request takes a second, so that hundreds are open when the signal comes
      cache.setFaults([{ match: 'nar', delayMs: 1000 }])
      const running = act(inputs)
      while (narinfosOf(machine, cache.root).length < 5) await sleep(50)
      const began = performance.now()
      runner.cancel()
      const step = await running
      expect(step.ok).toBe(false)
      // before SIGTERM, which comes 7.5 s after SIGINT
      expect((performance.now() - began) / 1000).toBeLessThan(6)
      expect(runner.log).toMatch(/The push was ended: the job was cancelled/)
      expect(runner.log).not.toContain('fault of the action')
      expect(faultsOf(machine, cache.root)).toEqual([])
      expect(narinfosOf(machine, cache.root).length).toBeLessThan(201)
      await finish()
      expect(runner.leaks()).toEqual([])
    })
  })
})
