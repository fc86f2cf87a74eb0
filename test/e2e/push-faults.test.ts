import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { machineUsable } from '../rig/available.ts'
import { nixVersions, rig } from '../rig/cache.ts'
import { startBinaryCache } from '../rig/servers.ts'
import { type Issuer, newIssuer } from '../unit/push/identity.ts'
import { counts, layered, repository, Stage } from './push-stage.ts'

const usable = machineUsable()

/** A small S3 whose temporary credentials are to be had from its STS, by tokens of this issuer. */
async function startS3({ machine }: Stage, issuer: Issuer): Promise<{ store: string; env: Record<string, string> }> {
  const [account, sessions] = [{ key: 'AKID', secret: 'secret', region: 'eu-1', bucket: 'nix' }, [EXPIRED]]
  const role = { arn: 'arn:aws:iam::1:role/ci', issuerKey: issuer.publicKey, seconds: 3600 }
  await machine.run(['bash', '-c', 'cat > /srv/account'], { input: JSON.stringify({ ...account, sessions, role }) })
  await machine.run(['bash', '-c', 'cat > /srv/token'], { input: issuer.token(600) })
  const server = `${rig.node24} ${repository}/test/e2e/push-s3.ts /srv/s3-url < /srv/account > /srv/s3.log 2>&1`
  await machine.sh(
    `nohup ${server} & for turn in $(seq 100); do [ ! -s /srv/s3-url ] || exit 0; sleep 0.1; done; exit 1`,
  )
  const url = await machine.sh('cat /srv/s3-url')
  const env = {
    AWS_ROLE_ARN: role.arn,
    AWS_WEB_IDENTITY_TOKEN_FILE: '/srv/token',
    AWS_ENDPOINT_URL_STS: `${url}/sts`,
    AWS_EC2_METADATA_DISABLED: 'true',
  }
  return { store: `s3://nix?region=eu-1&endpoint=${url}`, env }
}

const EXPIRED = ['expired-token', { key: 'ASIAOLD', secret: 'old', expires: 1 }] as const

describe.skipIf(!usable)('a push with every Nix', () => {
  it.concurrent.each(nixVersions)('%s gets over what passes, and tells what does not', async (version) => {
    const stage = await Stage.open(version)
    try {
      const root = await stage.evaluate(layered(10, 5, 'every-fault'))
      const [cut, trouble, stalled, refusing] = await Promise.all(
        [0, 1, 2, 3].map(() => startBinaryCache(stage.machine)),
      )
      if (!cut || !trouble || !stalled || !refusing) throw new Error('no server')
      cut.setFaults([{ match: '^PUT .*nar/', skip: 3, times: 3, drop: 'mid', after: 10 }])
      trouble.setFaults([
        { match: '^PUT .*nar/', skip: 3, times: 3, status: 502 },
        { match: '^PUT .*narinfo', skip: 9, times: 1, status: 429, headers: { 'retry-after': '1' } },
        { match: '^GET .*narinfo', skip: 20, times: 2, status: 503 },
      ])
      stalled.setFaults([{ match: '^PUT .*nar/', skip: 2, times: 1, drop: 'hang' }])
      refusing.setFaults([{ match: '^PUT .*nar', skip: 20, status: 403 }])
      await stage.machine.sh('mkdir -p /srv/full && mount -t tmpfs -o size=200k tmpfs /srv/full')
      const { store, env } = await startS3(stage, newIssuer())
      const sound = [cut.url, trouble.url, stalled.url, store]
      const to = [...sound, refusing.url, 'file:///srv/full']
      const { reports } = await stage.push({ roots: [root], to }, env)
      for (const report of reports.slice(0, sound.length)) expect(report).toMatchObject({ status: 'ok', verified: 51 })
      expect(reports.slice(sound.length)).toMatchObject([
        { status: 'failed', reason: expect.stringMatching(/HTTP 403, these credentials may not/) },
        { status: 'failed', reason: expect.stringMatching(/the disk is full/) },
      ])
      const folders = [cut, trouble, stalled, refusing].map((cache) => cache.root)
      for (const folder of [...folders, '/srv/full']) expect(stage.faults(folder)).toEqual([])
      expect(stage.narinfos('/srv/full').length).toBeGreaterThan(3)

      refusing.setFaults([])
      await stage.machine.sh('mount -o remount,size=64m /srv/full')
      const again = await stage.push({ roots: [root], to }, env)
      for (const report of again.reports) expect(report).toMatchObject({ status: 'ok', verified: 51 })
      for (const report of again.reports.slice(0, sound.length)) expect(counts(report)).toEqual({ present: 51 })
      expect(await stage.machine.sh('find /srv/full -name "*.tmp"')).toBe('')
      for (const from of [cut.url, refusing.url, 'file:///srv/full']) await stage.consume(from, root)

      const [, old] = EXPIRED
      const late = { AWS_ACCESS_KEY_ID: old.key, AWS_SECRET_ACCESS_KEY: old.secret, AWS_SESSION_TOKEN: EXPIRED[0] }
      const { answer } = await stage.drive(
        { verb: 'preflight', to: [store] },
        { ...late, AWS_EC2_METADATA_DISABLED: 'true' },
      )
      expect(answer).toEqual([{ destination: store, text: expect.stringMatching(/the session token has expired/) }])
    } finally {
      await stage.machine.stop()
    }
  })

  it.concurrent.each([
    ['2.8.0', 6],
    ['2.26.3', 20],
    ['2.34.8', 6],
  ] as const)('%s is over with kill -9 at any of %i moments, and the next run completes it', async (version, turns) => {
    const stage = await Stage.open(version)
    try {
      const root = await stage.evaluate(layered(20, 10, 'killed'))
      const cache = await startBinaryCache(stage.machine)
      cache.setFaults([{ match: '.', delayMs: 40 }])
      const seen: number[] = []
      const job = stage.input({ roots: [root], to: [cache.url] })
      await stage.machine.run(['bash', '-c', 'cat > /srv/job'], { input: job })
      for (let turn = 0; turn < turns; turn += 1) {
        const there = stage.narinfos(cache.root).length
        const enough = there + Math.ceil(Math.random() * (201 - there))
        await stage.machine.sh(
          `${stage.command().join(' ')} < /srv/job > /dev/null 2>&1 & pid=$!
           while kill -0 $pid 2> /dev/null && [ $(ls ${cache.root} | grep -c narinfo) -lt ${enough} ]; do sleep 0.02; done
           kill -9 $pid; wait`,
          { env: { RUNNER_TEMP: '/tmp' } },
        )
        expect(stage.faults(cache.root)).toEqual([])
        seen.push(stage.narinfos(cache.root).length)
        // from the start again now and then, so that moments early in a push are hit too
        if ((seen.at(-1) ?? 0) > 190) await stage.machine.sh(`rm -r ${cache.root}/*`)
      }
      console.log(`${version}: narinfos at the destination after each kill -9: ${seen.join(' ')}`)
      expect(seen.some((count) => count > 0 && count < 201)).toBe(true)
      cache.setFaults([])
      const { reports } = await stage.push({ roots: [root], to: [cache.url] })
      expect(reports[0]).toMatchObject({ status: 'ok', verified: 201 })
      expect(stage.faults(cache.root)).toEqual([])
      await stage.consume(cache.url, root)
    } finally {
      await stage.machine.stop()
    }
  })
})

