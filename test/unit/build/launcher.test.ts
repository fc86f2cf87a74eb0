import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Launcher, launcherFor, launchNames, launchScript } from '../../../src/build/check/launcher.ts'
import type { System } from '../../../src/nix/system.ts'

test.each([
  ['x86_64-windows', 'x86_64-linux', 'wine'],
  ['i686-windows', 'x86_64-linux', 'wine'],
  ['aarch64-windows', 'aarch64-linux', 'wine'],
  ['wasm32-wasi', 'aarch64-linux', 'wasmtime'],
])('%s on %s is started by %s', (system, machine, tool) => {
  expect(launcherFor(system as System, machine as System)).toMatchObject({ tool })
})

test.each([
  ['aarch64-linux', undefined],
  ['javascript-ghcjs', undefined],
  ['aarch64-windows', 'wine on x86_64-linux does not run aarch64-windows programs'],
])('%s on x86_64-linux: %s', (system, expected) => {
  expect(launcherFor(system as System, 'x86_64-linux' as System)).toBe(expected)
})

test.each([
  ['hello.exe', ['hello.exe', 'hello']],
  ['hello', ['hello']],
  ['.exe', ['.exe']],
  ['a.b.exe', ['a.b.exe', 'a.b']],
])('%s is found as %s', (file, names) => {
  const wine = launcherFor('x86_64-windows' as System, 'x86_64-linux' as System) as Launcher
  expect(launchNames(file, wine)).toEqual(names)
})

test('arguments and names reach the launcher as they are', () => {
  const folder = mkdtempSync(join(tmpdir(), 'launch-'))
  const script = join(folder, 'script')
  const odd = [`it's`, '$(touch x)', '`id`', 'a b', '-n', '"', '\\', '', '*']
  writeFileSync(script, launchScript('/usr/bin/printf', ['%s\\n'], `file's $HOME`))
  chmodSync(script, 0o755)
  const out = execFileSync(script, odd, { cwd: folder, encoding: 'utf8' })
  expect(out.split('\n').slice(0, -1)).toEqual([`file's $HOME`, ...odd])
  rmSync(folder, { recursive: true })
})
