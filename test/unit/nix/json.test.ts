import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toSri } from '../../../src/nix/hash.ts'
import {
  DecodeError,
  parseConfig,
  parseDerivations,
  parseDryRun,
  parseFlakeMetadata,
  parsePathInfos,
} from '../../../src/nix/json.ts'
import { recorded, VERSIONS } from './recorded/recorded.ts'

const GOOD = '/nix/store/hw39b55h90wc4jz5js8smvfwv3k7ssz3-good-1.0'
const GOOD_DRV = '/nix/store/8jk8pxlmaj4ri4ixw45sxij5c5hgvm36-good-1.0.drv'
const LIBA_DRV = '/nix/store/vcyccavr8yzl0ki7di2z1xkqagp54rk6-liba-1.0.drv'
const LIBB_DRV = '/nix/store/s418c5lfjg3wbpl5alb01lpnwncb7amk-libb-2.0.drv'
const NAR_HASH = 'sha256-fX9Iv1XlrMBVlJRt4shhcR8HIJCDVJICRa6kyhJExek='

describe.each(VERSIONS)('Nix %s', (version) => {
  it('path-info of a signed path', () => {
    const [info, ...more] = parsePathInfos(recorded(version, 'path-info').text)
    expect(more).toEqual([])
    expect(info).toMatchObject({ path: GOOD, narHash: NAR_HASH, narSize: 120, references: [], deriver: GOOD_DRV })
    expect(info?.signatures).toEqual([expect.stringMatching(/^test-1:[A-Za-z0-9+/]{86}==$/)])
    expect(info).not.toHaveProperty('closureSize')
  })

  it('path-info with the size of the closure', () => {
    expect(parsePathInfos(recorded(version, 'path-info-closure').text)).toMatchObject([
      { path: GOOD, closureSize: 120 },
    ])
  })

  it('path-info of a binary cache, a missing path left out', () => {
    const found = parsePathInfos(recorded(version, 'path-info-cache-missing').text)
    expect(found).toMatchObject([
      {
        path: GOOD,
        narHash: NAR_HASH,
        downloadSize: 128,
        signatures: [],
        url: expect.stringMatching(/^nar\/.*\.nar\.xz$/),
      },
    ])
    expect(parsePathInfos(recorded(version, 'path-info-missing').text)).toEqual([])
  })

  it('derivation show: a derivation with what it needs', () => {
    const derivations = parseDerivations(recorded(version, 'derivation-show').text)
    expect(derivations.map(({ drvPath }) => drvPath).sort()).toEqual([GOOD_DRV, LIBB_DRV, LIBA_DRV])
    const good = derivations.find(({ drvPath }) => drvPath === GOOD_DRV)
    expect(good).toMatchObject({
      name: 'good-1.0',
      system: 'x86_64-linux',
      builder: '/bin/sh',
      fixedOutput: false,
      requiredSystemFeatures: [],
    })
    expect([...(good?.outputs ?? [])]).toEqual([['out', GOOD]])
    expect([...(good?.inputDrvs ?? [])].sort()).toEqual([LIBB_DRV, LIBA_DRV])
  })

  it('derivation show: a download has its output path and is known as fixed', () => {
    const [fod] = parseDerivations(recorded(version, 'derivation-show-fod').text)
    expect(fod).toMatchObject({ name: 'fod.txt', fixedOutput: true })
    expect(fod?.outputs.get('out')).toBe('/nix/store/4p8and6iq4df6gsc4q7mv0jl9gbbbzhy-fod.txt')
  })

  it('flake metadata of a commit, a checkout with changes, a folder', () => {
    const clean = parseFlakeMetadata(recorded(version, 'flake-metadata-git').text)
    expect(clean.revision).toMatch(/^[0-9a-f]{40}$/)
    expect(clean.url).toContain(`rev=${clean.revision}`)
    expect(clean.path).toMatch(/^\/nix\/store\/.*-source$/)
    const dirty = parseFlakeMetadata(recorded(version, 'flake-metadata-dirty').text)
    expect(dirty).toMatchObject({ url: 'git+file:///tmp/case/git', revision: undefined })
    expect(parseFlakeMetadata(recorded(version, 'flake-metadata').text)).toMatchObject({
      url: expect.stringContaining('narHash=sha256-'),
      revision: undefined,
      description: undefined,
    })
  })

  it('the configuration', () => {
    const config = parseConfig(recorded(version, 'config').text)
    expect(config.get('max-jobs')).toBe(4)
    expect(config.get('connect-timeout')).toBe(3)
    expect(config.get('substituters')).toEqual([])
    expect(config.get('system')).toBe('x86_64-linux')
    expect(config.get('sandbox-fallback')).toBe(true)
  })

  it.each([
    ['dry-build-one', 1, 0, 0],
    ['dry-build-many', 8, 0, 0],
    ['dry-fetch-one', 0, 1, 0],
    ['dry-fetch-two', 0, 3, 0],
    ['dry-both', 5, 1, 0],
    ['dry-nothing', 0, 0, 0],
    ['dry-unknown', 0, 0, 1],
  ])('%s: %i to build, %i to fetch, %i unknown', (name, build, fetch, unknown) => {
    const dry = parseDryRun(recorded(version, name).text)
    expect([dry.toBuild.length, dry.toFetch.length, dry.unknown.length]).toEqual([build, fetch, unknown])
  })
})

