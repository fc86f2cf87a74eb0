import { expect, test } from 'vitest'
import { entriesToAdd } from '../../../src/cache/fill.ts'
import type { CacheEntry } from '../../../src/cache/types.ts'
import { parseStorePath, storeHash } from '../../../src/nix/store-path.ts'

const pathOf = (name: string) => parseStorePath(`/nix/store/${name.padEnd(32, '0')}-${name}`)
const entries = (all: Readonly<Record<string, string>>) =>
  new Map(
    Object.entries(all).map(([name, references]): [string, CacheEntry] => [
      storeHash(pathOf(name)),
      {
        ...{ path: pathOf(name), narHash: '', narSize: 1, fileHash: '', fileSize: 1 },
        references: [...references].map(pathOf),
      },
    ]),
  )
const text = (added: readonly CacheEntry[]) => added.map(({ path }) => path.slice(44)).join('')

test.each([
  ['what others refer to comes first', { a: 'bc', b: 'c', c: '' }, 'a', 'cba'],
  ['a path may refer to itself', { a: 'ab', b: 'b' }, 'a', 'ba'],
  ['what the last run was not asked for stays', { a: 'b', b: '', c: 'b' }, 'a', 'ba'],
  ['what needs a path from elsewhere stays, and its users', { a: 'b', b: 'x', c: '' }, 'ac', 'c'],
  ['what is not there stays', { a: '' }, 'b', ''],
  ['where nothing is known nothing is added', { a: '' }, '', ''],
])('%s', (_, all, wanted, expected) => {
  const names = new Set([...wanted].map((name) => storeHash(pathOf(name))))
  const ledger = { used: new Map(), outside: new Set([pathOf('x')]), wanted: names }
  expect(text(entriesToAdd(entries(all), ledger))).toBe(expected)
})
