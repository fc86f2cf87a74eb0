import { statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { describe, expect, it } from 'vitest'
import { certificates, daemonEnvironment } from '../../../src/install/environment.ts'
import { chooseCandidate, settingsProblem } from '../../../src/install/find.ts'
import { homeOfNix } from '../../../src/install/home.ts'
import { reasonFor, sourcesFor } from '../../../src/install/install.ts'
import { wantsUsers } from '../../../src/install/machine/ahead.ts'
import { hasMembers, planBuildUsers } from '../../../src/install/machine/build-users.ts'
import { partsToClaim } from '../../../src/install/machine/nix-folder.ts'
import { sandboxWorks } from '../../../src/install/machine/sandbox.ts'
import { distributionOf, newPackages, wantsUpdate } from '../../../src/install/source/apt.ts'
import { layoutProblem, registeredPaths, systemInName, unpackerOf } from '../../../src/install/source/layout.ts'
import { chooseOwner } from '../../../src/install/source/release.ts'
import { findRelease, RELEASES } from '../../../src/install/source/releases.ts'
import { type AccessFacts, chooseAccess, chooseWiring, isTrusted } from '../../../src/install/wiring.ts'
import type { System } from '../../../src/nix/system.ts'

const linux = 'x86_64-linux' as System

describe('who opens the store', () => {
  const user: AccessFacts = { uid: 1000, privilege: 'none', remote: undefined, storeWritable: false, socket: 'absent' }
  it.each<[string, Partial<AccessFacts>, object]>([
    ['root, no daemon', { uid: 0, storeWritable: true, privilege: 'root' }, { mode: 'single-user' }],
    ['root beside a daemon', { uid: 0, privilege: 'root', socket: 'answers' }, { mode: 'single-user' }],
    [
      'root that asks for the daemon',
      { uid: 0, privilege: 'root', remote: 'daemon', socket: 'answers' },
      { mode: 'daemon', start: false },
    ],
    ['a user that owns the store', { storeWritable: true }, { mode: 'single-user' }],
    ['a user with a daemon', { socket: 'answers' }, { mode: 'daemon', start: false }],
    ['a dead socket, with sudo', { socket: 'dead', privilege: 'sudo' }, { mode: 'daemon', start: true }],
    ['no daemon, with sudo', { privilege: 'sudo' }, { mode: 'daemon', start: true }],
    ['a dead socket, without', { socket: 'dead' }, { mode: 'none' }],
    ['nothing', {}, { mode: 'none' }],
    ['a socket for others', { socket: 'denied', privilege: 'sudo' }, { mode: 'daemon', start: true, beside: true }],
    ['a socket for others, no sudo', { socket: 'denied' }, { mode: 'none' }],
    [
      'a daemon that says nothing',
      { socket: 'silent', privilege: 'sudo' },
      { mode: 'daemon', start: true, beside: true },
    ],
    ['a daemon that says nothing, no sudo', { socket: 'silent' }, { mode: 'none' }],
    ['the store itself, which is not its own', { remote: 'local', privilege: 'sudo' }, { mode: 'none' }],
    ['another store', { remote: 'ssh-ng://x', storeWritable: true }, { mode: 'none' }],
    ['a socket elsewhere', { remote: 'unix:///x', socket: 'answers' }, { mode: 'daemon', start: false }],
    ['a dead socket elsewhere', { remote: 'unix:///x', socket: 'dead', privilege: 'sudo' }, { mode: 'none' }],
  ])('%s', (_, facts, expected) => expect(chooseAccess({ ...user, ...facts })).toMatchObject(expected))
  it('says why', () =>
    expect(chooseAccess({ ...user, socket: 'dead' }).reason).toMatch(/left its socket.*Start nix-daemon/s))
  it('has a daemon that hangs restarted', () =>
    expect(chooseAccess({ ...user, socket: 'silent' }).reason).toMatch(/does not answer.*Restart nix-daemon/s))
  it('names the variable that leads to a socket where nobody answers', () =>
    expect(chooseAccess({ ...user, remote: 'unix:///x', socket: 'dead' }).reason).toMatch(
      /^NIX_REMOTE is unix:\/\/\/x, and .* not running. Start that daemon .* or unset NIX_REMOTE/,
    ))

  const daemon = { mode: 'daemon', start: false, beside: true, reason: '' } as const
  it.each([
    [{ mode: 'single-user', reason: '' } as const, true, 'none', 'client'],
    [daemon, true, 'none', 'client'],
    [daemon, true, 'sudo', 'client'],
    [daemon, false, 'sudo', 'own-daemon'],
    [daemon, false, 'none', 'fixed'],
    [{ ...daemon, start: true }, false, 'sudo', 'own-daemon'],
  ] as const)('settings travel: %j trusted %s, %s: %s', (access, trusted, privilege, expected) => {
    expect(chooseWiring(access, trusted, privilege)).toBe(expected)
  })
})

it.each([
  [['root'], false],
  [['root', 'me'], true],
  [['@wheel'], true],
  [['@sudo'], false],
  [['wheel'], false],
  [['*'], true],
  [[], false],
])('trusted-users %j: %s', (entries, expected) => expect(isTrusted(entries, 'me', ['me', 'wheel'])).toBe(expected))

describe('build users', () => {
  it('are numbered as upstream does', () => {
    const plan = planBuildUsers('root:x:0:0:::\n', 'root:x:0:\n', 'nixbld', 2)
    expect(plan).toEqual({
      group: 'nixbld',
      users: ['nixbld1', 'nixbld2'],
      groupLine: 'nixbld:!:30000:nixbld1,nixbld2',
      passwdLines: [
        'nixbld1:!:30001:30000:Nix build user 1:/var/empty:/usr/sbin/nologin',
        'nixbld2:!:30002:30000:Nix build user 2:/var/empty:/usr/sbin/nologin',
      ],
    })
  })
  it('pass over ids and names that are taken', () => {
    const plan = planBuildUsers('a:x:30001:1:::\nnixbld1:x:99:1:::\n', 'b:x:30000:\n', 'nixbld', 2)
    expect(plan.users).toEqual(['nixbld2', 'nixbld3'])
    expect(plan.passwdLines[0]).toContain(':30002:29999:')
  })
  it.each([
    ['nixbld:x:30000:a,b\n', true],
    ['nixbld:x:30000:\n', false],
    ['nixbldx:x:1:a\n', false],
    ['', false],
  ])('members in %j: %s', (text, expected) => expect(hasMembers(text, 'nixbld')).toBe(expected))
})

describe('candidates', () => {
  it.each([
    ['nix (Nix) 2.8.0', '2.8.0'],
    ['nix (Nix) 2.34.8\n', '2.34.8'],
    ['nix (Lix, like Nix) 2.91.1', '2.91.1'],
    ['nix (Determinate Nix 3.0.0) 2.26.3', '2.26.3'],
    ["warning: unknown setting 'x'\nnix (Nix) 2.26.3", '2.26.3'],
  ])('%j serves', (text, version) => {
    expect(chooseCandidate([{ path: '/x', printed: text }]).chosen?.version.text).toBe(version)
  })
  it.each([
    ['nix (Nix) 2.7.0', /2\.7\.0, older than 2\.8\.0/],
    ['', /printed ""/],
    ['nix: not found', /no Nix version/],
  ])('%j does not', (text, why) => {
    const { chosen, refused } = chooseCandidate([{ path: '/x', printed: text }])
    expect(chosen).toBeUndefined()
    expect(refused[0]).toMatch(why)
  })
  it.each([
    [`error: syntax error in configuration line 'this is no setting' in "NIX_CONFIG"\nTry 'nix --help'`, /NIX_CONFIG/],
    ["error: illegal configuration line 'this is no setting' in 'NIX_CONFIG'", /illegal/],
    [`error: file "/none.conf" included from "/etc/nix/nix.conf" not found`, /\/none\.conf/],
    ["error: setting 'cores' has invalid value 'many'", /cores/],
    ['nix: error while loading shared libraries: libboost.so', undefined],
    ['', undefined],
  ])('%j: whether its settings keep it from starting', (text, problem) => {
    const found = settingsProblem([{ path: '/x', printed: text }])
    if (problem === undefined) expect(found).toBeUndefined()
    else expect(found).toMatch(problem)
  })
  it('the next is taken where the first is too old', () => {
    const all = ['nix (Nix) 2.3.7', 'nix (Nix) 2.26.3'].map((text, index) => ({ path: `/${index}`, printed: text }))
    expect(chooseCandidate(all)).toMatchObject({ chosen: { path: '/1' }, refused: [expect.stringContaining('2.3.7')] })
  })
})

describe('releases', () => {
  it('every hash is one', () => {
    const hashes = Object.values(RELEASES).flatMap((row) => Object.values(row))
    for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{64}$/)
    expect(new Set(hashes).size).toBe(hashes.length)
  })
  it('are found by version and system', () => {
    expect(findRelease('2.34.7', linux)).toEqual({
      version: '2.34.7',
      url: 'https://releases.nixos.org/nix/nix-2.34.7/nix-2.34.7-x86_64-linux.tar.xz',
      sha256: 'eafe5042404e818505e28c5ca3d0885f3ec45c31f955489a25bb38258f87560e',
    })
  })
  it('unknown ones are told with those that are known', () => {
    expect(findRelease('1.0', linux)).toMatch(/no checksum of 1\.0\. Known: 2\.35\.2,.*nix-sha256/)
    expect(findRelease('2.34.8', 'aarch64-linux' as System)).toMatch(
      /2\.34\.8 for aarch64-linux; these have one: 2\.35\.2/,
    )
    expect(findRelease('2.34.7', 's390x-linux' as System)).toMatch(/no release has one/)
  })
})