it('path-info of old Nix: a list, derivations of it', () => {
  const info = parsePathInfos(recorded('2.26.3', 'path-info-r').text).find(({ path }) => path === GOOD_DRV)
  expect(info).toMatchObject({ references: [LIBB_DRV, LIBA_DRV], signatures: [] })
  expect(info?.ca).toMatch(/^text:sha256:/)
})

it('path-info in format 2: base names, a structured content address', () => {
  const old = parsePathInfos(recorded('2.34.8', 'path-info-1').text)
  const infos = parsePathInfos(recorded('2.34.8', 'path-info-2').text)
  const { ca, ...rest } = infos.find(({ path }) => path === GOOD_DRV) ?? {}
  expect(ca).toMatch(/^text:sha256-/)
  const { ca: oldCa, ...oldRest } = old.find(({ path }) => path === GOOD_DRV) ?? {}
  expect(oldCa).toMatch(/^text:sha256:/)
  expect(rest).toEqual(oldRest)
})

it('signatures of 2.35 are objects', () => {
  const document = recorded('2.34.8', 'path-info').text.replace(/"test-1:([^"]*)"/, '{"keyName":"test-1","sig":"$1"}')
  expect(parsePathInfos(document)[0]?.signatures).toEqual(
    parsePathInfos(recorded('2.34.8', 'path-info').text)[0]?.signatures,
  )
})

it('system features of structured and of plain attributes', () => {
  const shown = (extra: object) =>
    parseDerivations(
      JSON.stringify({
        [GOOD_DRV]: { outputs: {}, inputDrvs: {}, inputSrcs: [], system: 's', builder: 'b', args: [], ...extra },
      }),
    )[0]?.requiredSystemFeatures
  expect(shown({ env: { requiredSystemFeatures: 'kvm  big-parallel' } })).toEqual(['kvm', 'big-parallel'])
  expect(shown({ env: { __json: '{"requiredSystemFeatures":["gccarch-armv7-a"]}' } })).toEqual(['gccarch-armv7-a'])
  expect(shown({ env: {}, structuredAttrs: { requiredSystemFeatures: ['kvm'] } })).toEqual(['kvm'])
})

describe('sizes of a dry run', () => {
  it.each([
    ['1.21 MiB download, 5.50 MiB', 1268777, 5767168],
    ['0.1 KiB download, 0.4 KiB', 102, 410],
    ['2.0 GiB download, 1.0 TiB', 2147483648, 1099511627776],
  ])('%s', (sizes, download, unpacked) => {
    const text = `this path will be fetched (${sizes} unpacked):\n  ${GOOD}\n`
    expect(parseDryRun(text)).toMatchObject({ bytesToFetch: download, bytesUnpacked: unpacked, toFetch: [GOOD] })
  })

  it('takes no path after another line', () => {
    expect(
      parseDryRun(`this derivation will be built:\n  ${GOOD_DRV}\nwarning: something\n  ${LIBA_DRV}`).toBuild,
    ).toEqual([GOOD_DRV])
  })
})

