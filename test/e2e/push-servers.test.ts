import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { machineUsable } from '../rig/available.ts'
import { nixVersions, rig } from '../rig/cache.ts'
import { prepareServers, type SwiftServer, startNginx, startSwift } from './push-servers.ts'
import { counts, layered, repository, Stage } from './push-stage.ts'

describe.skipIf(!machineUsable()).each(nixVersions)('real servers and Nix %s', (version) => {
  let stage: Stage
  beforeAll(async () => {
    prepareServers()
    // Debian's 2.8.0 knows no S3 at all
    stage = await Stage.open(version)
  })
  afterAll(() => stage?.machine.stop())

  /** A path of incompressible bytes. */
  const noise = async (name: string, megabytes: number): Promise<string> =>
    (await stage.machine.sh(`head -c ${megabytes}M /dev/urandom > /root/${name}; nix-store --add /root/${name}`)).trim()

  it('nginx with WebDAV and a password', async () => {
    const { url, folder } = await startNginx(stage.machine, '2m')
    const root = await stage.evaluate(layered(20, 10, 'nginx'))
    const built = await stage.build('by-nginx', 64)
    const before = await stage.drive({ verb: 'preflight', to: [url] })
    expect(before.answer).toEqual([])
    expect(before.log).toContain('http://127.0.0.1:8081 takes no upload much larger than 1 MiB')
    expect(await stage.machine.sh(`find ${folder} -type f`)).toBe('')
    const { reports } = await stage.push({ roots: [root, built], to: [`${url}/a/b`] })
    expect(reports[0]).toMatchObject({ status: 'ok', verified: 203 })
    expect(stage.faults(`${folder}/a/b`)).toEqual([])
    await stage.machine.sh(`printf 'machine 127.0.0.1 login ci password hush-hush' > /root/netrc`)
    await stage.consume('http://127.0.0.1:8081/a/b', built, '--option netrc-file /root/netrc')

    const large = await noise('large', 3)
    const again = await stage.push({ roots: [large, built], to: [`${url}/a/b`] })
    expect(counts(again.reports[0])).toEqual({ present: 2, failed: 1 })
    expect(again.reports[0]?.reason).toMatch(/HTTP 413, .*client_max_body_size/)
  })

  describe('S3 that checks signatures (OpenStack Swift)', () => {
    let swift: SwiftServer
    const env = () => ({
      AWS_ACCESS_KEY_ID: swift.key,
      AWS_SECRET_ACCESS_KEY: swift.secret,
      AWS_EC2_METADATA_DISABLED: 'true',
    })
    beforeAll(async () => {
      swift = await startSwift(stage.machine)
    })

    it.each([20, 40])('gets a closure, NARs of %i MB in parts, whatever the Nix', async (megabytes) => {
      const large = await noise(`parts-${megabytes}`, megabytes)
      const root = await stage.evaluate(layered(10, 4, `s3-${megabytes}`))
      const built = await stage.build(`by-s3-${megabytes}`, 64)
      const store = `${swift.store}&multipart-threshold=6000000&multipart-chunk-size=5242880`
      expect((await stage.drive({ verb: 'preflight', to: [store] }, env())).answer).toEqual([])
      const { reports, log } = await stage.push({ roots: [large, root, built], to: [store], verify: 'full' }, env())
      expect(reports[0]).toMatchObject({ status: 'ok', verified: 44 })
      expect(log).not.toContain(swift.secret)
      expect(counts((await stage.push({ roots: [large, built], to: [store] }, env())).reports[0])).toEqual({
        present: 3,
      })

      // fetched by another client into a folder, which a consumer then takes everything from
      await stage.machine.run(['bash', '-c', 'cat > /srv/dump.mjs'], { input: dump(swift) })
      await stage.machine.sh(`${rig.node24} /srv/dump.mjs`)
      expect(stage.faults('/srv/dump')).toEqual([])
      for (const path of [large, root, built]) await stage.consume('file:///srv/dump', path)
    })

    const wrong: readonly (readonly [string, (url: string) => string, Record<string, string>, RegExp])[] = [
      [
        'a wrong secret',
        (url) => url,
        { AWS_SECRET_ACCESS_KEY: 'other' },
        /secret key is wrong.*SignatureDoesNotMatch/,
      ],
      [
        'a key nobody has',
        (url) => url,
        { AWS_ACCESS_KEY_ID: 'nobody:here' },
        /InvalidAccessKeyId|SignatureDoesNotMatch/,
      ],
      ['a wrong region', (url) => url.replace('eu-test-1', 'eu-test-2'), {}, /wrong region; it is eu-test-1/],
      ['no bucket', (url) => url.replace('nix-cache', 'nothing'), {}, /there is no such bucket/],
      [
        'no credentials',
        (url) => url,
        { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' },
        /unsigned since no credentials were found/,
      ],
    ]
    it.each(wrong)('says before the build that there is %s', async (_case, change, variables, reason) => {
      const { answer } = await stage.drive({ verb: 'preflight', to: [change(swift.store)] }, { ...env(), ...variables })
      expect(answer).toEqual([{ destination: change(swift.store), text: expect.stringMatching(reason) }])
    })
  })
})

/** Copies all objects of the bucket to /srv/dump, with aws4fetch's own client. */
const dump = ({ key, secret, endpoint }: SwiftServer): string => `
  import { mkdirSync, writeFileSync } from 'node:fs'
  import { AwsClient } from '${repository}/node_modules/aws4fetch/dist/aws4fetch.esm.mjs'
  const client = new AwsClient({ accessKeyId: '${key}', secretAccessKey: '${secret}', service: 's3', region: 'eu-test-1' })
  const list = await (await client.fetch('${endpoint}/nix-cache?max-keys=1000')).text()
  mkdirSync('/srv/dump/nar', { recursive: true })
  for (const [, name] of list.matchAll(/<Key>([^<]+)<\\/Key>/g)) {
    const answer = await client.fetch('${endpoint}/nix-cache/' + name)
    writeFileSync('/srv/dump/' + name, Buffer.from(await answer.arrayBuffer()))
  }`
