import { describe, expect, it } from 'vitest'
import {
  baseSettings,
  clientConf,
  daemonConf,
  environmentConf,
  mergeSettings,
  mergeTokens,
  parseSettings,
  setsSandbox,
  showSettings,
  userConfFiles,
} from '../../../src/install/conf.ts'
import { type NixVersion, parseNixVersion } from '../../../src/nix/version.ts'

const nix = (version: string): NixVersion => parseNixVersion(`nix (Nix) ${version}`)!
/** The form of `nix show-config --json`, cut to what is read. */
const printed = (values: Record<string, unknown>): string =>
  JSON.stringify(
    Object.fromEntries(Object.entries({ system: 'x86_64-linux', ...values }).map(([name, value]) => [name, { value }])),
  )

describe('settings as Nix prints them', () => {
  it('are read from an old Nix', () => {
    const old = printed({
      store: 'auto',
      'access-tokens': {},
      'trusted-users': ['root', '@wheel'],
      'build-users-group': 'nixbld',
      sandbox: true,
      'sandbox-fallback': true,
      'max-jobs': 1,
      'sandbox-paths': ['/bin/sh=/usr/bin/bash-static'],
      builders: '@/etc/nix/machines',
      'extra-platforms': ['i686-linux'],
      'system-features': ['big-parallel'],
      substituters: ['https://cache.nixos.org/'],
      'connect-timeout': 0,
      'stalled-download-timeout': 300,
    })
    expect(parseSettings(old)).toEqual({
      system: 'x86_64-linux',
      store: 'auto',
      accessTokens: {},
      trustedUsers: ['root', '@wheel'],
      buildUsersGroup: 'nixbld',
      sandbox: true,
      sandboxFallback: true,
      maxJobs: 1,
      sandboxShell: true,
      autoAllocateUids: false,
      builders: '@/etc/nix/machines',
      platforms: ['i686-linux'],
      systemFeatures: ['big-parallel'],
      substituters: ['https://cache.nixos.org/'],
      connectTimeout: 0,
      stalledTimeout: 300,
    })
  })
  it.each([
    [{ 'sandbox-paths': { '/bin/sh': { source: '/x', optional: false } } }, { sandboxShell: true }],
    [{ 'sandbox-paths': [] }, { sandboxShell: false }],
    [{ 'sandbox-paths': ['/dev/x'] }, { sandboxShell: false }],
    [{ sandbox: 'relaxed' }, { sandbox: true }],
    [{ sandbox: false }, { sandbox: false }],
    [{ 'sandbox-fallback': false }, { sandboxFallback: false }],
    [{ 'access-tokens': { 'github.com': 'a' } }, { accessTokens: { 'github.com': 'a' } }],
    [{ 'auto-allocate-uids': true }, { autoAllocateUids: true }],
  ])('%j', (values, expected) => expect(parseSettings(printed(values))).toMatchObject(expected))
  it('without a system are refused', () => expect(() => parseSettings('{}')).toThrow(/system/))
  it('are asked for by the name that the version knows', () => {
    expect(showSettings(nix('2.8.0'))).toContain('show-config')
    expect(showSettings(nix('2.26.3'))).toEqual([
      '--extra-experimental-features',
      'nix-command',
      'config',
      'show',
      '--json',
    ])
  })
})

describe('base settings', () => {
  const effective = parseSettings(printed({ 'max-jobs': 1, 'sandbox-paths': [] }))
  const machine = { cpus: 4, staticShell: '/usr/bin/bash-static', sandboxSet: false }
  it('name nothing that an old Nix does not know', () => {
    expect(baseSettings(effective, nix('2.8.0'), machine)).toEqual({
      'sandbox-fallback': 'false',
      'max-jobs': 'auto',
      'connect-timeout': '15',
      'stalled-download-timeout': '60',
      'extra-sandbox-paths': '/bin/sh=/usr/bin/bash-static',
    })
    expect(baseSettings(effective, nix('2.19.0'), machine)).toHaveProperty('always-allow-substitutes', 'true')
  })
  it('leave alone what the machine has set', () => {
    const set = parseSettings(
      printed({
        'connect-timeout': 5,
        'stalled-download-timeout': 100,
        'max-jobs': 3,
        'sandbox-paths': ['/bin/sh=/x'],
      }),
    )
    expect(baseSettings(set, nix('2.8.0'), machine)).toEqual({ 'sandbox-fallback': 'false' })
  })
})

