// The cache room on disposable machines: real Nix, the unmodified @actions/cache, and a service that is played.
import { execFileSync } from 'node:child_process'
import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ENTRIES, parseEntry, printEntry, splitEntries } from '../../src/cache/entry.ts'
import { openCacheKey, signedCacheKey } from '../../src/cache/signer.ts'
import type { SigningKey } from '../../src/inputs/inputs.ts'
import { toBase32 } from '../../src/nix/base32.ts'
import { parseSigningKey } from '../../src/nix/signing-key.ts'
import { machineUsable } from '../rig/available.ts'
import { type RigNixVersion, rigDir } from '../rig/cache.ts'
import { Machine, type MachineOptions } from '../rig/machine.ts'
import type { Answer, Job } from './cache-driver.ts'

/** A signing key as `nix key generate-secret` makes it. */
function signingKey(name: string): string {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const half = (key: KeyObject, format: 'pkcs8' | 'spki') =>
    key.export({ format: 'der', type: format as 'pkcs8' }).subarray(-32)
  return `${name}:${Buffer.concat([half(privateKey, 'pkcs8'), half(publicKey, 'spki')]).toString('base64')}`
}
const KEY = signingKey('test-1')
interface Fault {
  match: string
  times?: number
  status?: number
  drop?: string
  hang?: boolean
  truncate?: boolean
  corrupt?: boolean
}
type Played = Answer & { log: string }

