import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StorePath } from '../../../src/nix/store-path.ts'
import { consumerLines } from '../../../src/push/after/report.ts'
import { newCacheInfo, wrongCacheInfo } from '../../../src/push/before/cache-info.ts'
import { decidePush, eventFacts } from '../../../src/push/before/event.ts'
import {
  fatalReason,
  gatewayCopyArguments,
  lastWords,
  makingParameters,
  silenceLimit,
  sshCopyArguments,
  wrongParameters,
} from '../../../src/push/copy/copy-plan.ts'
import { httpTarget, netrcLogin } from '../../../src/push/destination/http-target.ts'
import { largeOnes, ownMaking } from '../../../src/push/gateway/large.ts'
import { Known, presentNarInfo, whatIsAsked } from '../../../src/push/gateway/protocol.ts'
import { parseNarInfo } from '../../../src/push/paths/narinfo.ts'
import { keysOf, upstreamCaches } from '../../../src/push/paths/upstream.ts'
import { explainStatus, isPassing, PATIENCE, retryAfterSeconds, waitBefore } from '../../../src/push/retry.ts'

const root = '/nix/store/3ypfk0s9198wzvf8x26m7y6ymrmpl50n-b' as StorePath

describe('whether a run may push', () => {
  const home = 'me/flake'
  const table: readonly (readonly [string, string, string | undefined, boolean])[] = [
    ['push', 'me', undefined, true],
    ['schedule', 'me', undefined, true],
    ['workflow_dispatch', 'me', undefined, true],
    ['release', 'dependabot[bot]', undefined, true],
    ['', '', undefined, true],
    ['pull_request', 'me', home, true],
    ['pull_request', 'stranger', 'stranger/flake', false],
    ['pull_request', 'stranger', undefined, false],
    ['pull_request', 'dependabot[bot]', home, false],
    ['pull_request_target', 'stranger', 'stranger/flake', false],
    ['pull_request_target', 'me', home, true],
    ['workflow_run', 'me', home, true],
    ['workflow_run', 'stranger', 'stranger/flake', false],
    ['issue_comment', 'me', undefined, false],
  ]
  it.each(table)('%s by %s from %s: %s', (name, actor, headRepository, push) => {
    const decision = decidePush({ name, actor, repository: home, headRepository })
    expect(decision.push).toBe(push)
    if (!decision.push) expect(decision.reason).toMatch(/^Nothing is pushed: .+\.$/)
  })

  it('reads the event', () => {
    const env = { GITHUB_EVENT_NAME: 'pull_request', GITHUB_ACTOR: 'a', GITHUB_REPOSITORY: home }
    const head = { repo: { full_name: 'x/y' } }
    expect(eventFacts(env, { pull_request: { head } })).toEqual({
      name: 'pull_request',
      actor: 'a',
      repository: home,
      headRepository: 'x/y',
    })
    expect(eventFacts(env, { workflow_run: { head_repository: { full_name: 'x/z' } } }).headRepository).toBe('x/z')
    // the fork was deleted: GitHub says null
    expect(eventFacts(env, { pull_request: { head: { repo: null } } }).headRepository).toBeUndefined()
    expect(eventFacts({}, undefined)).toEqual({ name: '', actor: '', repository: '', headRepository: undefined })
  })
})

