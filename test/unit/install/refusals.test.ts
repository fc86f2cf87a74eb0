import { describe, expect, it } from 'vitest'
import { ignoredSettings, includesFrom, settingsRefusal, storeProblem } from '../../../src/install/refusals.ts'

const conf = '/run folder/nix.conf'

describe('settings that Nix cannot read', () => {
  it.each([
    [
      `error: syntax error in configuration line 'log-lines=44' in "${conf}"\nTry '/x/nix --help' for more information.\n`,
      /^Nix cannot read its settings: error: syntax error in configuration line 'log-lines=44' in extra-nix-config\nNix wants NAME = VALUE/,
    ],
    [`error: syntax error in configuration line 'log-lines: 4' in "${conf}"`, /a space on both sides/],
    [`error: illegal configuration line 'log-lines=4' in '${conf}'`, /in extra-nix-config\nNix wants/], // 2.8.0
    [`error: syntax error in configuration line 'foo bar' in "NIX_CONFIG"`, /line 'foo bar' in "NIX_CONFIG"$/],
    [`error: syntax error in configuration line 'foo bar' in "/etc/nix/nix.conf"`, /in "\/etc\/nix\/nix.conf"$/],
    [
      `error: file "/w/x.conf" included from "${conf}" not found`,
      /"\/w\/x.conf" included from extra-nix-config not found$/,
    ],
    [
      `error: configuration setting 'max-jobs' should be 'auto' or an integer\nTry '/x/nix --help' for more information.`,
      /or an integer\nLook at the lines of extra-nix-config, at NIX_CONFIG, and at nix.conf on this machine\.$/,
    ],
  ])('%s', (stderr, expected) => expect(settingsRefusal(stderr, conf)).toMatch(expected))
})

it('settings that Nix leaves out are told once, where the workflow wrote them', () => {
  const stderr = `warning: unknown setting 'max-job'
warning: unknown setting 'of-the-machine'
warning: unknown setting 'auto'
warning: unknown setting 'max-job'
warning: unknown experimental feature 'flaks'
warning: Ignoring setting 'auto-allocate-uids' because experimental feature 'auto-allocate-uids' is not enabled
something else`
  const lines = 'max-job = 4\nextra-experimental-features = flaks\nauto-allocate-uids = true'
  expect(ignoredSettings(stderr, lines)).toEqual([
    "unknown setting 'max-job'",
    "unknown experimental feature 'flaks'",
    "Ignoring setting 'auto-allocate-uids' because experimental feature 'auto-allocate-uids' is not enabled",
  ])
  expect(ignoredSettings('', lines)).toEqual([])
})

it('relative includes start at the workspace', () => {
  const lines = 'include my.conf\n  !include  ./sub/b.conf # why\ninclude /etc/x\ncores = 2\n# include y\r\ninclude z\r'
  expect(includesFrom('/w', lines)).toBe(
    'include /w/my.conf\n  !include  /w/sub/b.conf # why\ninclude /etc/x\ncores = 2\n# include y\r\ninclude /w/z\r',
  )
})

it.each([
  ['auto', undefined, false],
  ['daemon', undefined, false],
  ['unix:///x', 'unix:///x', false],
  ['unix:///x', undefined, true],
  ['/tmp/other', undefined, true],
])('store = %s, NIX_REMOTE %s: refused %s', (store, remote, refused) =>
  expect(storeProblem(store, remote) !== undefined).toBe(refused),
)
