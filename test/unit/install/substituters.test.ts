import { describe, expect, test } from 'vitest'
import { whyUseless } from '../../../src/install/substituters.ts'
import { type Nix, withoutSubstituters } from '../../../src/nix/nix.ts'

const info = { status: 200, text: 'StoreDir: /nix/store\n' }
const none = { status: 404, text: '<html>Not Found</html>' }

describe('whether a substituter is of use', () => {
  test.each([
    ['works', info, none, undefined],
    ['wants a login, which Nix may have', { status: 401, text: '' }, { status: 401, text: '' }, undefined],
    ['hides what is not there (S3)', info, { status: 403, text: '<Error>' }, undefined],
    ['has a certificate that only Nix may know', { fault: 'SELF_SIGNED_CERT_IN_CHAIN' }, { fault: 'x' }, undefined],
    ['answers a path', info, { status: 200, text: 'StorePath: /nix/store/x\n' }, undefined],
    ['is down', { fault: 'ECONNREFUSED' }, { fault: 'ECONNREFUSED' }, 'ECONNREFUSED'],
    ['hangs later', info, { fault: 'timeout' }, 'no answer within 10 s'],
    ['is ill', info, { status: 503, text: '' }, 'it answers 503'],
    ['is a web page', none, { status: 200, text: '<html>' }, 'it answers with something else than a binary cache does'],
  ] as const)('%s', (_, first, second, reason) => expect(whyUseless(first, second)).toBe(reason))
})

test('what is left out is no more asked, and settings of the job stay', () => {
  const nix = { substituters: ['https://a', 'https://b'], env: { NIX_CONFIG: 'cores = 1' } } as unknown as Nix
  expect(withoutSubstituters(nix, ['https://a'])).toMatchObject({
    substituters: ['https://b'],
    env: { NIX_CONFIG: 'cores = 1\nsubstituters = https://b' },
  })
})