describe('a nix copy', () => {
  it('has no secret among its arguments', () => {
    expect(gatewayCopyArguments('http://127.0.0.1:1?compression=zstd', '/t/secret-1', [root])).toEqual([
      ...['copy', '--to', 'http://127.0.0.1:1?compression=zstd', '--option', 'netrc-file', '/t/secret-1'],
      ...['--option', 'connect-timeout', '15', '--option', 'stalled-download-timeout', '0', '--', root],
    ])
    expect(sshCopyArguments('ssh-ng://h', [root], true)).toEqual([
      ...['copy', '--to', 'ssh-ng://h', '--no-check-sigs', '--substitute-on-destination', '--', root],
    ])
  })

  it.each([
    ['file:///x', 'compression=zstd'],
    ['file:///x?compression=xz&compression-level=9&priority=10', 'compression=xz&compression-level=9'],
    ['s3://b?region=r&write-nar-listing=true', 'compression=zstd&write-nar-listing=true'],
  ])('makes NARs for %s by %s', (url, parameters) => {
    expect(makingParameters(url, 'zstd', 0)).toBe(parameters)
  })

  it('compresses large NARs by several threads, unless told otherwise', () => {
    expect(makingParameters('file:///x', 'zstd', 1e8)).toBe('compression=zstd&parallel-compression=true')
    expect(makingParameters('file:///x', 'bzip2', 1e8)).toBe('compression=bzip2')
    expect(makingParameters('file:///x?parallel-compression=false', 'xz', 1e8)).toBe(
      'compression=xz&parallel-compression=false',
    )
  })

  it.each([
    ['file:///x?compression=zstd&compression-level=-3&parallel-compression=true', undefined],
    ['s3://b?compression=lzip&region=x&unknown=1', undefined],
    ['http://h?compression=zst', /compression=zst in its URL is not known; allowed are none, zstd/],
    ['http://h?compression-level=high', /compression-level=high in its URL is not a number/],
    ['http://h?parallel-compression=maybe', /neither true nor false/],
    ['http://h?secret-key=/etc/key', /give the key itself as signing-key/],
  ])('parameters of %s are looked at before the build', (url, wrong) => {
    const found = wrongParameters(url)
    if (wrong === undefined) expect(found).toBeUndefined()
    else expect(found).toMatch(wrong)
  })

  it('is given time for its largest path', () => {
    expect(silenceLimit(0, 'zstd')).toBe(600)
    expect(silenceLimit(5 * 1024 ** 3, 'zstd')).toBe(2560)
    expect(silenceLimit(5 * 1024 ** 3, 'xz')).toBe(13654)
    expect(silenceLimit(1024 ** 3, 'ssh')).toBe(2048)
  })

  it.each([
    ["error: unable to upload 'http://h/x': HTTP error 403", 'it was refused'],
    ["error: don't know how to open Nix store 's3://b'", 'this Nix was built without support for such stores'],
    ['Host key verification failed.', expect.stringMatching(/is not known here: .*known_hosts/)],
    [
      'WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!\nHost key verification failed.',
      expect.stringMatching(/is not the one in known_hosts/),
    ],
    ['root@h: Permission denied (publickey).', expect.stringMatching(/refused the login.*passphrase/)],
    [
      'Load key "/k": bad permissions\nroot@h: Permission denied (publickey).',
      expect.stringMatching(/others may read/),
    ],
    ['bash: line 1: /opt/nix-daemon: No such file or directory', expect.stringMatching(/has no Nix .*remote-program/)],
    ['sh: 1: nix-store: not found', expect.stringMatching(/has no Nix/)],
    ['command-line: line 0: Bad configuration option: nope', 'SSH does not take its configuration'],
    ['error: setting journal mode: database or disk is full (in db.sqlite)', 'a disk is full'],
    ['error: unable to upload: HTTP error 502', undefined],
    ['error: writing to file: Connection reset by peer', undefined],
  ])('%j: %s', (stderr, reason) => {
    expect(fatalReason(stderr)).toEqual(reason)
  })

  it('is quoted without logins', () => {
    expect(lastWords("copying path...\nerror: cannot write to 'http://u:pw@h/c'\n")).toBe(
      "error: cannot write to 'http://h/c'",
    )
    expect(lastWords('a\nb\n\n')).toBe('a b')
  })

  it('is quoted with what SSH said before the connection was lost, and without its advice to believe a new key', () => {
    const lost = "error: failed to start SSH connection to 'h'\n"
    expect(lastWords(`Warning: x\nroot@h: Permission denied (publickey).\r\n${lost}`)).toBe(
      `root@h: Permission denied (publickey). ${lost.trim()}`,
    )
    expect(lastWords(`ssh: connect to host h port 4: Connection refused\r\n${lost}`)).toBe(
      `ssh: connect to host h port 4: Connection refused ${lost.trim()}`,
    )
    const changed = `  ssh-keygen -f "/kh" -R "h"\r\nHost key verification failed.\r\n${lost}`
    expect(lastWords(changed)).toBe(`Host key verification failed. ${lost.trim()}`)
    const old = "error: cannot open connection to remote store 'ssh-ng://h': error: unexpected end-of-file"
    expect(lastWords(`bash: line 1: nix-daemon: command not found\n${old}\n`)).toBe(
      `bash: line 1: nix-daemon: command not found ${old}`,
    )
  })
})

