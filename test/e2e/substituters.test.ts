import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { machineUsable } from '../rig/available.ts'
import { nixVersions } from '../rig/cache.ts'
import { type Fault, startBinaryCache } from '../rig/servers.ts'
import { signingKey, withJob } from './support.ts'

const usable = machineUsable()
const port = 8099
const url = `http://127.0.0.1:${port}`
const base = { user: 'runner', nixFlavour: 'daemon', nixConf: `substituters = ${url}\nrequire-sigs = false\n` } as const

/** Two derivations, one of which needs the other. */
const flake = `{
  outputs = _: let
    sh = name: script: derivation { system = "x86_64-linux"; inherit name; builder = "/bin/sh"; args = [ "-c" script ]; };
    needed = sh "needed" "echo needed > $out";
  in { packages.x86_64-linux = { inherit needed; default = sh "default" "read x < \${needed}; echo $x > $out"; }; };
}
`

describe.skipIf(!usable)('a substituter that is broken from the start is left out', () => {
  test.each<[string, Fault[] | undefined, RegExp]>([
    ['answers 500', [{ match: '.', status: 500 }], /it answers 500/],
    ['never answers', [{ match: '.', drop: 'hang' }], /no answer within 10 s/],
    ['answers with a web page', [{ match: '.', status: 200, body: '<html>log in</html>' }], /something else/],
    [
      'answers with it where a path is asked for',
      [{ match: 'narinfo', status: 200, body: '<html>' }],
      /something else/,
    ],
    ['is not there', undefined, /ECONNREFUSED/],
  ])('%s', async (_, faults, reason) => {
    await withJob({ ...base, nix: '2.34.8', flake }, async ({ machine, runner, act, finish }) => {
      const cache = faults && (await startBinaryCache(machine, { port }))
      cache?.setFaults(faults ?? [])
      const { ok, results } = await act()
      expect(ok, runner.log).toBe(true)
      expect(results.map(({ status }) => status)).toEqual(['built'])
      expect(runner.messages('warning').join('\n')).toMatch(`The substituter ${url} is left out of this run: `)
      expect(runner.messages('warning').join('\n')).toMatch(reason)
      expect((cache?.requests() ?? []).filter(({ path }) => !/nix-cache-info|\/0{32}\.narinfo/.test(path))).toEqual([])
      await finish()
    })
  })
})

describe.skipIf(!usable)('a substituter that breaks while it is used', () => {
  test.each(nixVersions)('Nix %s goes on without it', async (nix) => {
    await withJob({ ...base, nix, flake }, async ({ machine, runner, act, finish }) => {
      const cache = await startBinaryCache(machine, { port })
      cache.setFaults([{ match: '^GET /(?!0{32})[0-9a-z]{32}\\.narinfo', status: 500 }])
      const { ok, results } = await act()
      expect(ok, runner.log).toBe(true)
      expect(results.map(({ status, strategy }) => [status, strategy])).toEqual([['built', 'native']])
      expect(runner.messages('warning').join('\n')).toMatch(/A substituter fails: .*HTTP error 500/)
      expect(runner.log).not.toContain('falling back')
      await finish()
    })
  })

  test.each(nixVersions)('what comes damaged is built here, Nix %s', async (nix) => {
    await withJob({ ...base, nix, flake }, async ({ machine, runner, act, finish }) => {
      const flags = '--extra-experimental-features "nix-command flakes"'
      const needed = `path:${runner.dirs.workspace}#needed`
      await machine.sh(
        `nix ${flags} build --no-link ${needed} && p=$(nix ${flags} eval --raw ${needed}.outPath) &&
          nix ${flags} copy --to 'file:///tmp/cache?compression=none' $p && nix-store --delete $p`,
      )
      // only now: Nix would remember that it had nothing
      const cache = await startBinaryCache(machine, { port, root: '/tmp/cache' })
      cache.setFaults([{ match: '^GET /nar/', corrupt: true }])
      const { ok, results } = await act()
      expect(ok, runner.log).toBe(true)
      expect(results.map(({ status }) => status)).toEqual(['built'])
      expect(runner.messages('warning').join('\n')).toMatch(/A substituter fails: /)
      expect(cache.requests().some(({ path, fault }) => path.startsWith('/nar/') && fault)).toBe(true)
      await finish()
    })
  })
})

test.skipIf(!usable).each(nixVersions)(
  'what a key signed that nobody trusts is built, and the reason told, Nix %s',
  async (nix) => {
    const folder = mkdtempSync(join(tmpdir(), 'signed-'))
    const key = signingKey('theirs-1')
    const binds = [{ source: folder, target: '/srv/cache', readOnly: false }]
    const options = { user: 'root', nix, binds } as const
    const own = { packages: 'hello', cache: 'false' } as const
    try {
      await withJob(options, async ({ runner, act, finish }) => {
        const push = { 'push-to': 'file:///srv/cache', 'signing-key': key.secret, targets: 'aarch64-linux=emulated' }
        expect((await act({ ...own, ...push, 'extra-nix-config': 'substituters =' })).ok, runner.log).toBe(true)
        await finish()
      })
      for (const [keys, status, warning] of [
        [
          '',
          'built',
          /native failed, falling back .*hello-1\.0 from file:\/\/\/srv\/cache is not signed by a key that/,
        ],
        [`\nextra-trusted-public-keys = ${key.publicKey}`, 'substituted', /^$/],
      ] as const)
        await withJob(options, async ({ runner, act, finish }) => {
          const config = { 'extra-nix-config': `substituters = file:///srv/cache${keys}`, targets: 'aarch64-linux' }
          const { results } = await act({ ...own, ...config })
          expect(results[0], runner.log).toMatchObject({ status })
          expect(runner.messages('warning').join('\n')).toMatch(warning)
          await finish()
        })
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
)
