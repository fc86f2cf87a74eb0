import { describe, expect, test } from 'vitest'
import type { DryRun } from '../../../src/nix/dry-run.ts'
import { type DerivationFacts, UNKNOWN_DERIVATION } from '../../../src/strategy/graph.ts'
import { divide } from '../../../src/strategy/shares.ts'

const facts = (name: string, ...inputs: string[]): [string, DerivationFacts] => [
  name,
  { ...UNKNOWN_DERIVATION, inputs, outputs: [`${name}-out`] },
]
// a and b need lib, lib needs gcc; c is there; d is fetched, and needs gcc at run time
const graph = new Map([
  facts('a', 'lib', 'tool'),
  facts('b', 'lib'),
  facts('c', 'lib'),
  facts('d', 'gcc'),
  facts('lib', 'gcc'),
  facts('tool'),
  facts('gcc'),
])
const all = {
  toBuild: ['a', 'b', 'lib'],
  toFetch: ['gcc-out', 'tool-out', 'd-out', 'source-out'],
  bytesToFetch: 400,
} as unknown as DryRun

describe("a derivation's share of one dry run", () => {
  const shares = divide(all, ['a', 'b', 'c', 'd'], graph)
  test.each([
    ['a', ['a', 'lib'], 200],
    ['b', ['b', 'lib'], 100],
    ['c', [], 0],
    ['d', [], 200],
  ])('%s', (name, toBuild, bytesToFetch) => {
    expect(shares.get(name)).toEqual({ toBuild, bytesToFetch })
  })
  test('nothing to fetch is no division by nothing', () => {
    expect(divide({ ...all, toFetch: [], bytesToFetch: 0 }, ['a'], graph).get('a')?.bytesToFetch).toBe(0)
  })
})