describe('tries', () => {
  it('wait between a floor and a cap, or as long as they are told', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempt, random) => {
          const wait = waitBefore(attempt, random, PATIENCE)
          expect(wait).toBeGreaterThanOrEqual(PATIENCE.baseSeconds / 4)
          expect(wait).toBeLessThanOrEqual(PATIENCE.capSeconds)
          expect(waitBefore(attempt, random, PATIENCE, 7)).toBeGreaterThanOrEqual(7)
          expect(waitBefore(attempt, random, PATIENCE, 1e9)).toBeLessThan(121)
        },
      ),
    )
  })

  it.each([
    [undefined, undefined],
    ['3', 3],
    ['Thu, 01 Jan 1970 00:00:05 GMT', 4],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
    ['soon', undefined],
  ])('Retry-After %s is %s s', (header, seconds) => {
    expect(retryAfterSeconds(header, 1000)).toBe(seconds)
  })

  it('are made for what passes', () => {
    expect([408, 429, 500, 502, 503, 504].every(isPassing)).toBe(true)
    expect([400, 401, 403, 404, 405, 413, 501, 507].some(isPassing)).toBe(false)
    expect(explainStatus(413, 'writing nar/x')).toContain('client_max_body_size')
    expect(explainStatus(418, 'reading x', 'short and stout')).toBe(
      'reading x: HTTP 418, unexpected answer (short and stout)',
    )
  })
})

describe('credentials for HTTP', () => {
  const none = { netrc: [], authorities: undefined }
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
  it('come from the URL, then from netrc', () => {
    const netrc = [
      '# machine h login no password no\nmachine other login a password b\nmachine h\n  login "my user" password "p \\"w"\n',
    ]
    expect(httpTarget('http://u:p%40@h/c/?x=y', { ...none, netrc })).toMatchObject({
      authorization: basic('u:p@'),
      shown: 'http://h/c/?x=y',
    })
    expect(httpTarget('http://h/c/', { ...none, netrc }).authorization).toBe(basic('my user:p "w'))
    expect(httpTarget('http://h/c/', { ...none, netrc }).base.href).toBe('http://h/c')
    expect(httpTarget('http://third/c', { ...none, netrc }).authorization).toBeUndefined()
    expect(httpTarget('http://bearer:token@h/', none).authorization).toBe('Bearer token')
  })

  it('in netrc may have a default', () => {
    expect(netrcLogin('machine a password x\ndefault login d password y', 'b')).toEqual({ user: 'd', password: 'y' })
    expect(netrcLogin('machine a password x', 'a')).toEqual({ user: '', password: 'x' })
    expect(netrcLogin('machine a login x', 'a')).toBeUndefined()
    expect(netrcLogin('', 'a')).toBeUndefined()
  })
})

describe('nix-cache-info', () => {
  it('is for one store', () => {
    expect(wrongCacheInfo(newCacheInfo('/nix/store'), '/nix/store')).toBeUndefined()
    expect(wrongCacheInfo('StoreDir: /gnu/store\n', '/nix/store')).toMatch(/cache for the store \/gnu\/store/)
    expect(wrongCacheInfo('<html>Welcome', '/nix/store')).toMatch(/starts with "<html>Welcome"/)
  })
})

describe('upstream caches', () => {
  it('are those named, or all substituters, without the destinations', () => {
    const to = { url: 'https://u:p@mine.example/c?compression=xz', shown: '', scheme: 'https' as const }
    const ours = 'file:///tmp/job/nix-multiarch-x/actions-cache'
    const substituters = [ours, 'https://cache.nixos.org/', 'https://mine.example/c/']
    expect(upstreamCaches('substituters', substituters, [to], '/tmp/job')).toEqual(['https://cache.nixos.org/'])
    expect(upstreamCaches(['https://a'], substituters, [to], '/tmp/job')).toEqual(['https://a'])
    expect(upstreamCaches([ours], substituters, [to], '/tmp/job')).toEqual([ours])
    expect(upstreamCaches(['file:///srv/c'], substituters, [to], '/tmp/job')).toEqual(['file:///srv/c'])
    expect(upstreamCaches(undefined, substituters, [to], '/tmp/job')).toEqual([])
  })

  it('have the keys that bear their names', () => {
    const keys = ['cache.nixos.org-1:x', 'foo.cachix.org-2:y', 'mine:z']
    expect(keysOf('https://cache.nixos.org/', keys)).toEqual(['cache.nixos.org-1:x'])
    expect(keysOf('https://foo.cachix.org?priority=1', keys)).toEqual(['foo.cachix.org-2:y'])
    expect(keysOf('file:///mine', keys)).toEqual([])
  })
})