describe('what is not as expected', () => {
  it.each([
    [
      '$[0].narSize: expected a number, got "x"',
      parsePathInfos,
      `[{"path":"${GOOD}","narHash":"${NAR_HASH}","narSize":"x","references":[]}]`,
    ],
    [
      `$["${GOOD}"].narHash: expected a value, got nothing`,
      parsePathInfos,
      `{"${GOOD}":{"narSize":1,"references":[]}}`,
    ],
    [
      '.narHash: not 32 bytes of sha256',
      parsePathInfos,
      `{"${GOOD}":{"narHash":"sha256-AA==","narSize":1,"references":[]}}`,
    ],
    [
      '.references[0]: not a store path: /etc/passwd',
      parsePathInfos,
      `{"${GOOD}":{"narHash":"${NAR_HASH}","narSize":1,"references":["/etc/passwd"]}}`,
    ],
    ['nix path-info printed no JSON: "error: x"', parsePathInfos, 'error: x'],
    ['$.derivations: expected an object, got 3', parseDerivations, '{"derivations":3}'],
    ['.inputSrcs: expected a value, got nothing', parseDerivations, `{"${GOOD_DRV}":{"outputs":{},"inputDrvs":{}}}`],
    ['$.resolvedUrl: expected a value, got nothing', parseFlakeMetadata, '{}'],
    ['$.cores.value: expected a value, got nothing', parseConfig, '{"cores":{}}'],
  ])('%s', (message, parse, document) => {
    expect(() => parse(document)).toThrow(message)
    expect(() => parse(document)).toThrow(DecodeError)
  })
})

describe('hashes', () => {
  // of the empty text: sha256sum, and nix-hash --type sha256 --to-base32
  const SRI = 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
  it.each([
    ['SRI', SRI],
    ['base 16', 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['base 32', 'sha256:0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73'],
    ['base 64', 'sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='],
    ['an object', { algorithm: 'sha256', format: 'base64', hash: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' }],
    [
      'an object in base 16',
      { algorithm: 'sha256', hash: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' },
    ],
  ])('in %s', (_, hash) => {
    expect(toSri(hash)).toBe(SRI)
  })

  it('that Nix printed in two spellings are one', () => {
    const { lines } = recorded('2.34.8', 'corrupt-verify')
    const base32 = /expected hash '(sha256:[^']+)'/.exec(lines.join('\n'))?.[1] ?? ''
    expect(toSri(base32)).toMatch(/^sha256-[A-Za-z0-9+/]{43}=$/)
  })

  it.each(['', 'sha256', 'sha256:', 'sha256-AAAA', 'crc32:00000000', 'sha256:e'.padEnd(60, 'e'), 3, null, {}])(
    'refuses %s',
    (hash) => {
      expect(() => toSri(hash)).toThrow('not')
    },
  )

  it('are the same from every base', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const buffer = Buffer.from(bytes)
        expect(toSri(`sha256:${buffer.toString('hex')}`)).toBe(`sha256-${buffer.toString('base64')}`)
        expect(toSri(`sha256:${base32(buffer)}`)).toBe(`sha256-${buffer.toString('base64')}`)
      }),
    )
  })
})

/** As printHash32 of Nix's src/libutil/hash.cc does it. */
function base32(bytes: Buffer): string {
  const length = Math.floor((bytes.length * 8 - 1) / 5) + 1
  let text = ''
  for (let n = length - 1; n >= 0; n -= 1) {
    const [i, j] = [Math.floor((n * 5) / 8), (n * 5) % 8]
    const value = ((bytes[i] ?? 0) >> j) | (i >= bytes.length - 1 ? 0 : (bytes[i + 1] ?? 0) << (8 - j))
    text += '0123456789abcdfghijklmnpqrsvwxyz'[value & 31]
  }
  return text
}
