import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { flakeFolder } from '../../../src/cache/facts.ts'
import { cacheKeys, contentDigest, hitKind, type KeyFacts } from '../../../src/cache/keys.ts'

const facts: KeyFacts = {
  system: 'x86_64-linux',
  targets: [{ name: 'aarch64-linux', strategy: 'auto' }],
  what: ['.', 'default'],
  ref: 'refs/heads/feature',
  base: undefined,
  defaultBranch: 'main',
  lock: '{}',
}
const saved = (more: Partial<KeyFacts>, trust: 'signed' | 'open' = 'signed', digest = '0123456789abcdef') =>
  `${cacheKeys({ ...facts, ...more }, trust).save}${digest}`
/** Place in the list of the first prefix that finds a key; -1 where none does. */
const found = (key: string, trust: 'signed' | 'open' = 'signed', more: Partial<KeyFacts> = {}) =>
  cacheKeys({ ...facts, ...more }, trust).restore.findIndex((prefix) => key.startsWith(prefix))

describe('keys', () => {
  it('find the nearest first', () => {
    const order = [
      saved({}),
      saved({ lock: 'other' }),
      saved({ ref: 'refs/heads/main', lock: 'other' }),
      saved({ ref: 'refs/heads/elsewhere' }),
      saved({ ref: 'refs/heads/elsewhere', what: ['.', 'other'] }),
    ].map((key) => found(key))
    expect(order).toEqual([...order].sort((a, b) => a - b))
    expect(new Set(order).size).toBe(5)
    expect(order).not.toContain(-1)
  })

  it('of a pull request find the base before the default branch', () => {
    const pull = { ref: 'refs/pull/7/merge', base: 'release' }
    const [base, main] = ['release', 'main'].map((name) => found(saved({ ref: `refs/heads/${name}` }), 'signed', pull))
    expect(base).toBeGreaterThan(0)
    expect(main).toBeGreaterThan(base ?? 0)
  })

  it.each([
    ['another target', { targets: [{ name: 'riscv64-linux', strategy: 'auto' }] }],
    ['another strategy', { targets: [{ name: 'aarch64-linux', strategy: 'cross' }] }],
    ['another machine', { system: 'aarch64-linux' }],
    ['more targets', { targets: [...facts.targets, { name: 'riscv64-linux', strategy: 'auto' }] }],
  ])('never find %s', (_, more) => expect(found(saved(more))).toBe(-1))

  it('with a signing key never find what nobody vouches for; without one find both', () => {
    expect(found(saved({}, 'open'), 'signed')).toBe(-1)
    expect(found(saved({}, 'open'), 'open')).toBe(0)
    expect(found(saved({ ref: 'refs/heads/main' }, 'signed'), 'open')).toBeGreaterThan(0)
  })

  it('tell how near a hit is', () => {
    const keys = cacheKeys(facts, 'signed')
    expect(hitKind(keys, saved({}))).toBe('exact')
    expect(hitKind(keys, saved({ lock: 'x' }))).toBe('partial')
  })

  it('are what the service takes, and no ref ends inside of another', () => {
    const text = fc.string({ maxLength: 300, unit: 'binary' })
    fc.assert(
      fc.property(text, text, text, fc.option(text, { nil: undefined }), (ref, other, target, base) => {
        const targets = [{ name: target, strategy: 'auto' }]
        const one = { ...facts, targets, ref, base }
        for (const trust of ['signed', 'open'] as const) {
          const { restore, save } = cacheKeys(one, trust)
          expect(restore.length).toBeLessThanOrEqual(10)
          for (const key of [...restore, save]) expect(key).toMatch(/^[\w.+-]{1,495}$/)
          const [own = '', branch = ''] = restore
          expect(own.startsWith(branch)).toBe(true)
          if (ref !== other) expect(saved({ targets, ref: other }, trust).startsWith(branch)).toBe(false)
        }
      }),
    )
  })

  it('end in a digest of the content, whatever its order', () => {
    const entry = fc.record({ path: fc.string(), narHash: fc.string() })
    fc.assert(
      fc.property(fc.array(entry), fc.string(), (entries, salt) => {
        expect(contentDigest(entries, salt)).toBe(contentDigest([...entries].reverse(), salt))
        expect(contentDigest([...entries, { path: 'new', narHash: 'x' }], salt)).not.toBe(contentDigest(entries, salt))
      }),
    )
    expect(contentDigest([], 'a')).not.toBe(contentDigest([], 'b'))
  })
})

it.each([
  ['.', '.'],
  ['./sub', 'sub'],
  ['../x#y', '../x'],
  ['/abs/flake', '/abs/flake'],
  ['path:/abs?dir=sub', '/abs/sub'],
  ['.?dir=a/b', 'a/b'],
  ['./x?ref=main&dir=y', 'x/y'],
  ['github:o/r', undefined],
  ['nixpkgs', undefined],
  ['git+https://h/r?dir=x', undefined],
])('the folder of the flake %s is %s', (reference, folder) => expect(flakeFolder(reference)).toBe(folder))
