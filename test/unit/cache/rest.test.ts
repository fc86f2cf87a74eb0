import { execFileSync } from 'node:child_process'
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { guardScript, readResult } from '../../../src/cache/client.ts'
import { parseLedger, printLedger, updateUses } from '../../../src/cache/ledger.ts'
import { parseLocalPaths } from '../../../src/cache/local.ts'
import { scanFolder } from '../../../src/cache/scan.ts'
import { type LocalPath, selectPaths } from '../../../src/cache/select.ts'
import { fileKey, isOfActionsCache, isUnverified, openCacheKey, signedCacheKey } from '../../../src/cache/signer.ts'
import { parseSigningKey, signatureFits, signText } from '../../../src/nix/signing-key.ts'
import { entryOf, nameOf, pathOf } from './entries.ts'

describe('keys of entries', () => {
  const main = openCacheKey()
  it('are the same for the same signing key, and another for another', () => {
    expect(signedCacheKey(main)).toEqual(signedCacheKey({ ...main }))
    expect(signedCacheKey(main).publicKey).not.toBe(signedCacheKey(openCacheKey()).publicKey)
    expect(openCacheKey().publicKey).not.toBe(openCacheKey().publicKey)
  })
  it('are keys as Nix has them', () => {
    for (const key of [signedCacheKey(main), openCacheKey()]) {
      expect(parseSigningKey(key.secret)).toEqual(key)
      expect(signatureFits(key.publicKey, 'text', signText(key.secret, 'text'))).toBe(true)
    }
  })
  it('tell nothing of the signing key, and sign nothing for it', () => {
    const key = signedCacheKey(main)
    expect(key.secret).not.toContain(main.secret.slice(main.name.length + 1).slice(0, 40))
    expect(signatureFits(main.publicKey, 'text', signText(key.secret, 'text'))).toBe(false)
  })
  it('of whole files: a code for one name and content by one key', () => {
    const [key, other] = [fileKey(main), fileKey(openCacheKey())]
    const code = key.codeOf('a', Buffer.from('bc'))
    expect(code).toHaveLength(32)
    expect(fileKey({ ...main }).codeOf('a', Buffer.from('bc'))).toEqual(code)
    expect([
      key.codeOf('b', Buffer.from('bc')),
      key.codeOf('ab', Buffer.from('c')),
      key.codeOf('a', Buffer.from('bd')),
    ]).not.toContainEqual(code)
    expect(other.codeOf('a', Buffer.from('bc'))).not.toEqual(code)
    expect(other.id).not.toBe(key.id)
  })
  it('are known by their names', () => {
    const [signed, open] = [signedCacheKey(main), openCacheKey()].map(({ secret }) => signText(secret, 'x'))
    expect([isUnverified(signed ?? ''), isUnverified(open ?? ''), isUnverified('cache.nixos.org-1:x')]).toEqual([
      false,
      true,
      false,
    ])
    expect([signed, open, 'cache.nixos.org-1:x'].map((text) => isOfActionsCache(text ?? ''))).toEqual([
      true,
      true,
      false,
    ])
  })
})

