import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isVouchedFor, parseEntry, printEntry } from '../../../src/cache/entry.ts'
import { type FoundFiles, judgeFiles } from '../../../src/cache/judge.ts'
import { openCacheKey, signedCacheKey } from '../../../src/cache/signer.ts'
import type { CacheEntry } from '../../../src/cache/types.ts'
import { isSignedBy, parseNarInfo } from '../../../src/push/paths/narinfo.ts'
import { contentOf, entryOf, graphs, nameOf, pathOf } from './entries.ts'

const main = openCacheKey()
const key = signedCacheKey(main)
const rules = { storeDirectory: '/nix/store', key, outside: new Set([pathOf('libc')]) }
const sri = (content: string) => `sha256-${createHash('sha256').update(content).digest('base64')}`
const file = (entry: CacheEntry): string => `${entry.path.slice(11, 43)}.narinfo`

function found(entries: readonly CacheEntry[], names: readonly (string | number)[]): FoundFiles {
  return {
    narinfos: new Map(entries.map((entry) => [file(entry), printEntry(entry, key)])),
    nars: new Map(
      entries.map((entry, at) => {
        const content = contentOf(names[at] ?? '')
        return [`${entry.fileHash}.nar.zst`, { size: content.length, hash: sri(content) }]
      }),
    ),
    foreign: [],
  }
}
const good = () => found([entryOf('a'), entryOf('b', ['a', 'libc']), entryOf('c', ['b'])], ['a', 'b', 'c'])
const text = (name: string) => good().narinfos.get(`${nameOf(name)}.narinfo`) ?? ''

