import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromBase32, toBase32 } from '../../../src/nix/base32.ts'
import { toNarInfoHash } from '../../../src/nix/hash.ts'
import { parseSigningKey, signatureFits, signText } from '../../../src/nix/signing-key.ts'

function freshKey(name = 'cache-1') {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32)
  const half = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  return {
    secret: `${name}:${Buffer.concat([seed, half]).toString('base64')}`,
    public: `${name}:${half.toString('base64')}`,
  }
}

describe('a signing key', () => {
  it('is read, with its public half', () => {
    const key = freshKey()
    expect(parseSigningKey(` ${key.secret}\n`)).toEqual({ name: 'cache-1', secret: key.secret, publicKey: key.public })
  })

  it('signs what its public half verifies, and nothing else', () => {
    const key = freshKey()
    const signature = signText(key.secret, 'text')
    expect(signatureFits(key.public, 'text', signature)).toBe(true)
    expect(signatureFits(key.public, 'texT', signature)).toBe(false)
    expect(signatureFits(freshKey().public, 'text', signature)).toBe(false)
    expect(signatureFits('cache-1:rubbish', 'text', signature)).toBe(false)
    expect(signatureFits(key.public, 'text', 'no signature')).toBe(false)
  })

  it.each([
    ['', /form name:base64/],
    ['no colon', /form name:base64/],
    [':AAAA', /form name:base64/],
    ['a:b c', /form name:base64/],
    ['a:***', /not valid base64/],
    [freshKey().public, /public key \(32 bytes\)/],
    ['a:AAAA', /3 bytes after its name, a secret key has 64/],
    [`a:${Buffer.alloc(64).toString('base64')}`, /public half does not belong/],
  ])('%j is refused', (text, reason) => {
    const parsed = parseSigningKey(text)
    expect(parsed).toHaveProperty('problem', expect.stringMatching(reason))
    // what was given may be most of a secret
    if (text.length > 12) expect(JSON.stringify(parsed)).not.toContain(text.split(':')[1])
  })
})

describe("Nix's base 32", () => {
  it('gives back any 32 bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        expect(fromBase32(toBase32(bytes)).equals(Buffer.from(bytes))).toBe(true)
      }),
    )
  })

  it('knows every spelling of a hash', () => {
    const same = 'sha256:0sg9f58l1jj88w6pdrfdpj5x9b1zrwszk84j81zvby36q9whhhqa'
    expect(toNarInfoHash(same)).toBe(same)
    expect(toNarInfoHash('sha256-CkMIecJm+LV/QJKg+TXPP6zUi7zN5XYNR0jKQFFx6Wk=')).toBe(same)
    expect(toNarInfoHash('sha256:0a430879c266f8b57f4092a0f935cf3facd48bbccde5760d4748ca405171e969')).toBe(same)
    expect(() => toNarInfoHash(`sha1:${'00'.repeat(20)}`)).toThrow('not a SHA-256')
    expect(() => toNarInfoHash('sha256:short')).toThrow('not 32 bytes of sha256: short')
  })
})
