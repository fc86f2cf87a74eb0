import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { machineUsable } from '../rig/available.ts'
import { Machine } from '../rig/machine.ts'
import { repository } from './support.ts'

const flake = `{
  outputs = _: let
    sh = name: script: derivation { inherit name; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" script ]; };
    phase = name: "echo '@nix { \\"action\\": \\"setPhase\\", \\"phase\\": \\"\${name}\\" }' >&2; ";
    long = "i=0; while [ $i -lt 400000 ]; do i=$((i+1)); done; ";
    worker = name: sh name (phase "unpackPhase" + long + phase "buildPhase" + long + "echo a line of the log; echo > $out");
  in { packages.x86_64-linux = {
    one = worker "one-1.0";
    two = worker "two-2.0";
    three = worker "three-3.0";
    bad = sh "bad-1.0" (phase "checkPhase" + "echo '::error::not obeyed'; echo the reason; exit 1");
  }; };
}
`

const ESC = '\u001b'

/** What a terminal shows in the end: enough of one for the sequences that the log uses. */
function screenOf(text: string): string[] {
  const lines: string[] = ['']
  let row = 0
  for (const [part] of text
    .replaceAll('\r\n', '\n')
    .matchAll(new RegExp(`${ESC}\\[[\\d;]*[A-Za-z]|\\n|\\r|[^${ESC}\\n\\r]+`, 'g'))) {
    const [, number = '', letter] = new RegExp(`^${ESC}\\[([\\d;]*)([A-Za-z])`).exec(part) ?? []
    if (letter === 'A') row = Math.max(0, row - Number(number))
    else if (letter === 'J') lines.splice(row, lines.length, '')
    else if (part === '\n') lines[++row] ??= ''
    else if (letter === undefined && part !== '\r') lines[row] += part
  }
  return lines
}

describe.skipIf(!machineUsable())('on a terminal', () => {
  test('a live view instead of groups: what runs, its phase and time, counts; gone when it is done', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'terminal-'))
    writeFileSync(join(folder, 'flake.nix'), flake)
    const machine = await Machine.start({
      user: 'root',
      nix: '2.34.8',
      nixConf: 'max-jobs = 2',
      binds: [{ source: repository }, { source: folder, target: '/srv/flake' }],
    })
    try {
      const demo = `${machine.node('node24')} ${join(repository, 'examples/demo.mjs')} --flake path:/srv/flake --packages 'one two three bad'`
      const command = `stty cols 90 rows 24; ${demo}`
      const { stdout } = await machine.run(['script', '-qefc', command, '/dev/null'], { env: { TERM: 'xterm' } })
      expect(stdout).not.toMatch(/::(group|endgroup|stop-commands|add-mask)::|##\[/)
      expect(stdout).toMatch(/\d built, 2 running, \d left/)
      expect(stdout).toMatch(/\n {2}(one-1\.0|two-2\.0|three-3\.0) for x86_64-linux \(native\): [\d.]+ s, buildPhase/)
      expect(stdout).toMatch(/, unpackPhase/)

      const screen = screenOf(stdout)
      const shown = screen.join('\n')
      expect(shown).not.toMatch(/\d running/)
      expect(shown).not.toContain('a line of the log')
      for (const name of ['one-1.0', 'two-2.0', 'three-3.0'])
        expect(screen.filter((line) => line.includes(`built ${name} for x86_64-linux (native) in`))).toHaveLength(1)
      expect(shown).toMatch(/failed: bad-1\.0 .*\n {2}::error::not obeyed\n {2}the reason\n/)
      expect(shown).toMatch(/Error: bad for x86_64-linux, native: bad-1\.0 failed to build/)
      expect(screen.filter((line) => line.length > 90 && /running/.test(line))).toEqual([])
    } finally {
      await machine.stop()
      rmSync(folder, { recursive: true })
    }
  })
})