// What a destination does is the same for every Nix, since the gateway stands between: the rest with one of them.
describe.skipIf(!usable)('a push that goes wrong', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await Stage.open('2.26.3')
  })
  afterAll(() => stage?.machine.stop())

  it('is found before the build, one sentence for each destination, and nothing is left behind', async () => {
    const locked = await startBinaryCache(stage.machine, { auth: 'basic:user:right-password' })
    const readOnly = await startBinaryCache(stage.machine)
    readOnly.setFaults([{ match: '^PUT', status: 405 }])
    const forgetful = await startBinaryCache(stage.machine)
    forgetful.setFaults([{ match: '^PUT', status: 200, body: '<html>Welcome' }])
    const foreign = await startBinaryCache(stage.machine)
    await stage.machine.sh(`echo 'StoreDir: /gnu/store' > ${foreign.root}/nix-cache-info`)
    const page = await startBinaryCache(stage.machine)
    await stage.machine.sh(`echo '<html>Welcome to nginx' > ${page.root}/nix-cache-info`)
    const broken = await startBinaryCache(stage.machine)
    broken.setFaults([{ match: '.', status: 503 }])
    const good = await startBinaryCache(stage.machine)
    await stage.machine.sh('touch /srv/file')
    const table: readonly (readonly [string, RegExp | undefined])[] = [
      [locked.url.replace('//', '//user:wrong-password@'), /HTTP 401, it wants credentials, or those given are wrong/],
      [locked.url, /HTTP 401/],
      [readOnly.url, /HTTP 405, it does not allow that, so that it is no place/],
      [forgetful.url, /it takes what is written, says so, and does not have it/],
      [foreign.url, /a cache for the store \/gnu\/store, but this Nix uses \/nix\/store/],
      [page.url, /not a binary cache/],
      [broken.url, /HTTP 503, the server is in trouble/],
      ['http://127.0.0.1:1/c', /cannot be reached: connect ECONNREFUSED/],
      ['http://no-such-host.invalid/c', /cannot be reached: .*no-such-host/],
      ['file:///srv/file/cache', /a part of the path is not a folder|a file is in its place/],
      ['file:///proc/cache', /cannot be made there/],
      ['ssh-ng://no-such-host.invalid', /host name cannot be resolved/],
      [good.url, undefined],
      ['file:///srv/new/cache', undefined],
    ]
    const { answer, log, seconds } = await stage.drive({ verb: 'preflight', to: table.map(([url]) => url) })
    const found = answer as readonly { destination: string; text: string }[]
    const failing = table.flatMap(([, reason]) => (reason === undefined ? [] : [expect.stringMatching(reason)]))
    expect(found.map(({ text }) => text)).toEqual(failing)
    expect(seconds).toBeLessThan(30)
    expect(log + JSON.stringify(answer)).not.toContain('password')
    // the rig's server, as many, allows no DELETE: then one small object of a fixed name stays
    const left = await stage.machine.sh(`ls /srv ${good.root} ${readOnly.root}`)
    expect(left.match(/new|.*test/g)).toEqual(['nix-multiarch-write-test'])
  })

  it('fails fast where writing is refused, and other destinations get theirs', async () => {
    const root = await stage.evaluate(layered(10, 5, 'refused'))
    const cache = await startBinaryCache(stage.machine)
    cache.setFaults([{ match: '^PUT .*nar', skip: 20, status: 403 }])
    const { reports, seconds } = await stage.push({ roots: [root], to: [cache.url, 'file:///srv/beside'] })
    expect(reports[0]).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/HTTP 403, these credentials may not/),
    })
    expect(reports[1]).toMatchObject({ status: 'ok', verified: 51 })
    expect(seconds).toBeLessThan(30)
    expect(stage.faults(cache.root)).toEqual([])
    cache.setFaults([])
    const again = await stage.push({ roots: [root], to: [cache.url] })
    expect(again.reports[0]).toMatchObject({ status: 'ok', verified: 51 })
  })

  it('tells what came there before writing was refused', async () => {
    const root = await stage.evaluate(layered(5, 2, 'half'))
    const cache = await startBinaryCache(stage.machine)
    cache.setFaults([{ match: '^PUT .*narinfo', skip: 3, status: 403 }])
    const { reports } = await stage.push({ roots: [root], to: [cache.url] })
    const there = stage.narinfos(cache.root).map(({ path }) => path)
    expect(there).toHaveLength(3)
    expect(reports[0]).toMatchObject({ status: 'failed', verified: 3 })
    expect(counts(reports[0])).toEqual({ pushed: 3, failed: 8 })
    const pushed = reports[0]?.paths.filter(({ status }) => status === 'pushed') ?? []
    expect(pushed.map(({ path }) => path).sort()).toEqual(there.sort())
  })

  it('brings to each of two destinations just what it lacks', async () => {
    const [one, two] = [await stage.build('one'), await stage.build('two')]
    const cache = await startBinaryCache(stage.machine)
    await stage.push({ roots: [one], to: [`${cache.url}/a`] })
    await stage.push({ roots: [two], to: [`${cache.url}/b`] })
    const { reports } = await stage.push({
      roots: [one, two],
      to: [`${cache.url}/a`, `${cache.url}/b`, `${cache.url}/c`],
    })
    expect(reports.map(counts)).toEqual([{ present: 2, pushed: 2 }, { present: 2, pushed: 2 }, { pushed: 4 }])
    for (const name of ['a', 'b', 'c']) {
      expect(stage.faults(`${cache.root}/${name}`)).toEqual([])
      expect((await stage.machine.sh(`ls ${cache.root}/${name}/nar`)).trim().split('\n')).toHaveLength(4)
    }
  })

  it('names the one path that is too large, and what refers to it', async () => {
    const large = await stage.build('large', 300)
    const small = await stage.build('small')
    const cache = await startBinaryCache(stage.machine)
    // as nginx: the limit is told by status
    const name = 'PUT .*nar/'
    await stage.push({ roots: [small], to: [cache.url] })
    cache.setFaults([{ match: name, skip: 1, status: 413 }])
    const { reports } = await stage.push({ roots: [large], to: [cache.url] })
    expect(counts(reports[0])).toEqual({ failed: 1, pushed: 1 })
    expect(reports[0]?.paths.find(({ status }) => status === 'failed')).toMatchObject({
      reason: expect.stringMatching(/HTTP 413, the object is larger than the server takes/),
    })
    expect(stage.faults(cache.root)).toEqual([])
  })

  it('gives up a server that stays in trouble within a bounded time', async () => {
    const root = await stage.evaluate(layered(5, 2, 'trouble'))
    const cache = await startBinaryCache(stage.machine)
    cache.setFaults([{ match: '^PUT .*nar/', status: 502 }])
    const { reports, seconds } = await stage.push({ roots: [root], to: [cache.url] })
    expect(reports[0]).toMatchObject({ status: 'failed', reason: expect.stringMatching(/HTTP 502/) })
    expect(seconds).toBeLessThan(90)
  })

  it('shows no secret to other users of the machine', async () => {
    const root = await stage.evaluate(layered(10, 5, 'secret'))
    const cache = await startBinaryCache(stage.machine, { auth: 'basic:user:hidden-password' })
    const watch = `while [ ! -e /root/stop ]; do for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' < $f; echo; done; sleep 0.01; done > /root/seen 2> /dev/null`
    const watcher = stage.machine.spawn(['bash', '-c', watch])
    const { reports } = await stage.push({ roots: [root], to: [cache.url.replace('//', '//user:hidden-password@')] })
    await stage.machine.sh('touch /root/stop')
    await once(watcher, 'close')
    expect(reports[0]?.status).toBe('ok')
    const seen = await stage.machine.sh('cat /root/seen')
    expect(seen).toContain('copy --to')
    for (const secret of ['hidden-password', stage.secret.slice(-30)]) expect(seen).not.toContain(secret)
  })
})
