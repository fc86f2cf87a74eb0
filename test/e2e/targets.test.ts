import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { fixtures, prepareFixtures } from '../fixtures/fixtures.ts'
import { machineUsable } from '../rig/available.ts'
import { rig } from '../rig/cache.ts'
import type { Machine } from '../rig/machine.ts'
import { type Result, withJob } from './support.ts'

/** Debian's Wine where its package has it; its small parts are copied in, the large ones bound. */
const wineFolders = ['lib/wine', 'lib/x86_64-linux-gnu/wine', 'share/wine']
const wineBinds = wineFolders.map((folder) => ({ source: join(rig.wine, 'usr', folder), target: `/usr/${folder}` }))
async function installWine(machine: Machine): Promise<void> {
  const script = `cd ${rig.wine}/usr && cp -dn lib/x86_64-linux-gnu/*.so* /usr/lib/x86_64-linux-gnu/ && cp bin/wine-stable /usr/local/bin/wine`
  await machine.sh(script, { user: 'root' })
}

/** No Debian package has wasmtime. This has its command line as far as it is used, and Node's WASI runs the module. */
const wasmtime = `#!${rig.node24} --no-warnings
const { WASI } = require('node:wasi')
const [command, file, ...args] = process.argv.slice(2)
if (command !== 'run') throw new Error('wasmtime run FILE ARGUMENTS...')
const wasi = new WASI({ version: 'preview1', args: [file, ...args] })
WebAssembly.compile(require('node:fs').readFileSync(file))
  .then((module) => WebAssembly.instantiate(module, wasi.getImportObject()))
  .then((instance) => process.exit(wasi.start(instance)))
`
const installWasmtime = (machine: Machine): Promise<string> =>
  machine.sh('cat > /usr/local/bin/wasmtime && chmod 755 /usr/local/bin/wasmtime', { user: 'root', input: wasmtime })

/** What file(1) says of each program of a result. */
const kinds = (machine: Machine, { outputs }: Result): string[] => {
  const bin = join(machine.path(outputs.out ?? ''), 'bin')
  return readdirSync(bin).map(
    (name) => `${name}: ${execFileSync('file', ['-b', join(bin, name)], { encoding: 'utf8' })}`,
  )
}

describe.skipIf(!machineUsable())('targets other than plain Linux, by real compilers', () => {
  beforeAll(() => prepareFixtures())
  const options = () => ({
    user: 'runner' as const,
    nix: '2.34.8' as const,
    nixFlavour: 'daemon' as const,
    flake: fixtures.flake('portable'),
    nixConf: fixtures.nixConf(),
  })

  const targets = [
    {
      target: 'mingw-ucrt-x86_64',
      set: 'mingw-ucrt-x86_64',
      kind: /^tell\.exe: PE32\+ executable.* x86-64/,
      says: 'windows',
    },
    { target: 'ucrt64', set: 'mingw-ucrt-x86_64', kind: /^tell\.exe: PE32\+ executable.* x86-64/, says: 'windows' },
    { target: 'x86_64-w64-mingw32', set: 'mingw-ucrt-x86_64', kind: /^tell\.exe: PE32\+ .* x86-64/, says: 'windows' },
    { target: 'wasm32-wasi', set: 'wasi32', kind: /^tell\.wasm: WebAssembly/, says: 'wasm' },
    {
      target: 'aarch64-unknown-linux-musl',
      set: 'aarch64-multiplatform-musl',
      kind: /^tell: ELF 64-bit LSB executable, ARM aarch64.*statically linked/,
      says: 'musl',
    },
    {
      target: 'musl64',
      set: 'musl64',
      kind: /^tell: ELF 64-bit LSB executable, x86-64.*statically linked/,
      says: 'musl',
    },
    {
      target: 'aarch64-linux.pkgsStatic',
      set: 'aarch64-multiplatform.pkgsStatic',
      kind: /^tell: ELF 64-bit LSB executable, ARM aarch64.*statically linked/,
      says: 'musl',
    },
  ]

  test('a flake that lists one system is built for each, its own way and transparently, and runs', async () => {
    const binds = [...fixtures.binds, ...wineBinds]
    await withJob({ ...options(), binds }, async ({ machine, runner, act, finish }) => {
      await installWine(machine)
      await installWasmtime(machine)
      const { ok, results } = await act({
        targets: targets.map(({ target }) => `${target}=cross`).join(' '),
        packages: 'default tell',
        'smoke-test': `tell "it's" 'a $b' ""`,
      })
      expect(ok, runner.log).toBe(true)
      for (const { target, set, kind } of targets) {
        const [own, tell] = results.filter((result) => result.target === target) as [Result, Result]
        expect({ target, method: own.method, notes: own.notes }).toEqual({ target, method: 'transparent', notes: [] })
        expect(tell).toMatchObject({ method: 'pkgsCross', status: 'built', notes: [] })
        expect(tell.reason).toContain(`legacyPackages.x86_64-linux.pkgsCross.${set}.tell`)
        for (const result of [own, tell]) expect(kinds(machine, result)).toEqual([expect.stringMatching(kind)])
      }
      const said = targets.flatMap(({ says }) => Array(2).fill(`smoke-test> made for ${says} [it's] [a $b] []`))
      expect(runner.log.match(/smoke-test> made .*/g)).toEqual(said)
      // a program's failure is its own, not that of what starts it
      const failing = await act({
        targets: 'ucrt64=cross wasm32-wasi=cross',
        packages: 'tell',
        'smoke-test': 'tell exit 3 && true',
      })
      expect(failing.results.map(({ error }) => error)).toEqual(
        Array(2).fill(
          expect.stringMatching(
            /the smoke test "tell exit 3 && true" failed with exit code 3 .it is not given to a shell/,
          ),
        ),
      )
      expect(await machine.sh('ls -A ~')).not.toContain('.wine')
      await finish()
    })
  })

  test('a smoke test that nothing here can run is skipped, and said to be', async () => {
    await withJob({ ...options(), binds: fixtures.binds }, async ({ runner, act, finish }) => {
      const inputs = { targets: 'ucrt64=cross wasm32-wasi=cross musl64=cross', packages: 'tell' }
      const { ok, results } = await act({ ...inputs, 'smoke-test': 'tell' })
      expect(ok, runner.log).toBe(true)
      const skipped = [
        'The smoke test was skipped: wine is not installed here, and nothing else starts x86_64-windows programs.',
        'The smoke test was skipped: wasmtime is not installed here, and nothing else starts wasm32-wasi programs.',
      ]
      expect(results.map(({ status, notes }) => [status, notes])).toEqual([
        ['built', skipped.slice(0, 1)],
        ['built', skipped.slice(1)],
        ['built', []],
      ])
      for (const note of skipped) {
        expect(runner.messages('warning').join('\n')).toContain(note)
        expect(runner.job.summaries.join('\n')).toContain(note)
      }
      const without = await act(inputs)
      expect(without.results.flatMap(({ notes }) => notes)).toEqual([])
      await finish()
    })
  })
})
