// Large paths with which zstd has little work: this action packs them itself and sends them while it does.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isSignedBy } from '../../src/push/paths/narinfo.ts'
import { machineUsable } from '../rig/available.ts'
import { nixVersions, rig } from '../rig/cache.ts'
import { startBinaryCache } from '../rig/servers.ts'
import { prepareServers, startNginx } from './push-servers.ts'
import { counts, faultsOf, narinfosOf, repository, Stage } from './push-stage.ts'
import { signingKey, withJob } from './support.ts'

/** A tree with all that a NAR can have, and a reference: built, so that a consumer needs its signature. */
async function oddTree(stage: Stage, name: string): Promise<string> {
  const script = [
    'PATH=/usr/bin:/bin; mkdir -p $out/d/empty; cd $out; head -c 40000000 /dev/urandom > noise; head -c 13 noise > d/odd',
    ': > nothing; echo sh > program; chmod +x program; ln -s /nowhere dangling; ln -s $below d/below',
    'touch "a b" é "new\\nline" $(printf "\\\\377") A a-b a.b; exit 0',
  ].join('; ')
  const expression = `let sh = name: script: more: derivation ({ inherit name; system = "x86_64-linux";
      builder = "/bin/bash"; args = [ "-c" script ]; } // more);
      below = sh "${name}-below" "echo ${name} > $out" { };
    in sh "${name}" ''${script}'' { inherit below; }`
  return (await stage.machine.sh('nix-build --option sandbox false --no-out-link -', { input: expression })).trim()
}

/** A path of random bytes, content-addressed. */
const noise = async ({ machine }: Stage, name: string, megabytes = 34): Promise<string> =>
  (await machine.sh(`head -c ${megabytes}M /dev/urandom > /root/${name}; nix-store --add /root/${name}`)).trim()

const isMadeHere = (info: { url: string; narHash: string }): boolean =>
  info.url === `nar/${info.narHash.replace('sha256:', '')}.nar.zst`

