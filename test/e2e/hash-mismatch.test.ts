import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toBase32 } from '../../src/nix/base32.ts'
import { machineUsable } from '../rig/available.ts'
import { nixVersions } from '../rig/cache.ts'
import { withJob } from './support.ts'

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
const sri = (bytes: Buffer): string => `sha256-${bytes.toString('base64')}`
/** Hashes that are wrong, each in a spelling of its own, at a line of its own. */
const wrong = (name: string): Buffer => digest(`not ${name}`)

const FILES: Readonly<Record<string, string>> = {
  'flake.nix': `{
  outputs = _: {
    packages.x86_64-linux = let fixed = import ./nix/fixed.nix; in {
      sri = fixed "sri" "${sri(wrong('sri'))}";
      base32 = import ./nix/base32.nix fixed;
      hex = fixed "hex" (builtins.fromJSON (builtins.readFile ./nix/sources.json)).hex.sha256;
      fake = import ./nix/fake.nix fixed;
      fetched = fixed (builtins.readFile (import ./nix/fetched.nix)) "";
    };
  };
}
`,
  'nix/fixed.nix': `name: hash: derivation {
  inherit name;
  system = "x86_64-linux";
  builder = "/bin/sh";
  args = [ "-c" "echo \${name} > $out" ];
  outputHashMode = "flat";
  outputHashAlgo = "sha256";
  outputHash = hash;
}
`,
  'nix/base32.nix': `fixed:
fixed "base32"
  "${toBase32(wrong('base32'))}"
`,
  'nix/sources.json': `{
  "hex": {
    "sha256": "${wrong('hex').toString('hex')}"
  }
}
`,
  'nix/fake.nix': `fixed: let
  fakeHash = "";
in
fixed "fake" fakeHash
`,
  'nix/fetched.nix': `builtins.fetchurl {
  url = "file:///tmp/fetched";
  sha256 = "${toBase32(wrong('fetched'))}";
}
`,
  'notes.md': `the old hash is ${sri(wrong('sri'))}\n`,
}

const PLACES = [
  ['sri', 'flake.nix', 4],
  ['base32', 'nix/base32.nix', 3],
  ['hex', 'nix/sources.json', 3],
  ['fake', 'nix/fake.nix', 2],
  ['fetched', 'nix/fetched.nix', 3],
] as const

describe.skipIf(!machineUsable())('a hash that proves wrong', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hashes-'))
  beforeAll(() => {
    mkdirSync(join(folder, 'nix'))
    for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text)
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test.each(nixVersions)('Nix %s: the right one is shown where the old one stands', async (nix) => {
    await withJob({ nix, user: 'root', flake: folder }, async ({ machine, runner, act, finish }) => {
      await machine.sh('echo fetched > /tmp/fetched')
      const { ok, results } = await act({ packages: PLACES.map(([name]) => name).join(' ') })
      expect(ok).toBe(false)
      expect(results.map(({ status }) => status)).toEqual(PLACES.map(() => 'failed'))
      for (const [name, file, line] of PLACES) {
        const right = sri(digest(`${name}\n`))
        const annotation = runner.job.annotations.find(({ message }) => message.startsWith(`${name} for `))
        expect(annotation, runner.log).toMatchObject({
          level: 'error',
          message: expect.stringContaining(`The right hash, to be written at ${file}:${line}: ${right}`),
          properties: { file, line: String(line) },
        })
      }
      await finish()
    })
  })

  test('a flake that is no checkout gets no place', async () => {
    await withJob({ nix: '2.34.8', user: 'root', flake: folder }, async ({ runner, act, finish }) => {
      await runner.run('mkdir /tmp/far && tar -czf /tmp/far/flake.tar.gz --transform "s,^[.],top," .')
      const { results } = await act({ flake: 'tarball+file:///tmp/far/flake.tar.gz', packages: 'sri' })
      expect(results.map(({ status }) => status)).toEqual(['failed'])
      const [annotation] = runner.job.annotations
      expect(annotation?.message).toContain(`The right hash: ${sri(digest('sri\n'))}`)
      expect(annotation?.properties.file).toBeUndefined()
      await finish()
    })
  })
})
