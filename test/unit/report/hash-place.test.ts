import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toBase32 } from '../../../src/nix/base32.ts'
import { checkoutFolder, openCheckout } from '../../../src/report/checkout.ts'
import { placesOfHash } from '../../../src/report/hash-place.ts'

const sri = (bytes: Uint8Array): string => `sha256-${Buffer.from(bytes).toString('base64')}`
const ZERO = sri(Buffer.alloc(32))

describe('the place of a hash', () => {
  it('is found in every spelling of Nix, and nowhere else', () => {
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 })
    fc.assert(
      fc.property(bytes, bytes, fc.nat(5), fc.nat(20), (hash, other, spelling, line) => {
        fc.pre(hash.join() !== other.join() && hash.some((byte) => byte !== 0))
        const hex = Buffer.from(hash).toString('hex')
        const base64 = sri(hash).slice('sha256-'.length)
        const unpadded = base64.replaceAll('=', '')
        const digits = [hex, hex.toUpperCase(), toBase32(hash), sri(hash), `sha256:${base64}`, `sha256-${unpadded}`]
        const text = `${'x\n'.repeat(line)}  hash = "${digits[spelling]}";\n`
        expect(placesOfHash([{ path: 'a.nix', text }], sri(hash), 'x')).toEqual([{ file: 'a.nix', line: line + 1 }])
        expect(placesOfHash([{ path: 'a.nix', text }], sri(other), 'x')).toEqual([])
      }),
    )
  })

  it.each([
    'hash = lib.fakeHash;',
    'sha256 = lib.fakeSha256;',
    'vendorHash = "";',
    'cargoHash = lib.fakeHash;',
    'sha256 = "";',
    `outputHash = "${ZERO}";`,
    `sha256 = "${'0'.repeat(64)}";`,
    `sha256 = "${'0'.repeat(52)}";`,
  ])('of nothing in particular: %s', (line) => {
    expect(placesOfHash([{ path: 'a.nix', text: `{\n  ${line}\n}` }], ZERO, 'x')).toEqual([{ file: 'a.nix', line: 2 }])
  })

  it('no hash at all is no place of a hash that is one', () => {
    expect(placesOfHash([{ path: 'a.nix', text: 'hash = "";' }], sri(Buffer.alloc(32, 1)), 'x')).toEqual([])
  })

  it('what is no hash has no place', () => {
    expect(placesOfHash([{ path: 'a.nix', text: 'foo sha256-x' }], 'foo', 'x')).toEqual([])
    expect(placesOfHash([{ path: 'a.nix', text: 'foo sha256-x' }], 'sha256-x', 'x')).toEqual([])
  })

  it('is first where the derivation is named', () => {
    const text = `foo = fetch {\n  hash = "";\n};\n${'\n'.repeat(20)}hello = fetch {\n  hash = "";\n};`
    expect(placesOfHash([{ path: 'a.nix', text }], ZERO, 'hello-2.12.tar.gz').map(({ line }) => line)).toEqual([25, 2])
  })
})

describe('the checkout of a flake', () => {
  it.each([
    ['git+file:///srv/runner/x?dir=sub&rev=1', '/srv/runner/x'],
    ['path:/home/runner/a%20b?narHash=sha256-x', '/home/runner/a b'],
    ['github:owner/name/0123', undefined],
    ['path:/nix/store/abc-source', undefined],
    ['git+https://example.org/x', undefined],
    ['tarball+file:///tmp/x.tar.gz', undefined],
  ])('%s: %s', (url, folder) => expect(checkoutFolder(url)).toBe(folder))

  describe('below the workspace', () => {
    const workspace = mkdtempSync(join(tmpdir(), 'checkout-'))
    const wanted = sri(Buffer.alloc(32, 7))
    beforeAll(() => {
      mkdirSync(join(workspace, 'sub/nix'), { recursive: true })
      writeFileSync(join(workspace, 'outside.nix'), '1\n2\n3\n')
      writeFileSync(join(workspace, 'sub/nix/a.nix'), '1\n2\n3\n')
      writeFileSync(join(workspace, 'sub/go.mod.sri'), `${wanted}\n`)
      writeFileSync(join(workspace, 'sub/vendor-hash.txt'), `\n${wanted}\n`)
    })
    afterAll(() => rmSync(workspace, { recursive: true }))
    const checkout = openCheckout(`path:${workspace}/sub?narHash=x`, workspace)

    it.each([
      ['the flake does not evaluate: x (nix/a.nix:2:7)', { file: 'sub/nix/a.nix', line: 2 }],
      [
        'native: x (pkgs/other.nix:2:7) (Did you mean a?); declared: y (nix/a.nix:1:1)',
        { file: 'sub/nix/a.nix', line: 1 },
      ],
      [`itself, not its copy (${workspace}/sub/nix/a.nix:3:1)`, { file: 'sub/nix/a.nix', line: 3 }],
      ['elsewhere on the machine (/etc/passwd:1:1)', undefined],
      ['of another flake, since it has no such line (nix/a.nix:200:7)', undefined],
      ['a folder (nix:1:1)', undefined],
      ['no place at all (see above)', undefined],
    ])('%s', (error, place) => expect(checkout.placeIn(error)).toEqual(place))

    it('hashes that have a file of their own are found', () => {
      expect(checkout.placesOf({ name: 'x', wanted, got: '' })).toEqual([
        { file: 'sub/go.mod.sri', line: 1 },
        { file: 'sub/vendor-hash.txt', line: 2 },
      ])
    })

    it('nothing is found outside of the workspace', () => {
      const outside = openCheckout(`path:${workspace}`, join(workspace, 'sub'))
      expect(outside.placeIn('x (outside.nix:1:1)')).toBeUndefined()
      expect(outside.placesOf({ name: 'x', wanted, got: '' })).toEqual([])
    })
  })
})
