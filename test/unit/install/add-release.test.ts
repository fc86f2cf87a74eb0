// The script that extends the table, against a server in the layout of releases.nixos.org.
import { spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, it } from 'vitest'

const repository = join(import.meta.dirname, '../../..')
const [linux, arm] = ['a'.repeat(64), 'b'.repeat(64)]
let folder: string
let server: Server
let files: Record<string, string>
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'releases-'))
  copyFileSync(join(repository, 'src/install/source/releases.ts'), join(folder, 'releases.ts'))
  files = {}
  server = createServer(({ url = '' }, response) => {
    const content = files[url]
    response.writeHead(content === undefined ? 404 : 200).end(content)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

const publish = (version: string, hashes: Record<string, string>, named = Object.values(hashes)): void => {
  files[`/nix/nix-${version}/install`] = `#!/bin/sh\n${named.map((hash) => `hash=${hash}\n`).join('')}`
  for (const [system, hash] of Object.entries(hashes))
    files[`/nix/nix-${version}/nix-${version}-${system}.tar.xz.sha256`] = hash
}
const add = async (version: string): Promise<string> => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/nix`
  const child = spawn(process.execPath, [
    join(repository, 'add-release.mjs'),
    version,
    url,
    join(folder, 'releases.ts'),
  ])
  return (await Promise.all([text(child.stdout), text(child.stderr)])).join('')
}
const table = async (): Promise<Record<string, Record<string, string>>> => {
  const source = readFileSync(join(folder, 'releases.ts'), 'utf8')
  const object = /const RELEASES[^=]*= (\{.*?\n\})\n/s.exec(source)?.[1] ?? ''
  return new Function(`return ${object}`)() as Record<string, Record<string, string>>
}

it('adds what is published, the newest first', async () => {
  publish('2.99.1', { 'x86_64-linux': `${linux}\n`, 'aarch64-linux': arm })
  publish('2.34.9', { 'x86_64-linux': arm })
  publish('2.3.1', { 'x86_64-linux': arm })
  const before = Object.keys(await table())
  expect(await add('2.99.1')).toBe('2.99.1: x86_64-linux, aarch64-linux\n')
  await add('2.34.9')
  await add('2.3.1')
  const after = await table()
  expect(after['2.99.1']).toEqual({ 'x86_64-linux': linux, 'aarch64-linux': arm })
  expect(Object.keys(after)).toEqual(['2.99.1', '2.35.2', '2.35.1', '2.34.9', ...before.slice(2), '2.3.1'])
})

it.each<[string, () => void, string, RegExp]>([
  ['a release that is not there', () => {}, '2.99.1', /is 2\.99\.1 a release\?/],
  ['one that is known', () => {}, '2.34.7', /there already/],
  ['no version', () => {}, 'latest', /usage/],
  [
    'a page instead of a checksum',
    () => publish('2.99.1', { 'x86_64-linux': '<html>' }),
    '2.99.1',
    /is no SHA-256: "<html>"/,
  ],
  ['checksums that differ', () => publish('2.99.1', { 'x86_64-linux': linux }, [arm]), '2.99.1', /does not name/],
])('refuses %s and writes nothing', async (_, prepare, version, why) => {
  prepare()
  const before = readFileSync(join(folder, 'releases.ts'), 'utf8')
  expect(await add(version)).toMatch(why)
  expect(readFileSync(join(folder, 'releases.ts'), 'utf8')).toBe(before)
})
