// Nix itself in the Actions cache: hosted runners, each job on a fresh machine, the built action, a release server that
// keeps a log.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileKey } from '../../src/cache/signer.ts'
import { parseSigningKey } from '../../src/nix/signing-key.ts'
import { machineUsable } from '../rig/available.ts'
import { rig } from '../rig/cache.ts'
import type { Machine } from '../rig/machine.ts'
import { startService } from './cache-machine.ts'
import { type JobOptions, signingKey, withJob } from './support.ts'

const PORT = 8124
const VERSION = '2.34.8'
const SHA256 = rig.tarballSha256(VERSION)
const NAME = `nix-linux.x64-${SHA256}`
const CODE_BYTES = 32

describe.skipIf(!machineUsable())('Nix in the Actions cache', () => {
  const key = signingKey('kept-1').secret
  const other = signingKey('kept-1').secret
  /** What the service keeps, and what it kept after one job with the key. */
  let service: string
  let saved: string | undefined
  beforeEach(() => {
    service = mkdtempSync(join(tmpdir(), 'nix-kept-'))
  })
  afterAll(() => saved !== undefined && rmSync(saved, { recursive: true }))
  const saveFirst = async (): Promise<void> => {
    if (saved === undefined) {
      await play({ ...build, 'signing-key': key })
      saved = mkdtempSync(join(tmpdir(), 'nix-kept-'))
      cpSync(service, saved, { recursive: true })
    } else cpSync(saved, service, { recursive: true })
    expect(kept()).toHaveLength(1)
  }
  afterEach(() => rmSync(service, { recursive: true }))

  interface Played {
    readonly log: string
    /** Requests to the release server. */
    readonly downloads: number
    /** Methods of the cache service, and numbers of its files. */
    readonly requests: readonly string[]
    readonly poisoned: boolean
    readonly version: string
  }
  interface More {
    readonly machine?: Partial<JobOptions>
    readonly env?: Record<string, string>
    /** Run as root before the action. */
    readonly setup?: string
    readonly faults?: readonly object[]
  }
  /** One job; without `targets` it is a dry run, which only reads. */
  const play = async (
    inputs: Record<string, string>,
    { machine: options, env, setup = ':', faults }: More = {},
  ): Promise<Played> => {
    let played: Played | undefined
    const binds = [{ source: service, target: '/srv/cache', readOnly: false }]
    await withJob({ user: 'runner', binds, ...options }, async ({ machine, runner, act, finish }) => {
      Object.assign(runner.job.env, await startService(machine), { RUNNER_ENVIRONMENT: 'github-hosted', ...env })
      if (faults !== undefined) writeFileSync(machine.path('/run/service/faults.json'), JSON.stringify(faults))
      await machine.sh(setup, { user: 'root' })
      await serveRelease(machine)
      const { ok } = await act({
        'nix-source': `http://127.0.0.1:${PORT}/nix.tar.xz`,
        'nix-sha256': SHA256,
        'extra-nix-config': 'substituters =',
        qemu: 'never',
        ...('targets' in inputs ? {} : { targets: 'x86_64-linux', 'dry-run': 'true' }),
        ...inputs,
      })
      expect(ok, runner.log).toBe(true)
      const version = (await machine.sh('/nix/var/nix/profiles/default/bin/nix --version')).trim()
      await finish()
      const poisoned = existsSync(machine.path('/var/tmp/poisoned'))
      const requests = lines(machine, '/run/service/requests.jsonl').map(
        (line) => (JSON.parse(line) as { path: string }).path.split('/').at(-1) ?? '',
      )
      const downloads = lines(machine, '/run/release.log').length
      played = { log: runner.log, downloads, requests, poisoned, version }
    })
    if (played === undefined) throw new Error('nothing was played')
    return played
  }
  const build = { targets: 'x86_64-linux', packages: 'hello' } as const

  interface Entry {
    readonly id: number
    readonly key: string
    readonly final: boolean
    size: number
  }
  const entriesFile = () => join(service, 'entries.json')
  const entries = (): Entry[] =>
    existsSync(entriesFile()) ? (JSON.parse(readFileSync(entriesFile(), 'utf8')) as Entry[]) : []
  const kept = (): Entry[] => entries().filter(({ key, final }) => final && key.startsWith('nix-multiarch-file-'))

  /** Puts something else in the place of what was kept. */
  const tamper = (change: (file: Buffer) => Buffer): void => {
    const all = entries()
    const entry = all.findLast((each) => each.key.startsWith('nix-multiarch-file-'))
    if (entry === undefined) throw new Error('nothing is kept')
    const blob = join(service, `${entry.id}.blob`)
    const folder = mkdtempSync(join(tmpdir(), 'tampered-'))
    execFileSync('tar', ['-xf', blob, '--use-compress-program', 'unzstd', '-C', folder])
    const file = join(folder, 'nix-multiarch-file')
    writeFileSync(file, change(readFileSync(file)))
    execFileSync('tar', ['-cf', blob, '--use-compress-program', 'zstdmt', '-C', folder, 'nix-multiarch-file'])
    entry.size = readFileSync(blob).length
    writeFileSync(entriesFile(), JSON.stringify(all))
    rmSync(folder, { recursive: true })
  }

  it.each([
    ['a daemon, for a user with sudo', {}],
    ['a daemon, for root', { machine: { user: 'root', noSudo: true } }],
    ['a user that owns /nix', { machine: { noSudo: true }, setup: 'install -d -m 755 -o runner /nix' }],
  ] as const)('is saved by the first job and restored by the second: %s', async (_, more) => {
    const first = await play({ ...build, 'signing-key': key }, more)
    expect(first.downloads, first.log).toBe(1)
    expect(kept().map((entry) => entry.key)).toEqual([expect.stringContaining(SHA256)])
    const second = await play({ ...build, 'signing-key': key, 'push-to': 'file:///tmp/pushed' }, more)
    expect(second.downloads, second.log).toBe(0)
    expect(second.log).toMatch(/Restored [\d.]+ MiB from nix-multiarch-file-v1-signed\./)
    expect(second.version).toContain(VERSION)
    expect(
      second.requests.filter((name) => name === 'CreateCacheEntry'),
      second.log,
    ).toEqual([])
    expect(kept()).toHaveLength(1)
  })

  describe('what nobody with the key has put there', () => {
    const codeOf = (secret: string, name: string, archive: Buffer): Buffer => {
      const parsed = parseSigningKey(secret)
      if ('problem' in parsed) throw new Error(parsed.problem)
      return Buffer.concat([fileKey(parsed).codeOf(name, archive), archive])
    }
    /** The archive with a `nix` in it that tells when it is run. */
    const poison = (file: Buffer): Buffer => {
      const folder = mkdtempSync(join(tmpdir(), 'poison-'))
      const options = { maxBuffer: 1e9 } as const
      const tar = execFileSync('unzstd', ['-q', '-c'], { ...options, input: file.subarray(CODE_BYTES) })
      execFileSync('tar', ['-x', '-C', folder], { input: tar })
      const script = `chmod -R u+w .; for nix in store/*/bin/nix; do rm "$nix"; printf '#!/bin/sh\\ntouch /var/tmp/poisoned\\n' > "$nix"; chmod 755 "$nix"; done; tar -c * | zstd -q -c`
      const packed = execFileSync('sh', ['-c', script], { ...options, cwd: folder })
      rmSync(folder, { recursive: true })
      return packed
    }
    it.each([
      ['poison under the right code', (file: Buffer) => Buffer.concat([file.subarray(0, CODE_BYTES), poison(file)])],
      ['poison of another key', (file: Buffer) => codeOf(other, NAME, poison(file))],
      ['another release of this key', (file: Buffer) => codeOf(key, NAME.replace(/.$/, '_'), poison(file))],
      ['a file that ends early', (file: Buffer) => file.subarray(0, file.length >> 1)],
      ['an empty file', () => Buffer.alloc(0)],
    ] as const)('is not run: %s; and the next job finds a right one', async (_, change) => {
      await saveFirst()
      tamper(change)
      const second = await play({ ...build, 'signing-key': key })
      expect(second).toMatchObject({ downloads: 1, poisoned: false, version: expect.stringContaining(VERSION) })
      expect(second.log).toMatch(
        /##\[warning\]Actions cache: nix-multiarch-file-\S* is not used: no signing-key vouches/,
      )
      expect(await play({ 'signing-key': key })).toMatchObject({ downloads: 0 })
      expect(kept()).toHaveLength(2)
    })
    it('is not run where another key is used, and no run without a key asks for it', async () => {
      await saveFirst()
      expect(await play({ 'signing-key': other })).toMatchObject({ downloads: 1 })
      const open = await play({ ...build })
      expect(open.downloads).toBe(1)
      const pushed = await play({ ...build, 'push-to': 'file:///tmp/pushed' })
      expect(pushed).toMatchObject({ downloads: 1, requests: [] })
      expect(kept()).toHaveLength(1)
    })
  })

  it('is had from upstream where the service fails, hangs or cuts it', async () => {
    await saveFirst()
    const file = `GET /actions-cache/${kept()[0]?.id}$`
    for (const faults of [
      [{ match: 'GetCacheEntryDownloadURL', status: 503 }],
      [{ match: 'GetCacheEntryDownloadURL', status: 400 }],
      [{ match: file, truncate: true }],
      [{ match: file, corrupt: true }],
      [{ match: file, hang: true }],
    ]) {
      const job = await play({ 'signing-key': key }, { faults })
      expect(job, `${JSON.stringify(faults)}\n${job.log}`).toMatchObject({ downloads: 1 })
      expect(job.log).toMatch(/Actions cache: (no nix-linux|nix-multiarch-file-)/)
    }
  })

  it('is not saved by a fork, read-only, with cache: false, nor where the tool cache stays', async () => {
    const event = '/var/tmp/event.json'
    const fork = { repository: { full_name: 'a/b' }, pull_request: { head: { repo: { full_name: 'c/b' } } } }
    const setup = `printf %s '${JSON.stringify(fork)}' > ${event}`
    for (const [inputs, env] of [
      [{}, { GITHUB_EVENT_NAME: 'pull_request_target' }],
      [{}, { GITHUB_EVENT_NAME: 'pull_request', GITHUB_EVENT_PATH: event }],
      [{ cache: 'read-only' }, {}],
      [{ cache: 'false' }, {}],
      [{}, { RUNNER_ENVIRONMENT: 'self-hosted' }],
    ] as const) {
      const job = await play({ ...build, 'signing-key': key, ...inputs }, { env, setup })
      expect(job.downloads).toBe(1)
      expect(kept(), JSON.stringify(env)).toEqual([])
    }
  })
})

const lines = (machine: Machine, path: string): string[] =>
  existsSync(machine.path(path)) ? readFileSync(machine.path(path), 'utf8').split('\n').filter(Boolean) : []

/** Upstream's server of releases, in the machine; a line of its log is a request. */
async function serveRelease(machine: Machine): Promise<void> {
  const script = `import { appendFileSync, createReadStream } from 'node:fs'
    import { createServer } from 'node:http'
    createServer((request, response) => {
      appendFileSync('/run/release.log', request.url + '\\n')
      createReadStream('${rig.tarball(VERSION)}').pipe(response)
    }).listen(${PORT}, '127.0.0.1', () => console.log('up'))`
  await machine.sh('cat > /run/release.mjs', { user: 'root', input: script })
  const server = machine.spawn([machine.node('host'), '/run/release.mjs'], { user: 'root' })
  await new Promise((resolve) => server.stdout?.once('data', resolve))
}