describe.skipIf(!machineUsable())('the Actions cache', () => {
  let service: string
  let machine: Machine | undefined
  beforeEach(() => {
    service = mkdtempSync(join(tmpdir(), 'cache-service-'))
  })
  afterEach(async () => {
    await machine?.stop()
    rmSync(service, { recursive: true, force: true })
  })

  /** A fresh machine that sees the same service. */
  const start = async (options: MachineOptions = {}): Promise<Machine> => {
    await machine?.stop()
    const binds = [{ source: process.cwd() }, { source: service, target: '/srv/cache', readOnly: false }]
    const fresh = await Machine.start({ user: 'root', nix: '2.34.8', binds, ...options })
    machine = fresh
    mkdirSync(fresh.path('/run/service'))
    await fresh.sh('mkdir -p /var/tmp/runner && chmod 777 /var/tmp/runner', { user: 'root' }).catch(() => '')
    const argv = [fresh.node('host'), join(rigDir, 'cache-service.mjs'), '/srv/cache', '/run/service']
    fresh.spawn(argv, { user: 'root' })
    for (let waited = 0; !existsSync(fresh.path('/run/service/port')); waited += 20) {
      if (waited > 10_000) throw new Error('the cache service did not start')
      await sleep(20)
    }
    return fresh
  }
  const faults = (list: Fault[]): void =>
    writeFileSync(machine?.path('/run/service/faults.json') ?? '', JSON.stringify(list))
  const requests = (): string[] => {
    const file = machine?.path('/run/service/requests.jsonl') ?? ''
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []
    const read = lines.map((line) => JSON.parse(line) as { method: string; path: string })
    return read.map(({ method, path }) => `${method} ${path.split('/').at(-1)}`)
  }

  const play = async (job: Omit<Job, 'file'>, nix: string, env: Record<string, string> = {}): Promise<Played> => {
    if (machine === undefined) throw new Error('no machine')
    await machine.sh('cat > /var/tmp/job.nix', { input: nix, user: 'root' })
    const port = readFileSync(machine.path('/run/service/port'), 'utf8')
    const result = await machine.run([machine.node('node24'), join(process.cwd(), 'test/e2e/cache-driver.ts')], {
      input: JSON.stringify({ file: '/var/tmp/job.nix', ...job }),
      timeout: 300_000,
      cwd: '/var/tmp',
      env: {
        RUNNER_TEMP: '/var/tmp/runner',
        GITHUB_WORKSPACE: '/var/tmp',
        GITHUB_REF: 'refs/heads/main',
        GITHUB_RUN_ID: '1',
        RUNNER_ENVIRONMENT: 'github-hosted',
        ACTIONS_CACHE_SERVICE_V2: 'true',
        ACTIONS_RESULTS_URL: `http://127.0.0.1:${port}/`,
        ACTIONS_RUNTIME_TOKEN: 'runtime-token',
        RUNNER_DEBUG: '1',
        ...env,
      },
    })
    const last = result.stdout.split('\n').findLast((line) => line.startsWith('ANSWER '))
    if (last === undefined) throw new Error(`no answer: ${result.stdout}${result.stderr}`)
    const answer = JSON.parse(last.slice(7)) as Answer
    if (answer.thrown !== undefined) throw new Error(`${answer.thrown}\n${result.stdout}${result.stderr}`)
    return { ...answer, log: result.stdout }
  }

  /** Changes what the service has saved last. */
  const tamper = (change: (folder: string) => void): void => {
    const list = join(service, 'entries.json')
    const entries = JSON.parse(readFileSync(list, 'utf8')) as { id: number; size: number; final: boolean }[]
    const last = entries.findLast(({ final }) => final)
    if (last === undefined) throw new Error('nothing is saved')
    const blob = join(service, `${last.id}.blob`)
    const folder = mkdtempSync(join(tmpdir(), 'tampered-'))
    execFileSync('tar', ['-xf', blob, '--use-compress-program', 'unzstd', '-C', folder])
    withFiles(join(folder, 'nix-multiarch-cache'), change)
    const members = existsSync(join(folder, 'members'))
      ? readFileSync(join(folder, 'members'), 'utf8').split('\n')
      : ['nix-multiarch-cache']
    execFileSync('tar', ['-cf', blob, '-P', '--use-compress-program', 'zstdmt', '-C', folder, ...members])
    last.size = readFileSync(blob).length
    writeFileSync(list, JSON.stringify(entries))
    rmSync(folder, { recursive: true })
  }
  const saves = (): number => requests().filter((line) => line.endsWith('CreateCacheEntry')).length
  const saveChain = async (job: Omit<Job, 'file'> = { key: KEY }): Promise<void> => {
    await start()
    expect((await play(job, chain())).saved?.reason).toMatch(/^saved 3 paths \(3 new/)
  }

  it.each(['2.34.8', '2.26.3', '2.8.0'] as RigNixVersion[])(
    'is saved, and a fresh machine builds nothing (Nix %s)',
    async (nix) => {
      await start({ nix })
      const first = await play({ key: KEY }, chain())
      expect(first.saved?.reason).toMatch(/^saved 3 paths/)
      expect(first).toMatchObject({ built: ['a', 'b', 'c'], restored: { hit: 'none' } })
      await start({ nix })
      const second = await play({ key: KEY }, chain())
      expect(second).toMatchObject({ built: [], buildExit: 0, restored: { hit: 'exact' }, unverified: [] })
      expect(second.filled).toHaveLength(3)
      expect(second.restored).not.toHaveProperty('problem')
      expect(second.saved).toEqual({ saved: false, reason: 'nothing new was built, nothing is saved' })
      expect(saves()).toBe(0)
    },
  )

  it('serves a daemon, and a run without a key', async () => {
    const options = { user: 'runner', nixFlavour: 'daemon', nixConf: 'trusted-users = root runner' } as const
    for (const built of [['a', 'b', 'c'], []]) {
      await start(options)
      const played = await play({ mode: 'daemon' }, chain())
      expect(played).toMatchObject({ built, buildExit: 0 })
      expect(played.filled).toHaveLength(3 - built.length)
    }
  })

  it('what is put into the store ahead is checked by Nix, and is not more than the last run needed', async () => {
    const other = chain('other').replaceAll(/"([abc])"/g, '"other-$1"')
    await saveChain({})
    await sleep(1100) // uses are told in seconds
    await start()
    expect((await play({}, other)).saved?.reason).toMatch(/^saved 6 paths/)
    await start()
    const whole = await play({}, other)
    expect(whole.filled?.map((path) => path.slice(44)).sort()).toEqual(['other-a', 'other-b', 'other-c'])
    tamper((folder) => {
      const narinfo = join(folder, narinfoOf(folder, 'other-b'))
      const wrong = `NarHash: sha256:${toBase32(createHash('sha256').update('other').digest())}`
      writeFileSync(narinfo, readFileSync(narinfo, 'utf8').replace(/NarHash: .*/, wrong))
    })
    await start()
    const second = await play({}, other)
    expect(second.filled).toEqual([])
    expect(await machine?.sh('ls -d /nix/store/*-other-c 2>/dev/null || true')).toBe('')
  })

  it('drops a corrupt NAR with what needs it, and heals', async () => {
    await saveChain()
    tamper((folder) => {
      const nar = join(folder, 'nar', narOf(folder, 'b'))
      const content = readFileSync(nar)
      content[content.length >> 1] = (content[content.length >> 1] ?? 0) ^ 255
      writeFileSync(nar, content)
    })
    await start()
    const second = await play({ key: KEY }, chain())
    expect(second).toMatchObject({
      built: ['b', 'c'],
      buildExit: 0,
      restored: { hit: 'exact' },
      saved: { saved: true },
    })
    expect(second.restored?.problem).toMatch(
      /^2 files of the cache left out .*: (the content of its NAR is wrong|it needs .*)/,
    )
    await start()
    expect(await play({ key: KEY }, chain())).toMatchObject({ built: [], restored: { hit: 'exact' } })
  })

  it.each([
    ['a narinfo', (folder: string) => rmSync(join(folder, narinfoOf(folder, 'a'))), ['a', 'b', 'c']],
    ['a NAR', (folder: string) => rmSync(join(folder, 'nar', narOf(folder, 'c'))), ['c']],
    ['a narinfo that nothing refers to', (folder: string) => rmSync(join(folder, narinfoOf(folder, 'c'))), ['c']],
    [
      'all of it',
      (folder: string) => readdirSync(folder).map((name) => rmSync(join(folder, name), { recursive: true })),
      ['a', 'b', 'c'],
    ],
    ['half of a NAR', (folder: string) => truncateSync(join(folder, 'nar', narOf(folder, 'c')), 50), ['c']],
    ['half of a narinfo', (folder: string) => truncateSync(join(folder, narinfoOf(folder, 'c')), 150), ['c']],
    ['the ledger', (folder: string) => rmSync(join(folder, 'nix-multiarch.json')), []],
  ] as const)('goes on where %s is missing', async (_, change, built) => {
    await saveChain()
    tamper(change)
    await start()
    expect(await play({ key: KEY }, chain())).toMatchObject({ built, buildExit: 0, saved: { saved: built.length > 0 } })
  })

  it('goes on where its files may not be read', async () => {
    await start({ user: 'runner' })
    await play({ key: KEY }, chain())
    tamper((folder) => chmodSync(join(folder, 'nar'), 0))
    await start({ user: 'runner' })
    expect(await play({ key: KEY }, chain())).toMatchObject({
      built: ['a', 'b', 'c'],
      restored: { problem: expect.stringContaining('permission denied') },
      saved: { saved: true },
    })
  })

  it.each([
    ['is cut', { truncate: true }],
    ['is corrupt', { corrupt: true }],
    ['is gone', { status: 404, body: '<html>Not Found</html>' }],
  ])('goes on where the archive %s, and saves under another key', async (_, fault) => {
    await saveChain()
    await start()
    faults([{ match: '^GET /actions-cache', ...fault }])
    const second = await play({ key: KEY }, chain())
    expect(second).toMatchObject({ built: ['a', 'b', 'c'], buildExit: 0, restored: { hit: 'none' } })
    expect(second.restored?.problem).toBeTruthy()
    expect(second.saved?.reason).toMatch(/^saved 3 paths/)
    await start()
    expect(await play({ key: KEY }, chain())).toMatchObject({ built: [], restored: { hit: 'exact' } })
  })

  it.each([
    ['signed by nobody', (folder: string) => poison(folder, 'c', undefined)],
    ['signed by another', (folder: string) => poison(folder, 'c', signedCacheKey(parsed(signingKey('test-1'))))],
    ['by the key for runs without key', (folder: string) => poison(folder, 'c', openCacheKey())],
    ['under the signature of the right content', (folder: string) => poison(folder, 'c', 'keep')],
    ['of another file', (folder: string) => swapNars(folder)],
  ])('never takes poison %s', async (_, change) => {
    await saveChain()
    tamper(change)
    await start()
    const second = await play({ key: KEY }, chain())
    expect(second.built).toContain('c')
    expect(second).toMatchObject({ buildExit: 0, unverified: [] })
    expect(await machine?.sh('cat /nix/store/*-c')).not.toContain('poison')
  })

  it('does not let an archive write outside of its folder', async () => {
    await saveChain()
    tamper((folder) => {
      const outside = join(folder, '..')
      mkdirSync(join(outside, 'evil'))
      writeFileSync(join(outside, 'evil/planted'), 'x')
      symlinkSync('/etc', join(folder, 'link'))
      writeFileSync('/tmp/planted-absolute', 'x')
      writeFileSync(
        join(outside, 'members'),
        'nix-multiarch-cache\nevil/../evil/planted\n/tmp/planted-absolute'.replace(
          'evil/../evil/planted',
          'nix-multiarch-cache/../evil/planted',
        ),
      )
    })
    rmSync('/tmp/planted-absolute')
    await start()
    const second = await play({ key: KEY }, chain())
    expect(second).toMatchObject({ buildExit: 0 })
    expect(second.restored?.problem).toBeTruthy()
    expect(await machine?.sh('find / -xdev -name "planted*" 2>/dev/null; find /tmp -name "planted*"')).toBe('')
  })

  it('keeps what came from a run without key out of a run that pushes', async () => {
    await saveChain({})
    tamper((folder) => poison(folder, 'b', undefined))
    await start()
    // a first step without key takes it, the poison is in the store
    const first = await play({}, chain())
    expect(first).toMatchObject({ buildExit: 0, built: [], restored: { hit: 'exact' } })
    expect(first.unverified).toHaveLength(3)
    expect(await machine?.sh('cat /nix/store/*-b')).toContain('poison')
    // a second step of the job pushes: with what was built of the poison
    const second = await play({ key: KEY, pushTo: ['file:///out'] }, chain().replace('mk "c"', 'mk "d"'))
    expect(second.built).toEqual(['d'])
    expect(second.unverified).toHaveLength(2)
    expect(second.saved?.reason).toMatch(/came from a cache for which nobody vouches/)
  })

  it('is not used where nobody vouches for it and the run pushes, or the store is kept', async () => {
    await saveChain({})
    await start()
    const pushing = await play({ pushTo: ['file:///out'] }, chain())
    expect(pushing).toMatchObject({
      built: ['a', 'b', 'c'],
      restored: { hit: 'none', use: { read: false, write: false } },
    })
    expect(requests()).toEqual([])
    await start()
    expect(await play({ kept: true }, chain())).toMatchObject({
      built: ['a', 'b', 'c'],
      restored: { hit: 'none', settings: {} },
    })
    expect(saves()).toBe(0)
  })

  it.each([
    ['refuses connections', [{ match: 'twirp', drop: 'now' }]],
    [
      'denies',
      [{ match: 'twirp', status: 403, body: '{"code":"permission_denied","msg":"cache write denied: read-only"}' }],
    ],
    ['is busy', [{ match: 'twirp', status: 429 }]],
    ['fails to take the archive', [{ match: '^PUT', status: 403 }]],
  ])('goes on where the service %s', async (_, list) => {
    await start()
    faults(list)
    const played = await play({ key: KEY }, chain())
    expect(played).toMatchObject({ built: ['a', 'b', 'c'], buildExit: 0, saved: { saved: false } })
    expect(played.saved?.reason).toMatch(/^not saved: ./)
  })

  it('outlasts a service that fails twice', async () => {
    await saveChain()
    await start()
    faults([{ match: 'GetCacheEntry', status: 503, times: 2 }])
    expect(await play({ key: KEY }, chain())).toMatchObject({ built: [], restored: { hit: 'exact' } })
  })

  it.each([
    ['always fails', { status: 500 }, /the service has failed for 20 s: .*\(500\)/],
    ['never answers', { hang: true }, /the service did not answer within 20 s/],
  ])('gives up on a service that %s, within half a minute a turn', async (_, fault, reason) => {
    await start()
    faults([{ match: 'twirp', ...fault }])
    const played = await play({ key: KEY }, chain())
    expect(played).toMatchObject({ built: ['a', 'b', 'c'], buildExit: 0, saved: { saved: false } })
    expect([played.restored?.problem, played.saved?.reason]).toEqual(Array(2).fill(expect.stringMatching(reason)))
    for (const turn of ['restore', 'save']) expect(played.seconds?.[turn]).toBeLessThan(30)
  })

  it('gives up a download that stands still', async () => {
    await saveChain()
    await start()
    faults([{ match: '/actions-cache/', hang: true }])
    const played = await play({ key: KEY }, chain())
    expect(played).toMatchObject({ built: ['a', 'b', 'c'], buildExit: 0 })
    expect(played.restored?.problem).toBe('nothing is restored: the download stood still for 60 s')
  })

  it.each([
    ['the input says so', { cache: 'read-only' }, {}],
    ['the runner says so', {}, { ACTIONS_CACHE_MODE: 'read' }],
    ['a comment started it', {}, { GITHUB_EVENT_NAME: 'issue_comment' }],
    ['it is a dry run', { dryRun: true }, {}],
  ] as const)('only reads where %s', async (_, job, env) => {
    await saveChain()
    await start()
    const played = await play({ key: KEY, ...job }, chain().replace('mk "c"', 'mk "d"'), env)
    expect(played).toMatchObject({ built: ['d'], restored: { hit: 'exact' }, saved: { saved: false } })
    expect(saves()).toBe(0)
  })

  it('lets a fork read what the base branch has saved with a key, and save nothing', async () => {
    await saveChain()
    await start()
    const event = {
      repository: { full_name: 'owner/repo', default_branch: 'main' },
      pull_request: { head: { repo: { full_name: 'fork/repo' } } },
    }
    await machine?.sh('cat > /var/tmp/event.json', { input: JSON.stringify(event) })
    const played = await play({}, chain().replace('mk "c"', 'mk "d"'), {
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_EVENT_PATH: '/var/tmp/event.json',
      GITHUB_REF: 'refs/pull/7/merge',
      GITHUB_BASE_REF: 'main',
    })
    expect(played).toMatchObject({ built: ['d'], restored: { hit: 'partial', use: { trust: 'open' } } })
    expect(played.saved).toEqual({ saved: false, reason: expect.stringContaining('a fork only reads') })
    expect(saves()).toBe(0)
  })

  const bundled = join(process.cwd(), 'dist/cache/index.js')
  it.skipIf(!existsSync(bundled))('works with the client as it is shipped', async () => {
    for (const built of [['a', 'b', 'c'], []]) {
      await start()
      expect(await play({ key: KEY, program: bundled }, chain())).toMatchObject({ built, buildExit: 0 })
    }
  })

  it('is off without a service', async () => {
    await start()
    const env = { ACTIONS_RESULTS_URL: '' }
    expect(await play({ key: KEY }, chain(), env)).toMatchObject({ built: ['a', 'b', 'c'], saved: { saved: false } })
    expect((await play({ cache: 'true' }, chain(), env)).log).toContain('::warning::The Actions cache is not used')
  })

  it('saves what was built before a failure', async () => {
    const failing = chain().replace(
      'mk "c" [ b ]',
      '[ (mk "c" [ b ]) (derivation { name = "bad"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "exit 1" ]; }) ]',
    )
    await start()
    expect(await play({ key: KEY }, failing)).toMatchObject({ buildExit: 100, saved: { saved: true } })
    await start()
    expect((await play({ key: KEY }, failing)).built).toEqual(['bad'])
  })

  it('adds what is new, and leaves out what was longest unused', async () => {
    await saveChain()
    await start()
    const other = `[ (${chain()}) (${chain('other').replaceAll(/"([abc])"/g, '"other-$1"')}) ]`
    expect((await play({ key: KEY }, other)).saved?.reason).toMatch(/^saved 6 paths \(3 new/)
    await start()
    // only the new ones are needed now, and there is room for four
    const third = await play({ key: KEY, limitBytes: 2500 }, chain('third'))
    expect(third.saved?.reason).toMatch(/^saved \d paths \(3 new, \d paths left out for size/)
    await start()
    const fourth = await play({ key: KEY }, chain('third'))
    expect(fourth.built).toEqual([])
    expect(fourth.restored?.entries.length).toBeLessThan(9)
  })

  it('leaves out what a substituter serves', async () => {
    const upstream = signingKey('upstream-1')
    writeFileSync(join(service, 'upstream.key'), upstream)
    mkdirSync(join(service, 'upstream'))
    const nixConf = `substituters = file:///srv/cache/upstream\ntrusted-public-keys = ${parsed(upstream).publicKey}\n`
    await start()
    await machine?.sh(
      `cat > /a.nix; nix --extra-experimental-features nix-command copy --to 'file:///srv/cache/upstream?secret-key=/srv/cache/upstream.key' $(nix-build --no-out-link /a.nix)`,
      { input: chain().replace(/in mk .*/, 'in a') },
    )
    await start({ nixConf })
    const first = await play({ key: KEY }, chain())
    expect(first.built).toEqual(['b', 'c'])
    expect(first.saved?.reason).toMatch(/^saved 2 paths \(2 new/)
    await start({ nixConf })
    expect(await play({ key: KEY }, chain())).toMatchObject({ built: [], buildExit: 0, saved: { saved: false } })
    // the substituter is gone: nothing of it can be had, and the build goes on
    await start()
    const alone = await play({ key: KEY }, chain())
    expect(alone).toMatchObject({ buildExit: 0 })
    expect(alone.built).toContain('a')
  })

  it('keeps jobs of a matrix apart, and a key that is taken fails nothing', async () => {
    await start()
    expect((await play({ key: KEY, targets: ['x86_64-linux'] }, chain())).saved?.saved).toBe(true)
    await start()
    const other = await play({ key: KEY, targets: ['aarch64-linux'] }, chain())
    expect(other).toMatchObject({ restored: { hit: 'none' }, saved: { saved: true } })
    await start()
    faults([{ match: 'GetCacheEntry', status: 404 }])
    const late = await play({ key: KEY, targets: ['aarch64-linux'] }, chain())
    expect(late).toMatchObject({ buildExit: 0, saved: { saved: false } })
    expect(late.saved?.reason).toMatch(/another job may be creating this cache/)
  })
})

/** Three derivations, each built with the one before it and referring to it. */
function chain(seed = ''): string {
  return `let mk = name: deps: derivation {
    inherit name; system = "x86_64-linux"; builder = "/bin/sh"; seed = "${seed}";
    args = [ "-c" "i=0; while [ $i -lt 400 ]; do echo $i \${toString deps} ${seed}; i=$((i + 1)); done > $out" ];
  }; a = mk "a" []; b = mk "b" [ a ]; in mk "c" [ b ]\n`
}

/** Lets a change see each narinfo of an archive as the file that it is in a binary cache. */
function withFiles(folder: string, change: (folder: string) => void): void {
  const archived = join(folder, ENTRIES)
  for (const [name, text] of splitEntries(readFileSync(archived, 'utf8'))) writeFileSync(join(folder, name), text)
  rmSync(archived)
  change(folder)
  const texts = narinfos(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
  for (const name of narinfos(folder)) rmSync(join(folder, name))
  writeFileSync(archived, texts.join(''))
}

const narinfos = (folder: string): string[] => readdirSync(folder).filter((name) => name.endsWith('.narinfo'))
const narinfoOf = (folder: string, name: string): string =>
  narinfos(folder).find((file) => readFileSync(join(folder, file), 'utf8').split('\n')[0]?.endsWith(`-${name}`)) ?? ''
const narOf = (folder: string, name: string): string =>
  /^URL: nar\/(.*)$/m.exec(readFileSync(join(folder, narinfoOf(folder, name)), 'utf8'))?.[1] ?? ''

function parsed(key: string): SigningKey {
  const result = parseSigningKey(key)
  if ('problem' in result) throw new Error(result.problem)
  return result
}

/** Puts another content under a path, all sizes and hashes right. @param key signs it; `keep`: with the signatures there are */
function poison(folder: string, name: string, key: SigningKey | 'keep' | undefined): void {
  const file = narinfoOf(folder, name)
  const old = readFileSync(join(folder, file), 'utf8')
  const text = (value: string): Buffer => {
    const content = Buffer.from(value)
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(content.length))
    return Buffer.concat([length, content, Buffer.alloc((8 - (content.length % 8)) % 8)])
  }
  const nar = Buffer.concat(['nix-archive-1', '(', 'type', 'regular', 'contents', 'poison\n', ')'].map(text))
  const packed = execFileSync('zstd', ['-c'], { input: nar })
  const hash = (content: Buffer): string => toBase32(createHash('sha256').update(content).digest())
  writeFileSync(join(folder, 'nar', `${hash(packed)}.nar.zst`), packed)
  const { text: _, ...before } = parseEntry(file, old, '/nix/store')
  const entry = {
    ...before,
    narHash: `sha256:${hash(nar)}`,
    narSize: nar.length,
    fileHash: hash(packed),
    fileSize: packed.length,
  }
  const signatures = old
    .split('\n')
    .filter((line) => /^(Sig|Vouched):/.test(line))
    .join('\n')
  const unsigned = printEntry(entry, openCacheKey())
    .split('\n')
    .filter((line) => !/^(Sig|Vouched):/.test(line))
    .join('\n')
  writeFileSync(
    join(folder, file),
    key === undefined ? unsigned : key === 'keep' ? `${unsigned}${signatures}\n` : printEntry(entry, key),
  )
}

/** Lets the narinfo of c name the NAR of b: Nix's own signature does not cover that. */
function swapNars(folder: string): void {
  const [b, c] = ['b', 'c'].map((name) => join(folder, narinfoOf(folder, name)))
  const lines = (file = '') =>
    new Map(
      readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split(/: ?(.*)/) as [string, string]),
    )
  const swapped = lines(c)
  for (const key of ['URL', 'FileHash', 'FileSize']) swapped.set(key, lines(b).get(key) ?? '')
  writeFileSync(c ?? '', [...swapped].map(([key, value]) => `${key}: ${value}\n`).join(''))
}