describe('the ledger', () => {
  it('round-trips', () => {
    const time = fc.nat({ max: 1000 })
    fc.assert(
      fc.property(fc.dictionary(fc.string(), time), fc.array(fc.nat({ max: 99 })), (used, outside) => {
        const ledger = {
          used: new Map(Object.entries(used)),
          outside: new Set(outside.map(pathOf)),
          wanted: new Set(outside.map(nameOf)),
        }
        expect(parseLedger(printLedger(ledger), '/nix/store', 1000)).toEqual(ledger)
      }),
    )
  })
  it.each([
    '',
    '[]',
    'null',
    '{"used":[],"outside":{}}',
    '{"used":{"a":"x","b":-1},"outside":["../../etc",7,null]}',
    '{"used":3,"wanted":"x"}',
    '{"wanted":[1,{}]}',
  ])('is empty where it is %s', (text) =>
    expect(parseLedger(text, '/nix/store', 9)).toEqual({ used: new Map(), outside: new Set(), wanted: new Set() }),
  )
  it('believes in no future', () => {
    expect(parseLedger('{"used":{"a":99}}', '/nix/store', 5).used.get('a')).toBe(5)
  })
  it('notes what was needed now, and what is served elsewhere', () => {
    const entries = new Map(
      ['a', 'b', 'c'].map((name) => [nameOf(name), entryOf(name, name === 'b' ? ['a', 'libc'] : [])]),
    )
    const before = {
      used: new Map([
        [nameOf('a'), 3],
        [nameOf('b'), 3],
        [nameOf('gone'), 3],
      ]),
      outside: new Set([pathOf('old')]),
      wanted: new Set([nameOf('old')]),
    }
    const run = { needed: new Set([pathOf('b')]), wanted: [pathOf('b'), pathOf('not-kept')] }
    const { used, outside, wanted } = updateUses(entries, before, run, 9)
    expect([...used]).toEqual([
      [nameOf('a'), 3],
      [nameOf('b'), 9],
      [nameOf('c'), 9],
    ])
    expect([...outside]).toEqual([pathOf('libc')])
    expect([...wanted]).toEqual([nameOf('b')])
  })
})

describe('what is kept', () => {
  const local = (name: string, references: string[], more: Partial<LocalPath> = {}): LocalPath => ({
    ...{ path: pathOf(name), narHash: '', narSize: 1, signatures: [], ultimate: false },
    ...{ references: references.map(pathOf), ...more },
  })
  it('is what was built here, with what that needs and no trusted substituter has', () => {
    const paths = [
      local('built', ['upstream', 'source', 'restored', 'stranger', 'built'], { ultimate: true }),
      local('upstream', ['deep'], { signatures: ['cache.nixos.org-1:x'], ca: 'fixed' }),
      local('deep', [], { ultimate: false }),
      local('source', [], { ca: 'text' }),
      local('restored', ['older'], { signatures: ['nix-multiarch-cache-1:x'] }),
      local('older', [], { signatures: ['nix-multiarch-cache-1:x'] }),
      local('stranger', [], { signatures: ['somebody:x'] }),
      local('of-another-key', [], { signatures: ['nix-multiarch-cache-2:x'] }),
      local('needed-by-nobody', [], { ca: 'text' }),
      local('built-and-signed', [], { ultimate: true, signatures: ['cache.nixos.org-1:x'] }),
    ].map((path) => ({ ...path, path: path.path }))
    const keys = ['cache.nixos.org-1:k', 'nix-multiarch-cache-1:k']
    const { inside, outside } = selectPaths(paths, keys, 'nix-multiarch-cache-1')
    const named = (list: readonly LocalPath[]) => list.map(({ path }) => path).sort()
    expect(named(inside)).toEqual(['built', 'built-and-signed', 'source', 'restored', 'older'].map(pathOf).sort())
    expect(named(outside)).toEqual(['upstream', 'stranger'].map(pathOf).sort())
  })
  it.each([
    [
      '2.8',
      `[{"path":"${pathOf('a')}","narHash":"sha256:${'0'.repeat(64)}","narSize":1,"references":[],"ultimate":true}]`,
    ],
    [
      '2.34',
      `{"${pathOf('a')}":{"narHash":"sha256:${'0'.repeat(64)}","narSize":1,"references":[],"ultimate":true,"ca":null}}`,
    ],
  ])('is known to be built here by Nix %s', (_, json) => {
    expect(parseLocalPaths(json)).toMatchObject([{ path: pathOf('a'), ultimate: true }])
    expect(parseLocalPaths(json.replace('true', 'false'))).toMatchObject([{ ultimate: false }])
  })
})