describe.skipIf(!machineUsable())('large paths', () => {
  it.each(nixVersions)('of any kind go to nginx and a folder at once, with Nix %s', async (version) => {
    prepareServers()
    const stage = await Stage.open(version)
    try {
      const { url, folder } = await startNginx(stage.machine)
      const roots = [await oddTree(stage, 'tree'), await noise(stage, 'noise')]
      const { reports } = await stage.push({ roots, to: [`${url}/large`, 'file:///srv/large'], verify: 'full' })
      for (const report of reports) expect(report).toMatchObject({ status: 'ok', verified: 3 })
      for (const place of [`${folder}/large`, '/srv/large']) {
        expect(stage.faults(place)).toEqual([])
        const infos = stage.narinfos(place)
        expect(infos.map((info) => [info.narSize > 1e6, isMadeHere(info)]).sort()).toEqual([
          [false, false],
          [true, true],
          [true, true],
        ])
        expect(infos.map(({ text }) => /^CA: fixed:r:sha256:/m.test(text) || /^Deriver: .*\.drv$/m.test(text))).toEqual(
          [true, true, true],
        )
      }
      for (const root of roots) await stage.consume('file:///srv/large', root)
      const again = await stage.push({ roots, to: [`${url}/large`, 'file:///srv/large'] })
      expect(again.reports.map(counts)).toEqual([{ present: 3 }, { present: 3 }])
    } finally {
      await stage.machine.stop()
    }
  })

  it('go out from a job as it runs on a runner', async () => {
    const flake = `{
      outputs = { self }: {
        packages.x86_64-linux.image = derivation {
          name = "image"; system = "x86_64-linux"; builder = "/bin/bash";
          args = [ "-c" "/usr/bin/head -c 35000000 /dev/urandom > $out" ];
        };
      };
    }`
    await withJob({ nix: '2.34.8', flake }, async ({ act, finish, machine, runner }) => {
      const key = signingKey('large-1')
      const push = { 'push-to': 'file:///tmp/cache', 'signing-key': key.secret, verify: 'full' }
      const inputs = { targets: 'x86_64-linux', packages: 'image', 'extra-nix-config': 'sandbox = false' }
      const { ok, outputs } = await act({ ...inputs, ...push })
      expect(ok, runner.log).toBe(true)
      expect(Number(outputs['pushed-bytes'])).toBeGreaterThan(35_000_000)
      const [info] = narinfosOf(machine, '/tmp/cache')
      expect(info && isMadeHere(info)).toBe(true)
      expect(info?.text).toMatch(/^Deriver: .*-image\.drv$/m)
      expect(info && isSignedBy(info, key.publicKey)).toBe(true)
      expect(faultsOf(machine, '/tmp/cache')).toEqual([])
      await finish()
    })
  })

  describe('and what goes wrong', () => {
    let stage: Stage
    beforeAll(async () => {
      stage = await Stage.open('2.34.8')
    })
    afterAll(() => stage?.machine.stop())

    it.each(['refusing-streams', 'losing-streams'])('a server that is %s gets them with their length', async (kind) => {
      const port = `/run/large-${kind}`
      await stage.machine.sh(
        `nohup ${rig.node24} ${repository}/test/e2e/push-odd-servers.mjs ${kind} /srv/${kind} ${port} > ${port}.log 2>&1 < /dev/null &
         while [ ! -s ${port} ]; do sleep 0.05; done`,
      )
      const url = (await stage.machine.sh(`cat ${port}`)).trim()
      const root = await noise(stage, kind)
      const { reports } = await stage.push({ roots: [root], to: [url], verify: 'full' })
      expect(reports[0]).toMatchObject({ status: 'ok', verified: 1 })
      expect(stage.faults(`/srv/${kind}`)).toEqual([])
    })

    it('a connection that is cut, a server in trouble, one that refuses, a full disk: each on its own', async () => {
      const caches = [0, 1, 2].map(() => startBinaryCache(stage.machine))
      const [cut, trouble, refusing] = await Promise.all(caches)
      if (!cut || !trouble || !refusing) throw new Error('no server')
      cut.setFaults([{ match: '^PUT .*nar/', times: 2, drop: 'mid', after: 5_000_000 }])
      trouble.setFaults([{ match: '^PUT .*nar/', times: 2, status: 503 }])
      refusing.setFaults([{ match: '^PUT .*nar/', status: 403 }])
      await stage.machine.sh('mkdir -p /srv/full && mount -t tmpfs -o size=20m tmpfs /srv/full')
      const root = await oddTree(stage, 'faults')
      const to = [cut.url, trouble.url, refusing.url, 'file:///srv/full']
      const { reports } = await stage.push({ roots: [root], to, verify: 'full' })
      expect(reports).toMatchObject([
        { status: 'ok', verified: 2 },
        { status: 'ok', verified: 2 },
        { status: 'failed', reason: expect.stringMatching(/HTTP 403/) },
        { status: 'failed', reason: expect.stringMatching(/the disk is full/) },
      ])
      for (const place of [cut.root, trouble.root, refusing.root, '/srv/full']) expect(stage.faults(place)).toEqual([])
      expect(await stage.machine.sh('find /srv/full -name "*.tmp"')).toBe('')
    })

    it('content that is damaged is not published, and takes nothing else with it', async () => {
      const [root, other] = [await oddTree(stage, 'damaged'), await noise(stage, 'sound')]
      await stage.machine.sh(`chmod u+w ${root}/d/odd; echo rotten > ${root}/d/odd`)
      const { reports } = await stage.push({ roots: [root, other], to: ['file:///srv/damaged'] })
      expect(reports[0]?.paths.find(({ path }) => path === root)).toMatchObject({
        status: 'failed',
        reason: expect.stringMatching(/its content in the local store is damaged/),
      })
      expect(counts(reports[0])).toEqual({ pushed: 2, failed: 1 })
      expect(stage.faults('/srv/damaged')).toEqual([])
      expect(await stage.machine.sh(`find /srv/damaged -size +1M | wc -l`)).toBe('1\n')
    })

    it('a push that is killed leaves no narinfo without its NAR, and the next one completes it', async () => {
      const cache = await startBinaryCache(stage.machine)
      const root = await oddTree(stage, 'killed')
      await stage.machine.run(['bash', '-c', 'cat > /srv/job'], {
        input: stage.input({ roots: [root], to: [cache.url] }),
      })
      cache.setFaults([{ match: '^PUT .*nar/', delayMs: 300 }])
      for (const seconds of [0.6, 0.8, 1, 1.2]) {
        await stage.machine.sh(
          `${stage.command().join(' ')} < /srv/job > /dev/null 2>&1 & sleep ${seconds}; kill -9 $! || true; wait`,
          { env: { RUNNER_TEMP: '/tmp' } },
        )
        expect(stage.faults(cache.root)).toEqual([])
      }
      cache.setFaults([])
      const { reports } = await stage.push({ roots: [root], to: [cache.url], verify: 'full' })
      expect(reports[0]).toMatchObject({ status: 'ok', verified: 2 })
      await stage.consume(cache.url, root)
    })

    it('a NAR that an earlier push left there whole is not sent again; half of one is', async () => {
      const root = await noise(stage, 'left')
      const to = ['file:///srv/left']
      await stage.push({ roots: [root], to })
      const [info] = stage.narinfos('/srv/left')
      const nar = stage.machine.path(join('/srv/left', info?.url ?? ''))
      const made = statSync(nar).ino
      await stage.machine.sh('rm /srv/left/*.narinfo')
      const { reports } = await stage.push({ roots: [root], to })
      expect(reports[0]).toMatchObject({ status: 'ok', verified: 1 })
      expect(statSync(nar).ino).toBe(made)
      await stage.machine.sh(`rm /srv/left/*.narinfo; truncate -s 1000000 /srv/left/nar/*`)
      expect((await stage.push({ roots: [root], to, verify: 'full' })).reports[0]).toMatchObject({ status: 'ok' })
      expect(stage.faults('/srv/left')).toEqual([])
    })

    it('what is work for zstd, and what the URL asks more of, is left to Nix', async () => {
      const lines = (await stage.machine.sh('seq 6000000 > /root/lines; nix-store --add /root/lines')).trim()
      const random = await noise(stage, 'listed')
      const to = ['file:///srv/by-nix?write-nar-listing=true']
      const { reports } = await stage.push({ roots: [lines, random], to })
      expect(reports[0]).toMatchObject({ status: 'ok', verified: 2 })
      await stage.push({ roots: [lines], to: ['file:///srv/packed'] })
      const infos = [...stage.narinfos('/srv/by-nix'), ...stage.narinfos('/srv/packed')]
      expect(infos.map(isMadeHere)).toEqual([false, false, false])
    })
  })
})
