import { describe, expect, it } from 'vitest'
import { remarkable } from '../../../src/install/daemon/daemon.ts'
import { daemonUnit, environmentFile, unitArguments } from '../../../src/install/daemon/systemd.ts'
import { parseUndos } from '../../../src/runner/journal.ts'

describe('a unit for the daemon', () => {
  it('has the limits of upstream, and its variables from a file', () => {
    const args = unitArguments({
      unit: 'nix-multiarch-1.service',
      program: ['/nix/bin/nix-daemon', '--daemon'],
      environmentFile: '/tmp/a b/daemon.env',
      log: '/tmp/a b/log',
    })
    expect(args.slice(-3)).toEqual(['--', '/nix/bin/nix-daemon', '--daemon'])
    for (const property of [
      'KillMode=process',
      'EnvironmentFile=/tmp/a b/daemon.env',
      'StandardError=append:/tmp/a b/log',
    ])
      expect(args).toContain(`--property=${property}`)
  })
  it.each([
    [{}, ''],
    [{ A: 'http://u:p@h', B: 'x y' }, 'A="http://u:p@h"\nB="x y"\n'],
    [{ A: 'a"b\\c$d`' }, 'A="a\\"b\\\\c\\$d\\`"\n'],
  ])('variables %j', (variables, text) => expect(environmentFile(variables)).toBe(text))
  it('is undone only by a name of ours', () => {
    const lines = [daemonUnit(), 'ssh.service', 'nix-multiarch-../x.service'].map((name) =>
      JSON.stringify({ kind: 'unit', name }),
    )
    expect(parseUndos(lines)).toHaveLength(1)
  })
  it('its log without who came', () => {
    const log =
      'accepted connection from pid 12, user runner (trusted)\n\nunexpected Nix daemon error: \u001b[31;1merror:\u001b[0m unexpected end-of-file\nerror: cannot open x\n'
    const dropped = 'unexpected Nix daemon error: error: interrupted by the user\n'
    expect(remarkable(dropped + log)).toEqual(['error: cannot open x'])
  })
})