it('sources are tried in order', () => {
  expect(sourcesFor('auto')).toEqual(['existing', 'release', 'distro'])
  expect(sourcesFor('release')).toEqual(['release'])
  expect(reasonFor('auto', 'distro', ['existing: none', 'release: no.'])).toBe(
    'Tried before: existing: none; release: no.',
  )
  expect(reasonFor('auto', 'existing', [])).toBe('A Nix that is there is preferred.')
  expect(reasonFor('tarball', 'tarball', [])).toBe('nix-source asks for this tarball.')
})

it.each([
  ['root', 'absent', 'root'],
  ['root', 'writable', 'root'],
  ['sudo', 'absent', 'root'],
  ['sudo', 'foreign', 'root'],
  ['sudo', 'writable', 'user'],
  ['none', 'writable', 'user'],
  ['none', 'absent', { problem: expect.stringMatching(/missing.*install -d -m 755 -o me \/nix/) }],
  ['none', 'foreign', { problem: expect.stringContaining('not writable') }],
] as const)('owner of /nix: %s, %s', (privilege, nix, expected) => {
  expect(chooseOwner(privilege, nix, 'me')).toEqual(expected)
})

it.each([
  [[], ['/nix']],
  [['/nix'], ['/nix/store', '/nix/var']],
  [['/nix', '/nix/store'], ['/nix/var']],
  [['/nix', '/nix/store', '/nix/var'], []],
])('with %j there, %j is ours', (there: string[], expected) => {
  expect(partsToClaim((path) => there.includes(path))).toEqual(expected)
})

