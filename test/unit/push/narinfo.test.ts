import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { faultOf, judge } from '../../../src/push/after/found.ts'
import { isSignedBy, parseNarInfo, signed } from '../../../src/push/paths/narinfo.ts'

// written and signed by Nix 2.26.3
const PUBLIC = 'test-1:A84aMzct/IEI3m2ACRUgJfYUXWBgTpJYHmSBQEDKR8k='
const TEXT = `StorePath: /nix/store/3ypfk0s9198wzvf8x26m7y6ymrmpl50n-b
URL: nar/0gbiiqnmaslgk0fvw9qfxj7fl7g7agl6m0470bkhpmsgr7d12627.nar.zst
Compression: zstd
FileHash: sha256:0gbiiqnmaslgk0fvw9qfxj7fl7g7agl6m0470bkhpmsgr7d12627
FileSize: 126
NarHash: sha256:0arn8chz07s6nvfp66phlg46q7j7rnm8y38pbvxsq63671z0l234
NarSize: 160
References: vmg5na96ajnh1v932j9jdzfc3022vbh9-a
Sig: test-1:ak+xYie9q2arMZ4DyvHyUa8H+yE6jfJMndbEmwpV0d3/LrUHLiF0FogYAfcJJvBtnnQberbyf4Az7pyhLSHQAA==
CA: text:sha256:0443q2a01dw1rpj96qnpam151597ci68x3nf50aqv5dwds03lwby
`
const unsignedText = TEXT.replace(/Sig:.*\n/, '')
const facts = { ...parseNarInfo(TEXT), signatures: [] }

function freshKey(name: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const half = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32)
  const encoded = Buffer.concat([seed, half]).toString('base64')
  return { name, secret: `${name}:${encoded}`, publicKey: `${name}:${half.toString('base64')}` }
}

describe('a narinfo', () => {
  it("bears Nix's signature", () => {
    const info = parseNarInfo(TEXT)
    expect(info).toMatchObject({
      fileSize: 126,
      narSize: 160,
      references: ['/nix/store/vmg5na96ajnh1v932j9jdzfc3022vbh9-a'],
    })
    expect(isSignedBy(info, PUBLIC)).toBe(true)
    expect(isSignedBy({ ...info, narSize: 161 }, PUBLIC)).toBe(false)
  })

  it('gets our signature beside the others, once', () => {
    const key = freshKey('ours-1')
    const once = signed(parseNarInfo(TEXT), key)
    expect(once.signatures).toHaveLength(2)
    expect(isSignedBy(once, PUBLIC) && isSignedBy(once, key.publicKey)).toBe(true)
    expect(signed(once, key).text).toBe(once.text)
  })

  it('loses an old signature of the same key name that does not fit', () => {
    const key = freshKey('test-1')
    const again = signed(parseNarInfo(TEXT), key)
    expect(again.signatures).toHaveLength(1)
    expect(isSignedBy(again, key.publicKey)).toBe(true)
  })

  it.each([
    ['', /without StorePath/],
    ['<html>404</html>', /without StorePath/],
    [TEXT.slice(0, 200), /without References/],
    [TEXT.replace('FileSize: 126', 'FileSize: many'), /no number/],
    [TEXT.replace(/URL: .*/, 'URL: ../../etc/passwd'), /out of the cache/],
    [TEXT.replace(/URL: .*/, 'URL: https://elsewhere/x'), /out of the cache/],
    [TEXT.replace(/References: .*/, 'References: ../x'), /not a store path/],
  ])('is refused where it is wrong (%#)', (text, reason) => {
    expect(() => parseNarInfo(text)).toThrow(reason)
  })
})

describe('what a destination has', () => {
  const info = parseNarInfo(TEXT)
  it.each([
    ['all there and signed', info, 126, PUBLIC, 'good'],
    ['no key asked for', parseNarInfo(unsignedText), 126, undefined, 'good'],
    ['a size that is not told', info, Number.NaN, PUBLIC, 'good'],
    ['the NAR is not there', info, undefined, PUBLIC, 'broken'],
    ['the NAR is cut', info, 100, PUBLIC, 'broken'],
    ['not signed', parseNarInfo(unsignedText), 126, PUBLIC, 'unsigned'],
    ['signed by somebody else', info, 126, freshKey('ours-1').publicKey, 'unsigned'],
    ['another build, signed by nobody', { ...parseNarInfo(unsignedText), narHash: 'x' }, 126, PUBLIC, 'broken'],
    ['another build, signed by somebody else', { ...info, narHash: 'x' }, 126, freshKey('o').publicKey, 'foreign'],
  ])('%s', (_case, there, size, key, state) => {
    const found = judge(there, size, facts, key === undefined || isSignedBy(there, key))
    expect(found.state).toBe(state)
    expect(faultOf(found) === undefined).toBe(state === 'good')
  })
})