it('the sandbox is on unless the workflow says otherwise', () => {
  const off = parseSettings(printed({ sandbox: false, 'sandbox-paths': ['/bin/sh=/x'] }))
  const machine = { cpus: 1, staticShell: undefined }
  expect(baseSettings(off, nix('2.8.0'), { ...machine, sandboxSet: false })).toHaveProperty('sandbox', 'true')
  expect(baseSettings(off, nix('2.8.0'), { ...machine, sandboxSet: true })).not.toHaveProperty('sandbox')
  expect(setsSandbox('cores = 1\n sandbox = false')).toBe(true)
  expect(setsSandbox('extra-sandbox-paths = /x\n# sandbox = false')).toBe(false)
})

describe('mergeSettings', () => {
  it('joins extra- values once, and replaces others', () => {
    expect(
      mergeSettings({ 'extra-platforms': 'a b', cores: '1' }, { 'extra-platforms': 'b c', cores: '2', x: 'y' }),
    ).toEqual({ 'extra-platforms': 'a b c', cores: '2', x: 'y' })
  })
})

describe('the files', () => {
  it('client: the workflow wins over ours, features and tokens are added last', () => {
    expect(
      clientConf('warn-dirty = true\nsandbox = relaxed', { 'github.com': 't', 'gitlab.com': 'OAuth2:u' }, 'beside'),
    ).toBe(
      `accept-flake-config = false
warn-dirty = false
include build.conf
warn-dirty = true
sandbox = relaxed
extra-experimental-features = nix-command flakes
access-tokens = github.com=t gitlab.com=OAuth2:u
`,
    )
  })
  it('client of a daemon that refuses build settings: none are sent', () => {
    const conf = clientConf('sandbox = relaxed\nextra-experimental-features = ca-derivations\ncores = 2', {}, 'daemon')
    expect(conf).not.toMatch(/sandbox|cores|build\.conf|access-tokens/)
    expect(conf).toContain('ca-derivations')
  })
  it('daemon: no token, the machine first', () => {
    expect(daemonConf('cores = 2\nextra-access-tokens = github.com=secret', '/etc/nix', 'me')).toBe(
      'builders = @/etc/nix/machines\n!include /etc/nix/nix.conf\ninclude ../build.conf\ncores = 2\nextra-allowed-users = me\n',
    )
  })
})

describe('mergeTokens', () => {
  const there = { 'gitlab.com': 'g', 'github.com': 'old' }
  it.each([
    ['ours replaces that of the same host only', '', 'new', { 'gitlab.com': 'g', 'github.com': 'new' }],
    ['none given', '', undefined, there],
    ['a comment is none', 'access-tokens = github.com=mine # a=b', '', { ...there, 'github.com': 'mine' }],
    ['an empty one', '', '', there],
    [
      "the workflow's own line wins",
      'access-tokens = github.com=mine gitlab.com=g',
      'new',
      { ...there, 'github.com': 'mine' },
    ],
    [
      "the workflow's own extra line wins",
      ' extra-access-tokens = github.com=a=b',
      'new',
      { ...there, 'github.com': 'a=b' },
    ],
    [
      'a line for another host does not',
      'access-tokens = gitlab.com=g',
      'new',
      { 'gitlab.com': 'g', 'github.com': 'new' },
    ],
  ])('%s', (_, lines, token, expected) => {
    expect(mergeTokens(there, lines, 'github.com', token)).toEqual(expected)
  })
})

describe('NIX_USER_CONF_FILES', () => {
  it.each([
    [{}, '2.8.0', '/r/nix.conf:/h/.config/nix/nix.conf:/etc/xdg/nix/nix.conf'],
    [
      { XDG_CONFIG_HOME: '/x', XDG_CONFIG_DIRS: '/a:/b' },
      '2.8.0',
      '/r/nix.conf:/x/nix/nix.conf:/a/nix/nix.conf:/b/nix/nix.conf',
    ],
    [{ NIX_USER_CONF_FILES: '/own:/two' }, '2.34.8', '/r/nix.conf:/own:/two'],
    [{ NIX_CONFIG_HOME: '/n' }, '2.26.3', '/r/nix.conf:/n/nix.conf:/etc/xdg/nix/nix.conf'],
    [{ NIX_CONFIG_HOME: '/n' }, '2.8.0', '/r/nix.conf:/h/.config/nix/nix.conf:/etc/xdg/nix/nix.conf'],
  ])('%j on %s', (env, version, expected) => {
    expect(userConfFiles('/r/nix.conf', env, '/h', nix(version))).toBe(expected)
  })
})

describe("the workflow's NIX_CONFIG", () => {
  it('does not turn off what the action needs', () => {
    expect(environmentConf('experimental-features =\ncores = 2')).toBe(
      'experimental-features =\ncores = 2\nextra-experimental-features = nix-command flakes',
    )
  })
  it.each([undefined, ''])('%j stays as it is', (text) => {
    expect(environmentConf(text)).toBe(text)
  })
})
