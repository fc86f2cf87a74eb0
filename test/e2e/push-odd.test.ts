// What a stranger may write or run: odd URLs, servers of all kinds, paths of all kinds.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { machineUsable } from '../rig/available.ts'
import { rig } from '../rig/cache.ts'
import { startBinaryCache, startSshServer } from '../rig/servers.ts'
import { prepareProxy, startProxy } from './proxy-servers.ts'
import { counts, FLAGS, repository, Stage } from './push-stage.ts'

describe.skipIf(!machineUsable())('what a stranger may come with', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await Stage.open('2.34.8')
  })
  afterAll(() => stage?.machine.stop())

  /** The server of this name in push-odd-servers.mjs. */
  const serve = async (kind: string): Promise<string> => {
    const port = `/run/odd-${kind}`
    await stage.machine.sh(
      `nohup ${rig.node24} ${repository}/test/e2e/push-odd-servers.mjs ${kind} /srv/odd-${kind} ${port} > ${port}.log 2>&1 < /dev/null &
       while [ ! -s ${port} ]; do sleep 0.05; done`,
    )
    return (await stage.machine.sh(`cat ${port}`)).trim()
  }

  it.each(['http-1.0', 'closing', 'chunked', 'redirecting', 'ipv6'])(
    'a server that is %s gets its closure',
    async (kind) => {
      const url = `${await serve(kind)}/a%20b/`
      const root = await stage.build(`for-${kind}`, 300)
      expect((await stage.drive({ verb: 'preflight', to: [url] })).answer).toEqual([])
      const { reports } = await stage.push({ roots: [root], to: [url], verify: 'full' })
      expect(reports[0]).toMatchObject({ status: 'ok', verified: 2 })
      expect(counts((await stage.push({ roots: [root], to: [url] })).reports[0])).toEqual({ present: 2 })
    },
  )

  it.each([
    ['portal', /not a binary cache/],
    ['moved', /HTTP 301, it redirects uploads \(it goes to \/real\/.*; push there instead/],
  ])('a server that is a %s is told before the build', async (kind, reason) => {
    const { answer } = await stage.drive({ verb: 'preflight', to: [await serve(kind)] })
    expect(answer).toEqual([{ destination: expect.any(String), text: expect.stringMatching(reason) }])
  })

  it('a cache that only a proxy with a password reaches, with a certificate of its own authority', async () => {
    prepareProxy()
    const { cache, ca, password, proxy, passedOn } = await startProxy(stage.machine)
    const env = { https_proxy: proxy, NIX_SSL_CERT_FILE: ca }
    const to = [`${cache}/behind`]
    const told = async (more: Record<string, string>) => (await stage.drive({ verb: 'preflight', to }, more)).answer
    const refused = (reason: RegExp) => [{ destination: to[0], text: expect.stringMatching(reason) }]
    expect(await told({ NIX_SSL_CERT_FILE: ca })).toEqual(refused(/cannot be reached: .*cache.internal/))
    expect(await told({ ...env, https_proxy: proxy.replace(password, 'wrong') })).toEqual(
      refused(/tunnel .* (401|407) /),
    )
    expect(await told({ ...env, no_proxy: '.internal' })).toEqual(refused(/cannot be reached: .*cache.internal/))
    expect(await told(env)).toEqual([])
    const large = await stage.machine.sh('head -c 34M /dev/urandom > /root/behind; nix-store --add /root/behind')
    const root = await stage.build('behind')
    const { reports, log } = await stage.push({ roots: [root, large.trim()], to, verify: 'full' }, env)
    expect(reports[0]).toMatchObject({ status: 'ok', verified: 3 })
    expect(stage.faults('/srv/cache/behind')).toEqual([])
    expect(await passedOn()).toContain('cache.internal:8443')
    expect(log).not.toContain(password)
  })

  it('an SSH server that cannot be used is told before the build, with what SSH says of it', async () => {
    const ssh = await startSshServer(stage.machine)
    const to = [`ssh-ng://${ssh.authority}?remote-store=/srv/behind-ssh`]
    const told = async (options: string, urls = to) =>
      (await stage.drive({ verb: 'preflight', to: urls }, { NIX_SSHOPTS: options })).answer
    const refused = (reason: RegExp) => [{ destination: expect.any(String), text: expect.stringMatching(reason) }]
    const knowing = (file: string) => ssh.options.replace(/UserKnownHostsFile=\S+/, `UserKnownHostsFile=${file}`)
    await stage.machine.sh(
      `cd /root; for name in other locked; do ssh-keygen -q -t ed25519 -N '' -f $name; done; ssh-keygen -q -p -P '' -N phrase -f locked
       echo "[127.0.0.1]:${/-p (\d+)/.exec(ssh.options)?.[1]} $(cat other.pub)" > other-host`,
    )
    expect(await told(ssh.options)).toEqual([])
    expect(await told(knowing('/dev/null'))).toEqual(refused(/is not known here: it belongs into known_hosts/))
    const changed = await told(knowing('/root/other-host'))
    expect(changed).toEqual(refused(/is not the one in known_hosts/))
    expect(JSON.stringify(changed)).not.toContain('ssh-keygen -f')
    expect(await told(ssh.options.replace(/-i \S+/, '-i /root/locked'))).toEqual(
      refused(/refused the login; .*passphrase/),
    )
    expect(await told('-p 4')).toEqual(refused(/port 4: Connection refused/))
    expect(await told(ssh.options, [`ssh-ng://${ssh.authority}?remote-program=/opt/nix-daemon`])).toEqual(
      refused(/has no Nix .*\/opt\/nix-daemon: No such file/),
    )
  })

  it('a URL that cannot work is told before the build', async () => {
    const plain = (await serve('closing')).replace('http:', 'https:')
    const table: readonly (readonly [string, RegExp])[] = [
      ['file:///srv/new?compression=zst', /compression=zst in its URL is not known/],
      ['file:///srv/new?secret-key=/root/key', /give the key itself as signing-key/],
      [plain, /it does not speak TLS; is it http/],
      [`s3://bucket?endpoint=${plain.slice(8)}`, /it does not speak TLS; is it http, or scheme=http for S3/],
      ['s3://bucket?endpoint=a%20b', /its endpoint a b is neither a URL nor a host/],
      ['s3://bucket?profile=nobody', /has no credentials for the profile nobody/],
    ]
    const { answer } = await stage.drive({ verb: 'preflight', to: table.map(([url]) => url) })
    const texts = (answer as { text: string }[]).map(({ text }) => text)
    expect(texts).toEqual(table.map(([, reason]) => expect.stringMatching(reason)))
  })

  it.each([
    'file:///srv/with%20space/cache',
    'file:///srv//double///slash//',
    'file:///srv/query?compression=none&unknown=1',
    'file:///srv/plus+sign=1',
  ])('%s', async (url) => {
    const root = await stage.build('anywhere')
    expect((await stage.drive({ verb: 'preflight', to: [url] })).answer).toEqual([])
    const { reports } = await stage.push({ roots: [root], to: [url] })
    expect(reports[0]).toMatchObject({ status: 'ok', verified: 2 })
    await stage.consume(reports[0]?.consumerLines[0]?.replace('extra-substituters = ', '') ?? '', root)
  })

  it.each(['xz', 'none', 'gzip', 'bzip2', 'br'])('compressed with %s', async (compression) => {
    const root = await stage.build(`by-${compression}`, 100)
    const to = [`file:///srv/by-${compression}`]
    const { reports } = await stage.push({ roots: [root], to, compression, verify: 'full' })
    expect(reports[0]).toMatchObject({ status: 'ok', verified: 2 })
    await stage.consume(to[0] ?? '', root)
  })

  it('a store path of any kind: odd names, content-addressed, one that refers to itself', async () => {
    const odd = await stage.machine.sh(
      `cd /root; for n in a+b 'c?d' e=f; do echo $n > "$n"; nix-store --add "$n"; done`,
    )
    const self = await stage.machine.sh('nix-build --no-out-link -', {
      input: `derivation { name = "self"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "echo $out > $out" ]; }`,
    })
    const moved = await stage.machine.sh(
      `nix ${FLAGS} store make-content-addressed --json ${self.trim()} | grep -o '/nix/store/[^"]*' | tail -1`,
    )
    const roots = `${odd}\n${self}\n${moved}`.split('\n').filter((line) => line.startsWith('/nix/store/'))
    const cache = await startBinaryCache(stage.machine)
    const { reports } = await stage.push({ roots, to: [cache.url], verify: 'full' })
    expect(reports[0]).toMatchObject({ status: 'ok', verified: 5 })
    for (const root of roots) await stage.consume(cache.url, `'${root}'`)
  })

  it('repairs a cache that lost some of its NARs, and some of their bytes', async () => {
    const cache = await startBinaryCache(stage.machine)
    const roots = [await stage.build('lost'), await stage.build('cut'), await stage.build('kept')]
    await stage.push({ roots, to: [cache.url] })
    const [lost, cut] = stage.narinfos(cache.root).filter(({ path }) => /lost$|cut$/.test(path))
    await stage.machine.sh(`cd ${cache.root}; rm ${lost?.url}; truncate -s 10 ${cut?.url}`)
    const { reports } = await stage.push({ roots, to: [cache.url] })
    expect(counts(reports[0])).toEqual({ pushed: 2, present: 4 })
    expect(stage.faults(cache.root)).toEqual([])
  })

  it('brings 5,000 small paths within the memory that is promised', async () => {
    const root = await stage.evaluate(
      `builtins.toFile "all" (builtins.concatStringsSep "\\n" (builtins.genList (n: builtins.toFile "n\${toString n}" "\${toString n}") 5000))`,
    )
    const cache = await startBinaryCache(stage.machine)
    const { reports, rss } = await stage.push({ roots: [root], to: [cache.url] })
    expect(reports[0]).toMatchObject({ status: 'ok', verified: 5001 })
    console.log(`5,001 paths: ${rss.toFixed(0)} MB`)
    expect(rss).toBeLessThan(200)
  }, 600_000)
})