describe('what Nix asks the gateway', () => {
  it.each([
    ['/nix-cache-info', 'cache-info'],
    ['/3ypfk0s9198wzvf8x26m7y6ymrmpl50n.narinfo', 'narinfo'],
    ['/nar/0gbiiqnmaslgk0fvw9qfxj7fl7g7agl6m0470bkhpmsgr7d12627.nar.zst', 'nar'],
    ['/3ypfk0s9198wzvf8x26m7y6ymrmpl50n.ls', 'other'],
    ['/log/3ypfk0s9198wzvf8x26m7y6ymrmpl50n-b.drv', 'other'],
    ['/realisations/sha256:x!out.doi', 'nonsense'],
    ['/../etc/passwd', 'nonsense'],
    ['/nar/../../x', 'nonsense'],
    ['/', 'nonsense'],
  ])('%s is %s', (name, kind) => {
    expect(whatIsAsked(name).kind).toBe(kind)
  })

  const facts = { path: root, narHash: `sha256:${'0'.repeat(52)}`, narSize: 1, references: [root], signatures: [] }
  const hash = '3ypfk0s9198wzvf8x26m7y6ymrmpl50n'

  it('it is told to skip what nobody lacks', () => {
    const known = new Known('/nix/store')
    known.announce([facts], new Set())
    expect(parseNarInfo(known.answerFor(hash) ?? '')).toMatchObject({ path: root, narSize: 1, references: [root] })
  })

  it('it brings what is lacking, and only as the local store has it', () => {
    const known = new Known('/nix/store')
    known.announce([facts], new Set([root]))
    expect(known.answerFor(hash)).toBeUndefined()
    const info = parseNarInfo(presentNarInfo(facts))
    expect(known.accept({ ...info, narHash: 'sha256:x' }, hash)).toMatch(/not the path/)
    expect(known.accept({ ...info, references: [] }, hash)).toMatch(/references/)
    expect(known.accept(info, '0'.repeat(32))).toMatch(/nobody asked/)
    expect(known.accept(info, hash)).toBeUndefined()
    expect(known.answerFor(hash)).toBe(info.text)
  })
})

describe('what is packed here and not by Nix', () => {
  it.each([
    ['compression=zstd', { level: undefined }],
    ['compression=zstd&compression-level=7', { level: 7 }],
    ['compression=zstd&compression-level=-1&parallel-compression=false', { level: undefined }],
    ['compression=zstd&parallel-compression=true', { level: undefined }],
    ['compression=xz', undefined],
    ['compression=zstd&write-nar-listing=1', undefined],
    ['compression=zstd&index-debug-info=true', undefined],
  ] as const)('%s', (parameters, wanted) => expect(ownMaking(parameters)).toEqual(wanted))

  it('is large, can be described, and is each content once', () => {
    const facts = { path: root, narHash: 'sha256:a', narSize: 2 ** 26, references: [], signatures: [] }
    const table = [
      { ...facts, narHash: 'sha256:small', narSize: 2 ** 20 },
      { ...facts, narHash: 'sha256:known', ca: 'fixed:r:sha256:0abc' },
      { ...facts, narHash: 'sha256:odd', ca: 'nar:sha256-abc=' },
      facts,
      { ...facts, path: `${root}-2` as StorePath },
    ]
    expect(largeOnes(table).map(({ narHash }) => narHash)).toEqual(['sha256:known', 'sha256:a'])
  })
})

describe('lines for a consumer', () => {
  it.each([
    ['https', 'https://h/c?compression=xz', 'https://h/c'],
    ['s3', 's3://b?region=eu&secret-key=/k&endpoint=https://e', 's3://b?endpoint=https%3A%2F%2Fe&region=eu'],
  ] as const)('%s', (scheme, shown, url) => {
    expect(consumerLines({ url: shown, shown, scheme }, 'k:1')).toEqual([
      `extra-substituters = ${url}`,
      'extra-trusted-public-keys = k:1',
    ])
  })
})