describe('the layout of a tarball', () => {
  const path = 'cdw72hra3wca72d4iiqa5xxbbcfpfpzg-nix-2.34.8'
  const line = (name: string, references: string[]) =>
    [`/nix/store/${name}`, 'a'.repeat(64), '123', '', String(references.length), ...references].join('\n')
  const good = {
    top: ['nix-2.34.8-x86_64-linux'],
    store: [path],
    registration: `${line(path, [`/nix/store/${path}`])}\n`,
  }
  it('is accepted', () => expect(layoutProblem(good)).toBeUndefined())
  it.each([
    [{ top: [] }, /nothing/],
    [{ top: ['etc', 'nix-1'] }, /one folder.*etc/],
    [{ top: ['nix-1', 'x'] }, /one folder/],
    [{ store: undefined }, /store is missing/],
    [{ registration: undefined }, /\.reginfo is missing/],
    [{ store: [path, 'x'] }, /not named as a store path/],
    [{ store: [path, path.replace('nix-2', 'cacert-2')] }, /is not registered/],
    [{ store: [] }, /registered but not in/],
    [{ registration: '<html>' }, /cannot be read/],
  ])('%j is not', (change, why) => expect(layoutProblem({ ...good, ...change })).toMatch(why))
  it('registrations', () => {
    expect(registeredPaths('')).toEqual([])
    expect(registeredPaths(`${line('a', ['x', 'y'])}\n${line('b', [])}\n`)).toEqual(['/nix/store/a', '/nix/store/b'])
    expect(registeredPaths(line('a', ['x']).replace('\nx', ''))).toBeUndefined()
  })
  it('compressions', () => {
    expect(unpackerOf(Buffer.from('fd377a585a000004', 'hex'))).toBe('xz')
    expect(unpackerOf(Buffer.from('28b52ffd00', 'hex'))).toBe('zstd')
    expect(unpackerOf(Buffer.from('<html>'))).toBeUndefined()
  })
  it('systems', () => {
    expect(systemInName('nix-2.34.8-x86_64-linux')).toBe('x86_64-linux')
    expect(systemInName('nix-2.36.0pre20260101_abcdef0-aarch64-darwin')).toBe('aarch64-darwin')
    expect(systemInName('nix-2.34.8')).toBeUndefined()
  })
})