describe('what was restored', () => {
  it('is taken where all is right', () => {
    const { entries, dropped } = judgeFiles(good(), rules)
    expect([...entries.keys()]).toEqual(['a', 'b', 'c'].map(nameOf))
    expect(dropped).toEqual([])
  })

  it.each([
    ['unsigned', text('b').replace(/^(Sig|Vouched):.*\n/gm, ''), /vouches for it/],
    ['signed by another', printEntry(entryOf('b', ['a', 'libc']), openCacheKey()), /vouches for it/],
    ['signed by the main key itself', printEntry(entryOf('b', ['a', 'libc']), main), /vouches for it/],
    ['of another NAR', text('b').replace(/NarHash: .*/, `NarHash: ${entryOf('x').narHash}`), /vouches for it/],
    ['with fewer references', text('b').replace(/References: .*/, 'References: '), /vouches for it/],
    ['without StorePath', text('b').replace(/StorePath: .*\n/, ''), /0 lines of StorePath/],
    ['with two StorePaths', `StorePath: ${pathOf('x')}\n${text('b')}`, /2 lines of StorePath/],
    ['of another path', text('a'), /it is for/],
    ['of another store', text('b').replaceAll('/nix/store/', '/gnu/store/'), /it is for/],
    ['that leads out of the folder', text('b').replace(/URL: .*/, 'URL: nar/../../etc/passwd'), /URL is/],
    ['with an absolute URL', text('b').replace(/URL: .*/, 'URL: https://evil/x.nar.zst'), /URL is/],
    ['in another compression', text('b').replace('Compression: zstd', 'Compression: none'), /Compression is/],
    [
      'with a reference out of the store',
      text('b').replace(/References: .*/, 'References: ../../etc'),
      /References is/,
    ],
    ['with a size that is none', text('b').replace(/FileSize: .*/, 'FileSize: -1'), /FileSize is/],
    ['empty', '', /0 lines/],
    ['binary', '\u0000\ufffd'.repeat(50), /0 lines/],
  ])('leaves out a narinfo %s, with what needs it', (_, narinfo, reason) => {
    const files = good()
    const narinfos = new Map([...files.narinfos, [`${nameOf('b')}.narinfo`, narinfo]])
    const { entries, dropped } = judgeFiles({ ...files, narinfos }, rules)
    expect([...entries.keys()]).toEqual([nameOf('a')])
    expect(dropped[0]?.reason).toMatch(reason)
    expect(dropped[1]).toEqual({
      name: `${nameOf('c')}.narinfo`,
      reason: `it needs ${pathOf('b')}, which is not there`,
    })
  })

  it.each([
    ['is missing', undefined, /not there/],
    ['is cut', { size: 3, hash: sri('') }, /3 bytes instead of/],
    ['is changed', { size: contentOf('b').length, hash: sri('x') }, /content of its NAR is wrong/],
  ])('leaves out an entry whose NAR %s', (_, nar, reason) => {
    const files = good()
    const nars = new Map(files.nars)
    nars.delete(`${entryOf('b').fileHash}.nar.zst`)
    if (nar !== undefined) nars.set(`${entryOf('b').fileHash}.nar.zst`, nar)
    const { entries, dropped } = judgeFiles({ ...files, nars }, rules)
    expect([...entries.keys()]).toEqual([nameOf('a')])
    expect(dropped[0]?.reason).toMatch(reason)
  })

  it('asks for no signature where nobody could make one', () => {
    const narinfos = new Map(
      [...good().narinfos].map(([name, text]) => [name, text.replace(/^(Sig|Vouched):.*\n/gm, '')]),
    )
    expect(judgeFiles({ ...good(), narinfos }, { ...rules, key: undefined }).entries.size).toBe(3)
  })

  it('is whole: whatever is missing, what is kept has all that it refers to', () => {
    fc.assert(
      fc.property(graphs, fc.array(fc.nat({ max: 29 }), { maxLength: 5 }), (rows, missing) => {
        const entries = rows.map(({ at, references }) => entryOf(at, references))
        const files = found(
          entries,
          rows.map(({ at }) => at),
        )
        const narinfos = new Map([...files.narinfos].filter((_, at) => !missing.includes(at)))
        const judged = judgeFiles({ ...files, narinfos }, rules)
        const paths = new Set([...judged.entries.values()].map(({ path }) => path))
        for (const { references } of judged.entries.values())
          for (const path of references) expect(paths.has(path)).toBe(true)
        expect(judged.entries.size + judged.dropped.length).toBe(narinfos.size)
        // nothing is left out without need: what needs nothing that is missing stays
        const broken = new Set(missing)
        for (const { at, references } of rows) if (references.some((other) => broken.has(other))) broken.add(at)
        expect(judged.entries.size).toBe(rows.filter(({ at }) => !broken.has(at)).length)
      }),
    )
  })

  it('never throws, and takes nothing that is not signed', () => {
    const noise = fc.string({ unit: 'binary', maxLength: 200 })
    const mangled = fc
      .tuple(fc.constantFrom(...text('a').split('\n')), noise)
      .map(([line, put]) => text('a').replace(line, put))
    fc.assert(
      fc.property(fc.oneof(noise, mangled), (narinfo) => {
        const files = { ...good(), narinfos: new Map([[`${nameOf('a')}.narinfo`, narinfo]]) }
        for (const entry of judgeFiles(files, rules).entries.values()) expect(entry).toEqual(entryOf('a'))
      }),
    )
  })
})

describe('a narinfo', () => {
  it('is what Nix reads, signed for Nix, and vouched for to the last byte', () => {
    const entry = entryOf('b', ['a', 'b'])
    const printed = printEntry(entry, key)
    expect(isSignedBy(parseNarInfo(printed), key.publicKey)).toBe(true)
    const { text, ...read } = parseEntry(file(entry), printed, '/nix/store')
    expect(read).toEqual(entry)
    expect(isVouchedFor(text, key)).toBe(true)
    fc.assert(
      fc.property(fc.nat({ max: printed.length }), fc.string({ maxLength: 3 }), fc.nat({ max: 2 }), (at, put, cut) => {
        const changed = printed.slice(0, at) + put + printed.slice(at + cut)
        expect(isVouchedFor(changed, key)).toBe(changed === printed)
      }),
    )
  })

  it('has nothing of what was on it before but what is signed', () => {
    const extra = `Deriver: evil.drv\nCA: fixed:r:sha256:x\nSystem: x\n${text('a')}`
    const { text: _, ...entry } = parseEntry(`${nameOf('a')}.narinfo`, extra, '/nix/store')
    expect(printEntry(entry, key)).toBe(text('a'))
  })
})