describe('the client', () => {
  const refused = (reason: string) => [
    `::debug::Failed to reserve cache: Error: ${reason}`,
    'Failed to save: Unable to reserve k, another job may be creating this cache.',
  ]
  it.each([
    [['{"done":true,"key":"k"}'], undefined, { key: 'k', done: true, complaint: undefined }],
    [
      ['::warning::Failed to restore: x%0Ay', '{"done":false}'],
      undefined,
      { key: undefined, done: false, complaint: 'x y' },
    ],
    [
      ['::error::a', 'Failed to save: b', '{"done":false}'],
      undefined,
      { key: undefined, done: false, complaint: 'a; b' },
    ],
    [
      ['::warning::Failed to restore: x.', '::warning::Failed to restore: x.', '{"done":false}'],
      undefined,
      { key: undefined, done: false, complaint: 'x' },
    ],
    [
      ['::warning::upload: y', '::warning::Failed to save: y', '{"done":false}'],
      undefined,
      { key: undefined, done: false, complaint: 'upload: y' },
    ],
    [
      [...refused('(429) Too Many Requests'), '{"done":false}'],
      undefined,
      { key: undefined, done: false, complaint: '(429) Too Many Requests' },
    ],
    [
      [...refused('(409) Conflict'), '{"done":false}'],
      undefined,
      { key: undefined, done: false, complaint: 'Unable to reserve k, another job may be creating this cache' },
    ],
    [['{"done":false,"error":"thrown"}'], undefined, { key: undefined, done: false, complaint: 'thrown' }],
    [['noise'], undefined, { key: undefined, done: false, complaint: 'it ended without an answer' }],
    [[], 'it took too long', { key: undefined, done: false, complaint: 'it took too long' }],
    [['{"done":tr'], undefined, { key: undefined, done: false, complaint: 'it ended without an answer' }],
  ])('%j means %j', (lines, ended, expected) => expect(readResult(lines, ended)).toEqual(expected))

  it('unpacks nothing outside of the folder, with any words in its command', () => {
    const folder = mkdtempSync(join(tmpdir(), "guard it's "))
    const real = join(folder, 'tar')
    writeFileSync(real, '#!/bin/sh\nfor word do echo "<$word>"; done\n', { mode: 0o755 })
    writeFileSync(join(folder, 'guard'), guardScript(real), { mode: 0o755 })
    const printed = execFileSync(join(folder, 'guard'), ['-xf', 'a b.tzst', '-P', '-C', '$(id)', "it's", '']).toString()
    expect(printed).toBe("<-xf>\n<a b.tzst>\n<-C>\n<$(id)>\n<it's>\n<>\n<--no-same-owner>\n<--no-same-permissions>\n")
    rmSync(folder, { recursive: true })
  })
})

it('a scan opens only regular files with the right names', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'scan-'))
  const nar = `${'0'.repeat(52)}.nar.zst`
  mkdirSync(join(folder, 'nar'))
  mkdirSync(join(folder, 'sub'))
  const narinfo = `StorePath: /nix/store/${'a'.repeat(32)}-a\nURL: a\n`
  writeFileSync(join(folder, 'narinfos'), `${narinfo}StorePath: nonsense`)
  symlinkSync('/etc/passwd', join(folder, `${'b'.repeat(32)}.narinfo`))
  execFileSync('mkfifo', [join(folder, 'fifo')])
  writeFileSync(join(folder, 'nar', nar), 'abc')
  writeFileSync(join(folder, 'secret'), '')
  linkSync(join(folder, 'secret'), join(folder, 'nar', `${'1'.repeat(52)}.nar.zst`))
  symlinkSync('/etc/passwd', join(folder, 'nar', `${'2'.repeat(52)}.nar.zst`))
  const { narinfos, nars, foreign } = await scanFolder(folder)
  expect([...narinfos]).toEqual([
    [`${'a'.repeat(32)}.narinfo`, narinfo],
    ['1.narinfo', 'StorePath: nonsense'],
  ])
  expect([...nars]).toEqual([[nar, { size: 3, hash: 'sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=' }]])
  expect(foreign.map((name) => name.replace(/(.)\1+/, '$1'))).toEqual([
    'b.narinfo',
    'fifo',
    'secret',
    'sub',
    'nar/1.nar.zst',
    'nar/2.nar.zst',
  ])
  rmSync(folder, { recursive: true })
  const linked = mkdtempSync(join(tmpdir(), 'scan-'))
  symlinkSync('/etc', join(linked, 'nar'))
  symlinkSync('/etc/passwd', join(linked, 'narinfos'))
  expect(await scanFolder(linked)).toMatchObject({ narinfos: new Map(), nars: new Map() })
  rmSync(linked, { recursive: true })
})