it.each([
  [{ userNamespace: true, inUserNamespace: true, asRoot: false }, true],
  [{ userNamespace: true, inUserNamespace: false, asRoot: true }, false],
  [{ userNamespace: false, inUserNamespace: false, asRoot: true }, true],
  [{ userNamespace: false, inUserNamespace: false, asRoot: false }, false],
])('sandbox %j: %s', (probe, expected) => expect(sandboxWorks(probe)).toBe(expected))

describe('apt', () => {
  it('new packages are told from upgrades', () => {
    const text =
      'Inst libgc1 (1:8.2.2-3 Debian:12 [amd64])\nInst perl [5.36.0-7] (5.36.0-8 x) []\nConf libgc1 (x)\nInst nix-bin (2.8 x)\n'
    expect(newPackages(text)).toEqual(['libgc1', 'nix-bin'])
  })
  it.each([
    ['E: Unable to locate package nix-bin', true],
    ["E: Package 'nix-bin' has no installation candidate", true],
    ['E: Failed to fetch http://x  404  Not Found', true],
    ['E: dpkg was interrupted', false],
  ])('%j wants an update: %s', (text, expected) => expect(wantsUpdate(text)).toBe(expected))
  it('os-release', () => {
    expect(distributionOf('NAME="Fedora"\nID=fedora\nVERSION_ID=40\n')).toBe('fedora')
    expect(distributionOf('ID="opensuse-leap"\n')).toBe('opensuse-leap')
  })
})

describe('environment', () => {
  it('a home of another user is not that of Nix', () => {
    const mine = { env: { HOME: '/' }, home: '/', uid: statSync('/').uid }
    expect(homeOfNix(mine)).toBe('/')
    expect(homeOfNix({ ...mine, uid: 4242 })).toBe(userInfo().homedir)
    expect(homeOfNix({ ...mine, env: { HOME: '/none' }, home: '/none' })).toBe('/none')
  })
  it('certificates: what is set stays, the system comes before the profile', () => {
    expect(certificates({ NIX_SSL_CERT_FILE: '/x' }, () => true)).toEqual({})
    expect(certificates({}, (path) => path.includes('pki') || path.includes('profiles'))).toEqual({
      NIX_SSL_CERT_FILE: '/etc/pki/tls/certs/ca-bundle.crt',
    })
    expect(certificates({ SSL_CERT_FILE: '/own' }, () => true)).toEqual({ NIX_SSL_CERT_FILE: '/own' })
    expect(certificates({}, () => false)).toEqual({})
  })
  it('proxies reach the daemon', () => {
    const env = {
      NIX_SSL_CERT_FILE: '/c',
      https_proxy: 'http://u:p@proxy:1',
      NO_PROXY: 'x',
      OTHER: 'y',
      http_proxy: '',
    }
    expect(daemonEnvironment(env)).toEqual({
      NIX_SSL_CERT_FILE: '/c',
      https_proxy: 'http://u:p@proxy:1',
      NO_PROXY: 'x',
    })
  })
})

describe('build users ahead of Nix', () => {
  it.each([
    ['', 'root:x:0:\n', true],
    ['sandbox = false', '', true],
    ['build-users-group = other', '', false],
    ['auto-allocate-uids = true', '', false],
    ['!include more.conf', '', false],
    ['', 'root:x:0:\nnixbld:x:30000:nixbld1\n', false],
    ['', 'nixbld2:x:1:\n', true],
  ])('settings %j, groups %j: %s', (settings, groups, expected) =>
    expect(wantsUsers({ settings, groups })).toBe(expected),
  )
})
