import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isSignedBy } from '../../src/push/paths/narinfo.ts'
import { machineUsable } from '../rig/available.ts'
import { nixVersions } from '../rig/cache.ts'
import { startBinaryCache, startSshServer } from '../rig/servers.ts'
import { counts, FLAGS, layered, Stage } from './push-stage.ts'

describe.skipIf(!machineUsable()).each(nixVersions)('pushing with Nix %s', (version) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await Stage.open(version)
  })
  afterAll(() => stage?.machine.stop())

  it('reaches a folder, a server with a password and stores behind SSH, and a consumer has it from each', async () => {
    const root = await stage.build('hello', 64)
    const cache = await startBinaryCache(stage.machine, { auth: 'basic:user:pass:word/1' })
    const ssh = await startSshServer(stage.machine)
    const login = cache.url.replace('//', '//user:pass%3Aword%2F1@')
    const remote = encodeURIComponent('file:///srv/by-ssh?compression=zstd')
    const to = [
      'file:///srv/folder?compression=xz',
      `${login}/sub/cache`,
      `ssh-ng://${ssh.authority}?remote-store=${remote}`,
      `ssh://${ssh.authority}?remote-store=/srv/store`,
    ]
    const env = { NIX_SSHOPTS: ssh.options }
    const temporary = await stage.machine.sh('ls /tmp')
    const before = await stage.drive({ verb: 'preflight', to }, env)
    expect(before.answer).toEqual([])
    const { reports, log } = await stage.push({ roots: [root], to }, env)
    expect(reports.map(({ status, reason }) => [status, reason])).toEqual(to.map(() => ['ok', undefined]))
    for (const report of reports) {
      expect(counts(report)).toEqual({ pushed: 2 })
      expect(report.verified).toBe(2)
      expect(report.consumerLines[1]).toBe(`extra-trusted-public-keys = ${stage.publicKey}`)
    }
    await stage.consume('file:///srv/folder', root)
    await stage.consume('file:///srv/by-ssh', root)
    await stage.machine.sh(`printf 'machine 127.0.0.1 login user password pass:word/1' > /root/netrc`)
    await stage.consume(`${cache.url}/sub/cache`, root, '--option netrc-file /root/netrc')
    expect(stage.narinfos('/srv/folder').map(({ compression }) => compression)).toEqual(['xz', 'xz'])
    for (const secret of ['pass:word', 'pass%3A', stage.secret.split(':')[1] ?? '']) expect(log).not.toContain(secret)
    expect(await stage.machine.sh('ls /tmp')).toBe(temporary)

    const again = await stage.push({ roots: [root], to: to.slice(0, 2) })
    for (const report of again.reports) expect(counts(report)).toEqual({ present: 2 })
  })

  it('signs what a store behind ssh-ng:// had without our signature', async () => {
    const root = await stage.build('unsigned', 4)
    const ssh = await startSshServer(stage.machine)
    const env = { NIX_SSHOPTS: ssh.options }
    // a store of its own, and a binary cache that Nix serves by SSH
    for (const remote of ['/srv/unsigned-store', 'file:///srv/unsigned-cache?compression=zstd']) {
      const to = `ssh-ng://${ssh.authority}?remote-store=${encodeURIComponent(remote)}`
      await stage.machine.sh(`nix ${FLAGS} copy --no-check-sigs --to '${remote}' ${root}`)
      const { reports } = await stage.push({ roots: [root], to: [to] }, env)
      expect(reports[0]).toMatchObject({ status: 'ok', verified: 2 })
      const info = await stage.machine.sh(`nix ${FLAGS} path-info --sigs -r --store '${remote}' ${root}`)
      expect(
        info
          .trim()
          .split('\n')
          .filter((line) => line.includes('stage-1:')),
      ).toHaveLength(2)
      const again = await stage.push({ roots: [root], to: [to] }, env)
      expect(counts(again.reports[0])).toEqual({ present: 2 })
    }
  })

  it('brings a closure of 200 paths through bad weather', async () => {
    const root = await stage.evaluate(layered(20, 10, 'weather'))
    const cache = await startBinaryCache(stage.machine)
    cache.setFaults([
      { match: '^PUT .*nar/', skip: 3, times: 2, status: 502 },
      { match: '^PUT .*narinfo', skip: 20, times: 1, status: 429, headers: { 'retry-after': '1' } },
      { match: '^PUT .*nar/', skip: 30, times: 2, drop: 'mid', after: 10 },
      { match: '^GET .*narinfo', skip: 50, times: 2, status: 503 },
      { match: '^PUT .*narinfo', skip: 100, times: 1, drop: 'now' },
    ])
    const { reports } = await stage.push({ roots: [root], to: [cache.url] })
    expect(reports[0]).toMatchObject({ status: 'ok', verified: 201 })
    expect(stage.faults(cache.root)).toEqual([])
    await stage.consume(cache.url, root)
  })

  it('believes the destination, not what it was once', async () => {
    const root = await stage.build('wiped')
    const cache = await startBinaryCache(stage.machine)
    const push = async () => counts((await stage.push({ roots: [root], to: [cache.url] })).reports[0])
    expect(await push()).toEqual({ pushed: 2 })
    await stage.machine.sh(`rm -r ${cache.root}/*`)
    expect(await push()).toEqual({ pushed: 2 })
    await stage.machine.sh(`rm ${cache.root}/nar/*`)
    expect(await push()).toEqual({ pushed: 2 })
    await stage.machine.sh(`for nar in ${cache.root}/nar/*; do echo >> $nar; done`)
    expect(await push()).toEqual({ pushed: 2 })
    await stage.consume(cache.url, root)
  })

  it('adds its signature to what is there without it, of which a push without a key tells', async () => {
    const root = await stage.build('by-nobody')
    const unsigned = /::notice.*2 paths at file:\/\/\/srv\/unsigned have no signature/
    expect((await stage.push({ roots: [root], to: ['file:///srv/unsigned'], key: undefined })).log).toMatch(unsigned)
    const { reports, log } = await stage.push({ roots: [root], to: ['file:///srv/unsigned'] })
    expect(reports[0]).toMatchObject({ status: 'ok', verified: 2 })
    expect(log).not.toMatch(unsigned)
    await stage.consume('file:///srv/unsigned', root)
  })

  it('pushes nothing that is rotten', async () => {
    const root = await stage.build('rotten')
    const sound = await stage.build('sound')
    const [below = ''] = (await stage.machine.sh(`nix-store -q --references ${root}`)).trim().split('\n')
    await stage.machine.sh(`chmod u+w ${below}; echo tampered > ${below}`)
    const { reports } = await stage.push({ roots: [root, sound], to: ['file:///srv/rot'] })
    expect(reports[0]?.status).toBe('failed')
    expect(counts(reports[0])).toEqual({ failed: 2, pushed: 2 })
    const paths = stage.narinfos('/srv/rot').map(({ path }) => path)
    expect(paths).toHaveLength(2)
    expect(paths).toContain(sound)
    expect(reports[0]?.paths.find(({ path }) => path === below)?.reason).toMatch(/damaged/)
  })

  it('counts what a store behind SSH had before, and what came', async () => {
    const root = await stage.build('counted', 64)
    const [below = ''] = (await stage.machine.sh(`nix-store -q --references ${root}`)).trim().split('\n')
    const ssh = await startSshServer(stage.machine)
    const to = [
      `ssh-ng://${ssh.authority}?remote-store=${encodeURIComponent('file:///srv/counted?compression=zstd')}`,
      `ssh://${ssh.authority}?remote-store=/srv/counted-store`,
    ]
    const env = { NIX_SSHOPTS: ssh.options }
    const push = async (path: string) => (await stage.push({ roots: [path], to }, env)).reports
    expect((await push(below)).map(counts)).toEqual([{ pushed: 1 }, { pushed: 1 }])
    const reports = await push(root)
    expect(reports.map(counts)).toEqual([
      { present: 1, pushed: 1 },
      { present: 1, pushed: 1 },
    ])
    const narSize = Number(await stage.machine.sh(`nix-store -q --size ${root}`))
    const sizes = reports.map(({ paths }) => paths.find(({ path }) => path === root)?.bytes)
    expect(sizes).toEqual([narSize, narSize])
    for (const { paths } of reports)
      for (const { signatures } of paths) expect(signatures).toEqual([expect.stringMatching(/^stage-1:/)])
    expect((await push(root)).map(counts)).toEqual([{ present: 2 }, { present: 2 }])
  })

  it('does not take the cache of the job for an upstream', async () => {
    const [kept, served] = [await stage.build('kept'), await stage.build('served')]
    await stage.push({ roots: [kept], to: ['file:///tmp/nix-multiarch-x/cache'] })
    await stage.push({ roots: [served], to: ['file:///srv/lasting'] })
    const env = { NIX_CONFIG: 'substituters = file:///tmp/nix-multiarch-x/cache file:///srv/lasting' }
    const wish = { roots: [kept, served], to: ['file:///srv/beside'], skipUpstream: 'substituters' } as const
    const { reports } = await stage.push(wish, env)
    expect(counts(reports[0])).toEqual({ pushed: 2, upstream: 2 })
    expect(stage.narinfos('/srv/beside').map(({ path }) => path)).toContain(kept)
    await stage.machine.sh('rm -r /tmp/nix-multiarch-x')
  })

  it('leaves out what another cache serves', async () => {
    const [mine, theirs] = [await stage.build('mine'), await stage.build('theirs')]
    const upstream = await startBinaryCache(stage.machine)
    await stage.push({ roots: [theirs], to: [upstream.url] })
    const top = await stage.evaluate(
      `builtins.toFile "both" "\${builtins.storePath ${mine}} \${builtins.storePath ${theirs}}"`,
    )
    const { reports } = await stage.push({ roots: [top], to: ['file:///srv/filtered'], skipUpstream: [upstream.url] })
    expect(reports[0]).toMatchObject({ status: 'ok', verified: 3 })
    expect(counts(reports[0])).toEqual({ pushed: 3, upstream: 2 })
    expect(stage.narinfos('/srv/filtered').map(({ path }) => path)).not.toContain(theirs)
  })

  it('brings paths while others are still built', async () => {
    const roots = [await stage.build('early'), await stage.build('later'), await stage.build('latest')]
    const { answer, log } = await stage.drive({ verb: 'live', roots, to: ['file:///srv/live'] })
    expect(answer).toBe('finished')
    expect(stage.faults('/srv/live')).toEqual([])
    expect(stage.narinfos('/srv/live')).toHaveLength(6)
    expect(log.match(/Pushed while building: \d+ paths/g)?.length).toBeGreaterThanOrEqual(2)
    expect(counts((await stage.push({ roots, to: ['file:///srv/live'] })).reports[0])).toEqual({ present: 6 })
  })
})

describe.skipIf(!machineUsable()).each(nixVersions)(
  'pushing as a user whom the daemon of Nix %s does not trust',
  (version) => {
    let stage: Stage
    beforeAll(async () => {
      stage = await Stage.open(version, { user: 'runner', nixFlavour: 'daemon', network: 'loopback' })
    })
    afterAll(() => stage?.machine.stop())

    it('works, without the Internet too', async () => {
      const root = await stage.build('by-daemon', 64)
      const cache = await startBinaryCache(stage.machine, { auth: 'bearer:some-token' })
      const to = ['file:///home/runner/cache', cache.url.replace('//', '//bearer:some-token@')]
      expect((await stage.drive({ verb: 'preflight', to })).answer).toEqual([])
      const { reports } = await stage.push({ roots: [root], to })
      for (const report of reports) expect(report).toMatchObject({ status: 'ok', verified: 2 })
      const infos = stage.narinfos('/home/runner/cache')
      expect(infos).toHaveLength(2)
      for (const info of infos) expect(isSignedBy(info, stage.publicKey)).toBe(true)
    })
  },
)
