import { expect, test } from 'vitest'
import { lockedHashes } from '../../../src/nix/json.ts'
import { sourcePath } from '../../../src/nix/store-path.ts'

// as Nix 2.34.8 told both of one folder: nix flake metadata --json path:…
const [hash, path] = [
  'sha256-EcC6tLYkePiYAZmDtnNhKm4d9fv0uGlYD1/6tjv3sVo=',
  '/nix/store/ppm155yfsf1q48y9idxg0s0hzw6wa01k-source',
]

test('a source is in the store where Nix puts it', () => {
  expect(sourcePath(hash)).toBe(path)
  expect(() => sourcePath('sha256-short')).toThrow(/sha256/)
})

test('a lock file names its sources by hash', () => {
  const nodes = { root: { inputs: {} }, a: { locked: { narHash: hash } }, b: { locked: { type: 'path' } } }
  expect(lockedHashes(JSON.stringify({ nodes, root: 'root', version: 7 }))).toEqual([hash, undefined])
  expect(() => lockedHashes('{}')).toThrow(/nodes/)
})
