import { describe, expect, it } from 'vitest'
import { chooseUse, readServiceFacts, whyNotAdmitted } from '../../../src/cache/decide.ts'
import { signedCacheKey } from '../../../src/cache/signer.ts'
import type { StoreUrl } from '../../../src/nix/store-url.ts'

const hosted = {
  GITHUB_SERVER_URL: 'https://github.com',
  ACTIONS_CACHE_SERVICE_V2: 'true',
  ACTIONS_RESULTS_URL: 'https://results',
  ACTIONS_RUNTIME_TOKEN: 'token',
  GITHUB_EVENT_NAME: 'push',
}
const own = { full_name: 'me/mine' }

describe('the service', () => {
  it.each([
    ['is there', hosted, undefined],
    ['is there on ghe.com', { ...hosted, GITHUB_SERVER_URL: 'https://corp.ghe.com' }, undefined],
    ['needs an address', { ...hosted, ACTIONS_RESULTS_URL: '' }, 'ACTIONS_RESULTS_URL'],
    ['needs a token', { ...hosted, ACTIONS_RUNTIME_TOKEN: undefined }, 'ACTIONS_RUNTIME_TOKEN'],
    ['of version 1 has another address', { ...hosted, ACTIONS_CACHE_SERVICE_V2: '' }, 'ACTIONS_CACHE_URL'],
    [
      'is of version 1 on an enterprise server',
      { ...hosted, GITHUB_SERVER_URL: 'https://github.corp', ACTIONS_CACHE_URL: 'https://c' },
      undefined,
    ],
    ['is not there outside of a runner', {}, 'ACTIONS_CACHE_URL'],
  ])('%s', (_, env, missing) => {
    const facts = readServiceFacts(env, undefined)
    if (missing === undefined) expect(facts.missing).toBeUndefined()
    else expect(facts.missing).toContain(missing)
  })

  it.each([
    ['push', { repository: own }, undefined],
    ['pull_request', { repository: own, pull_request: { head: { repo: own } } }, undefined],
    [
      'pull_request',
      { repository: own, pull_request: { head: { repo: { full_name: 'you/fork' } } } },
      'a fork only reads',
    ],
    ['pull_request', { repository: own, pull_request: { head: { repo: null } } }, 'a fork only reads'],
    ['pull_request_target', { repository: own }, 'the event pull_request_target only reads'],
    ['issue_comment', { repository: own }, 'the event issue_comment only reads'],
    ['workflow_run', { repository: own, workflow_run: { head_repository: own } }, undefined],
    ['workflow_run', { repository: own, workflow_run: { head_repository: { full_name: 'a/b' } } }, 'a fork only reads'],
    ['schedule', undefined, undefined],
  ])('on %s %j: %s', (name, event, reason) => {
    expect(readServiceFacts({ ...hosted, GITHUB_EVENT_NAME: name }, event).readOnly).toBe(reason)
  })
})

describe('the use of the cache', () => {
  const signingKey = signedCacheKey({ name: 'k', secret: `k:${Buffer.alloc(64, 1).toString('base64')}`, publicKey: '' })
  const pushTo = [{ url: 'file:///x' } as StoreUrl]
  const plain = { cache: 'auto', dryRun: false, pushTo: [], signingKey: undefined } as const
  const free = { missing: undefined, mode: '', readOnly: undefined }

  it.each([
    ['by default', {}, {}, 'read write open'],
    ['with a key', { signingKey }, {}, 'read write signed'],
    ['of a push with a key', { signingKey, pushTo }, {}, 'read write signed'],
    ['of a push without key', { pushTo }, {}, 'open'],
    ['switched off', { cache: 'false', signingKey }, {}, 'signed'],
    ['without service', { cache: 'true' }, { missing: 'no service' }, 'open'],
    ['read-only', { cache: 'read-only' }, {}, 'read open'],
    ['of a dry run', { dryRun: true }, {}, 'read open'],
    ['of a fork', {}, { readOnly: 'a fork' }, 'read open'],
    ['with mode read', {}, { mode: 'read' }, 'read open'],
    ['with mode write-only', {}, { mode: 'write-only' }, 'write open'],
    ['with mode write', {}, { mode: 'write' }, 'read write open'],
    ['with mode none', {}, { mode: 'none' }, 'open'],
    ['with an unknown mode', {}, { mode: 'whatever' }, 'read write open'],
    ['read-only with mode write-only', { cache: 'read-only' }, { mode: 'write-only' }, 'open'],
  ] as const)('%s', (_, inputs, facts, expected) => {
    const use = chooseUse({ ...plain, ...inputs }, { ...free, ...facts })
    expect([use.read && 'read', use.write && 'write', use.trust].filter(Boolean).join(' ')).toBe(expected)
    expect(use.reason).not.toBe('')
  })

  it.each([
    ['signed', { kept: true, settable: true }, true],
    ['signed', { kept: false, settable: true }, true],
    ['open', { kept: false, settable: true }, true],
    ['open', { kept: true, settable: true }, false],
    ['signed', { kept: false, settable: false }, false],
  ] as const)('%s in a store %j: %s', (trust, store, admitted) => {
    expect(whyNotAdmitted(trust, store) === undefined).toBe(admitted)
  })
})
