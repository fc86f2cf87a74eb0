import { expect, it } from 'vitest'
import type { StorePath } from '../../../src/nix/store-path.ts'
import { describeUnsigned } from '../../../src/push/after/unsigned.ts'
import type { PushedPath, PushReport } from '../../../src/push/types.ts'

const [a, b] = ['a', 'b'].map((name) => `/nix/store/${name.repeat(32)}-${name}` as StorePath) as [StorePath, StorePath]
const at = (path: StorePath, signatures: readonly string[] | undefined, status: PushedPath['status'] = 'pushed') => ({
  ...{ path, status, bytes: 1 },
  ...(signatures === undefined ? {} : { signatures }),
})
const facts = (path: StorePath, ca?: string) => ({
  ...{ path, narHash: 'sha256:0', narSize: 1, references: [], signatures: [] },
  ...(ca === undefined ? {} : { ca }),
})
const report = (paths: readonly PushedPath[], status: PushReport['status'] = 'ok'): PushReport => ({
  ...{ destination: 'https://h', status, paths, seconds: 1, verified: 2, consumerLines: [] },
})

it.each([
  ['is signed', report([at(a, ['k:x'])]), undefined],
  ['is at another cache, or failed', report([at(a, undefined, 'upstream'), at(b, undefined, 'failed')]), undefined],
  ['is not pushed', report([at(a, [])], 'failed'), undefined],
  [
    'is in part unsigned',
    report([at(a, ['k:x']), at(b, [], 'present')]),
    /^1 path at https:\/\/h has no signature \(.*-b\)/,
  ],
  ['is in a store', { ...report([at(a, [])]), destination: 'ssh-ng://h' }, undefined],
  ['is unsigned', report([at(a, []), at(b, [])]), /^2 paths at https:\/\/h have no signature/],
])('a closure that %s', (_, pushed, text) => {
  const told = describeUnsigned(pushed, [facts(a), facts(b)])
  if (text === undefined) expect(told).toBeUndefined()
  else expect(told).toMatch(text)
})

it('what has a content address needs no signature', () => {
  expect(describeUnsigned(report([at(a, [])]), [facts(a, 'text:sha256:0')])).toBeUndefined()
})
