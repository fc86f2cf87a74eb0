// The install room on disposable machines: real Nix of three versions, Debian's packages, sudo, daemons, loopback HTTP.
import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { machineUsable } from '../rig/available.ts'
import { cacheDir, nixVersions, rig } from '../rig/cache.ts'
import { Machine, type MachineOptions, type MachineUser } from '../rig/machine.ts'
import type { Answer, Job } from './install-driver.ts'
import { driveInstall, runnerFiles } from './install-machine.ts'

const probe = `derivation { name = "probe"; system = "x86_64-linux"; builder = "/bin/sh";
  args = [ "-c" "test ! -e /home && echo ok > $out; exit 0" ]; }`
const build = ['nix-build', '--no-out-link', '-E', probe]
const offline = 'substituters ='
/** What tar and apt leave of themselves, and what is rewritten with the same content. */
const rewritten = ['/etc/passwd', '/etc/group', '/etc/gshadow', '/etc/shadow', '/etc/subuid', '/etc/subgid']

describe.skipIf(!machineUsable())('install', () => {
  let machine: Machine
  let before: string
  afterEach(() => machine?.stop())

  const start = async (options: MachineOptions = {}): Promise<void> => {
    machine = await Machine.start({ ...options, binds: [{ source: process.cwd() }, { source: cacheDir }] })
    await machine.sh(runnerFiles, { user: 'root' })
    before = await accounts()
  }
  const accounts = async (): Promise<string> => await machine.sh(`sha256sum ${rewritten.join(' ')}`, { user: 'root' })

  const drive = async (job: Job, env: Record<string, string> = {}, user?: MachineUser) =>
    await driveInstall(machine, job, env, user)
  const install = async (inputs: Job['inputs'], more: Omit<Job, 'verb' | 'inputs'> = {}, env = {}) =>
    await drive({ verb: 'install', inputs: { extraNixConfig: offline, ...inputs }, ...more }, env)
  const post = async ({ folder }: Answer): Promise<void> => {
    expect((await drive({ verb: 'post' }, { STATE_folder: folder })).thrown).toBeUndefined()
  }
  const tarball = (location: string, sha256?: string) => ({ nixSource: { kind: 'tarball', location, sha256 } }) as const
  const existing = { nixSource: { kind: 'existing' } } as const

  /** The machine is as it was: no file more, no account, no process. Debian's package tools keep logs and lists. */
  const expectUntouched = async (processes = 0): Promise<void> => {
    const tools =
      /^\/(var$|var\/(tmp|cache|log|lib\/(apt|dpkg|ucf|systemd))|etc\/(profile\.d$|\.pwd\.lock|(passwd|group|g?shadow)-|ld\.so\.cache))/
    const changes = machine.upper().filter(({ path }) => !tools.test(path) && !rewritten.includes(path))
    expect(changes).toEqual([])
    expect(await accounts()).toBe(before)
    const running = machine.processes()
    expect(running, JSON.stringify(running)).toHaveLength(processes)
  }
  const built = (answer: Answer, index = 0): void => {
    expect(answer.thrown).toBeUndefined()
    expect(answer.runs?.[index]).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/-probe\n$/) })
  }

  describe('a release tarball', () => {
    it.each(nixVersions)(
      'of Nix %s by path: as a user with sudo, through a daemon, removed in post',
      async (version) => {
        await start({ user: 'runner' })
        const answer = await install(tarball(rig.tarball(version)), {
          apply: { 'extra-platforms': 'riscv64-linux' },
          run: [build, ['nix', 'show-config']],
        })
        built(answer)
        expect(answer.installed).toMatchObject({ source: 'tarball', installed: true })
        expect(answer.installed?.nix).toMatchObject({ mode: 'daemon', trusted: false, version: { text: version } })
        expect(answer.runs?.[1]?.stdout).toMatch(/extra-platforms = .*riscv64-linux/)
        expect(answer.runs?.[1]?.stdout).toMatch(/sandbox-fallback = false/)
        expect(await machine.sh('stat -c "%U %G %a" /nix/store')).toBe('root nixbld 1775\n')
        const files = await machine.sh('cat /var/tmp/runner/path /var/tmp/runner/env')
        expect(files).toContain('/nix/var/nix/profiles/default/bin')
        expect(files).toContain('NIX_PROFILES')
        await machine.sh('nix-store --verify --check-contents 2>&1', {
          user: 'root',
          env: { PATH: '/nix/var/nix/profiles/default/bin:/usr/bin' },
        })
        await post(answer)
        await expectUntouched()
      },
    )

    it('packed with zstd, as root without sudo: root opens the store, builds run as build users', async () => {
      await start({ user: 'root', noSudo: true })
      await machine.sh(`xz -dc ${rig.tarball('2.34.8')} | zstd -1 -q > /var/tmp/nix.tar.zst`)
      const answer = await install(tarball('/var/tmp/nix.tar.zst'), { run: [build] })
      built(answer)
      expect(answer.installed).toMatchObject({
        nix: { mode: 'single-user', trusted: true },
        wiring: { kind: 'client' },
      })
      expect(await machine.sh('getent group nixbld')).toContain('nixbld1,nixbld2')
      await post(answer)
      await expectUntouched()
    })

    it('on a machine without certificates gives those of the profile, to login shells too', async () => {
      await start({ user: 'runner' })
      await machine.sh('rm -rf /etc/ssl/certs', { user: 'root' })
      const answer = await install(tarball(rig.tarball('2.34.8')), { run: [build] })
      built(answer)
      const bundle = '/nix/var/nix/profiles/default/etc/ssl/certs/ca-bundle.crt'
      expect(await machine.sh('cat /var/tmp/runner/env')).toContain(bundle)
      const login = 'bash -lc \'head -n 1 "$NIX_SSL_CERT_FILE" > /dev/null && echo "$NIX_SSL_CERT_FILE"\''
      expect(await machine.sh(login)).toBe(`${bundle}\n`)
      await post(answer)
    })

    it("as a user without sudo: a clear error, or single-user where /nix is the user's own", async () => {
      await start({ user: 'runner', noSudo: true })
      const refused = await install(tarball(rig.tarball('2.34.8')))
      expect(refused.thrown).toMatch(/^UserError: .*needs root once.*install -d -m 755 -o runner \/nix/)
      await post(refused)
      await expectUntouched()
      await machine.sh('install -d -m 755 -o runner /nix', { user: 'root' })
      const answer = await install(tarball(rig.tarball('2.26.3')), { run: [build] })
      built(answer)
      expect(answer.installed?.nix).toMatchObject({ mode: 'single-user', trusted: true })
      await post(answer)
      expect(await machine.sh('ls -A /nix')).toBe('')
    })

    it('that is damaged, or no tarball, changes nothing', async () => {
      await start({ user: 'runner' })
      await machine.sh(`cd /var/tmp; head -c 5000000 ${rig.tarball('2.34.8')} > cut.tar.xz
        xz -dc ${rig.tarball('2.34.8')} | tee >(gzip -1 > sum.tar.xz) | zstd -1 -q > zstd.tar.xz; truncate -s 5000000 zstd.tar.xz; wait
        printf 'none' | dd of=sum.tar.xz bs=1 seek=$(($(stat -c %s sum.tar.xz) - 8)) conv=notrunc status=none; echo '<html>' > page.tar.xz
        mkdir -p x/nix-1; echo hi > x/nix-1/f; tar -cJf other.tar.xz -C x nix-1; tar -cJPf evil.tar.xz /etc/hostname
        mkdir folder.tar.xz; touch hidden.tar.xz; chmod 0 hidden.tar.xz; tar -cJf up.tar.xz -P --transform 's,^,../../,' -C x nix-1`)
      for (const [name, why] of [
        ['cut', /cannot be unpacked/],
        ['zstd', /cannot be unpacked: .*premature end/],
        ['sum', /cannot be unpacked: (?:.*\n)*gzip: .*crc error/],
        ['page', /is not a Nix release tarball: it begins with "<html>/],
        ['other', /store is missing/],
        ['evil', /outside its own folder/],
        ['up', /outside its own folder/],
        ['absent', /there is no file/],
        ['folder', /is no file/],
        ['hidden', /may not read/],
      ] as const) {
        const answer = await install(tarball(`/var/tmp/${name}.tar.xz`))
        expect(answer.thrown).toMatch(/^UserError/)
        expect(answer.thrown).toMatch(why)
        await post(answer)
      }
      const wrong = await install(tarball(rig.tarball('2.34.8'), 'a'.repeat(64)))
      expect(wrong.thrown).toMatch(/does not have the SHA-256/)
      await post(wrong)
      await expectUntouched()
    })

    it('left by a killed install, without a database, is taken up again', async () => {
      await start({ user: 'root' })
      await machine.sh(`mkdir -p /nix/store /var/tmp/u && tar -xJf ${rig.tarball('2.34.8')} -C /var/tmp/u &&
        mv /var/tmp/u/*/store/* /nix/store/ && chmod -R a-w /nix/store/* && rm -rf /var/tmp/u`)
      const answer = await install(tarball(rig.tarball('2.34.8')), { run: [build] })
      built(answer)
      expect(answer.log).toContain('were there already')
    })

    it('beside a Nix that is there leaves that one alone', async () => {
      await start({ user: 'runner', nix: '2.8.0', nixFlavour: 'daemon' })
      await machine.sh('NIX_REMOTE=daemon nix-store --verify')
      const answer = await install(tarball(rig.tarball('2.34.8')), { run: [build] })
      built(answer)
      expect(answer.installed?.nix).toMatchObject({ version: { text: '2.34.8' }, mode: 'daemon' })
      await post(answer)
      expect(await machine.sh('ls /nix/var/nix/profiles; nix --version')).toBe('per-user\nnix (Nix) 2.8.0\n')
      await machine.sh(`nix-build --no-out-link -E '${probe}'`)
    })

    it('beside a Nix that is there is one for each job, and stays until the last job with it ends', async () => {
      await start({ user: 'runner', nix: '2.8.0', nixFlavour: 'daemon' })
      const jobs = []
      for (const version of ['2.34.8', '2.26.3', '2.26.3'] as const)
        jobs.push({ version, answer: await install(tarball(rig.tarball(version)), { run: [build] }) })
      while (jobs.length > 0) {
        for (const { version, answer } of jobs) {
          built(answer)
          expect(await machine.sh(`${answer.installed?.nix.bin}/nix --version`)).toBe(`nix (Nix) ${version}\n`)
        }
        const first = jobs.shift()
        if (first !== undefined) await post(first.answer)
      }
      expect(await machine.sh('ls /nix/var/nix/profiles; nix --version')).toBe('per-user\nnix (Nix) 2.8.0\n')
    })

    it.each([
      'ls /nix/.unpack-*/nix-*',
      'ls /nix/store',
      'ls /nix/var/nix/db/db.sqlite',
      'grep nixbld /etc/group',
      'grep nixbld2 /etc/passwd',
      'ls /nix/var/nix/daemon-socket/socket',
    ])('an install that is killed as soon as this is true is removed in post: %s', async (moment) => {
      await start({ user: 'runner' })
      const main = `${machine.node('node24')} ${process.cwd()}/test/e2e/install-driver.ts < /var/tmp/runner/job > /dev/null 2>&1`
      await machine.sh('cat > /var/tmp/runner/job', {
        input: JSON.stringify({ verb: 'install', inputs: tarball(rig.tarball('2.34.8')) }),
      })
      await machine.sh(`${main} & until ${moment} > /dev/null 2>&1; do :; done; kill -9 $! || true; wait $! || true`, {
        env: { RUNNER_TEMP: '/var/tmp/runner' },
      })
      await post({ folder: (await machine.sh('ls -d /var/tmp/runner/nix-multiarch-*')).trim() })
      await expectUntouched()
    })

    it('left damaged is an error that names the path', async () => {
      await start({ user: 'root' })
      await machine.sh(`mkdir -p /nix/store /var/tmp/u && tar -xJf ${rig.tarball('2.34.8')} -C /var/tmp/u &&
        mv /var/tmp/u/*/store/* /nix/store/ && rm -f /nix/store/*/bin/nix-hash`)
      const answer = await install(tarball(rig.tarball('2.34.8')))
      expect(answer.thrown).toMatch(/damaged Nix of an earlier install/)
    })
  })

  describe('a tarball by URL', () => {
    const serve = async (): Promise<void> => {
      const code = `const { createReadStream, statSync } = require('node:fs'), file = process.argv[1]; let busy = 0
        require('node:http').createServer((q, s) => {
          if (q.url === '/404') return s.writeHead(404).end('no')
          if (q.url === '/html') return s.writeHead(200, { 'content-type': 'text/html' }).end('<html>log in</html>')
          if (q.url === '/away') return s.writeHead(302, { location: 'http://192.0.2.1/x' }).end()
          if (q.url === '/moved') return s.writeHead(302, { location: '/good' }).end()
          if (q.url === '/busy' && busy++ < 1) return s.writeHead(503, { 'retry-after': '0' }).end()
          if (q.url === '/cut' || (q.url === '/busy' && busy++ < 3)) { // real bytes, so that a part is unpacked already
            s.writeHead(200, { 'content-length': statSync(file).size })
            return createReadStream(file, { end: 9e6 }).on('end', () => setTimeout(() => s.destroy(), 200)).pipe(s, { end: false })
          }
          createReadStream(file).pipe(s)
        }).listen(8123, '127.0.0.1', () => console.log('up'))`
      const server = machine.spawn([machine.node('host'), '-e', code, rig.tarball('2.34.8')], { user: 'root' })
      await new Promise((resolve) => server.stdout?.once('data', resolve))
    }
    const url = (path: string) => `http://127.0.0.1:8123/${path}`

    it('kept in the tool cache has its daemon while settings are read, and another where they turn out different', async () => {
      await start({ user: 'runner' })
      const tools = { RUNNER_TOOL_CACHE: '/var/tmp/runner/tools' }
      const nix = tarball(rig.tarball('2.34.8'), rig.tarballSha256('2.34.8'))
      await post(await install(nix, {}, tools))
      const settingsOf = async (lines: string) => {
        const answer = await install({ ...nix, extraNixConfig: `substituters =\n${lines}` }, { run: [build] }, tools)
        built(answer)
        const daemons = (await machine.sh(`grep -c '"kind":"stop"' ${answer.folder}/journal.jsonl`)).trim()
        const conf = await machine.sh(`cat ${answer.folder}/build.conf`)
        await post(answer)
        return { daemons, conf, log: answer.log }
      }
      expect(await settingsOf('')).toMatchObject({
        daemons: '1',
        conf: expect.stringMatching(/^max-jobs = auto$.*^build-users-group = nixbld$/ms),
      })
      const own = await settingsOf('max-jobs = 3')
      expect(own).toMatchObject({ daemons: '1', conf: expect.not.stringContaining('max-jobs') })
      // a group of that name without members is no group of build users
      await machine.sh('groupadd nixbld', { user: 'root' })
      expect(await settingsOf('')).toMatchObject({
        daemons: '2',
        conf: expect.stringMatching(/^build-users-group = nixmultiarch$/m),
      })
      expect(await machine.sh('ls -d /nix 2>&1 || true')).toMatch(/No such file/)
    })
    it('is checked before it is unpacked, tried again where that helps, and kept in the tool cache', async () => {
      await start({ user: 'runner' })
      await serve()
      const sha = rig.tarballSha256('2.34.8')
      for (const [path, hash, why] of [
        ['good', 'b'.repeat(64), /SHA-256 is [0-9a-f]{64}, expected b{64}.*2 tries/],
        ['404', sha, /answered 404 Not Found \(1 try\)/],
        ['html', sha, /a web page/],
        ['away', sha, /only https is allowed/],
        ['cut', sha, /4 tries/],
      ] as const) {
        const answer = await install(tarball(url(path), hash))
        expect(answer.thrown, path).toMatch(/^UserError: cannot download/)
        expect(answer.thrown, path).toMatch(why)
        await post(answer)
      }
      for (const [location, why] of [
        ['http://192.0.2.1/x', /only https is allowed/],
        ['https://127.0.0.1:9/x', /ECONNREFUSED.*4 tries/],
      ] as const) {
        const answer = await install(tarball(location, sha))
        expect(answer.thrown).toMatch(why)
        await post(answer)
      }
      await expectUntouched(1)
      const tools = { RUNNER_TOOL_CACHE: '/var/tmp/runner/tools' }
      const answer = await install(tarball(url('busy'), sha.toUpperCase()), { run: [build] }, tools)
      built(answer)
      expect(answer.log).toMatch(/503.*aborted.*try 3 of 4/s)
      await post(answer)
      const again = await install(tarball(url('404'), sha), { run: [build] }, tools)
      built(again)
      await post(again)
      const kept = (await machine.sh('ls -d /var/tmp/runner/tools/nix-release/*/x64/nix')).trim()
      for (const [spoil, why] of [
        [
          `truncate -s 4096 ${kept}/var/nix/db/db.sqlite`,
          /what the tool cache kept does not serve: files are missing or cut/,
        ],
        // what any other job of this user could have left there
        [`cp -a ${kept} ${kept}.x && chown runner ${kept}.x && rm -r ${kept} && mv ${kept}.x ${kept}`, /downloading/],
        [`mv ${kept} ${kept}.x && ln -s ${kept}.x ${kept}`, /downloading/],
        [`rm -r ${kept}*`, /downloading/],
      ] as const) {
        await machine.sh(spoil, { user: 'root' })
        const spoilt = await install(tarball(url('moved'), sha), { run: [build] }, tools)
        built(spoilt)
        expect(spoilt.log).toMatch(why)
        expect(spoilt.log).toContain('downloading')
        await post(spoilt)
      }
      await post(await install(tarball(url('404'), sha), {}, tools))
      await expectUntouched(1)
    })
  })

  describe("the distribution's package", () => {
    it.each(['runner', 'root'] as const)('as %s on Debian 12, purged in post', async (user) => {
      await start({ user, noSudo: user === 'root', apt: true })
      const answer = await install({ nixSource: { kind: 'auto' }, nixVersion: '0.0.1' }, { run: [build] })
      built(answer)
      expect(answer.installed).toMatchObject({ source: 'distro', installed: true, nix: { version: { text: '2.8.0' } } })
      expect(answer.installed?.reason).toMatch(/existing: no Nix is there.*release: .*no checksum of 0\.0\.1/)
      await post(answer)
      expect(
        await machine.sh('ls -d /nix /usr/bin/nix 2>/dev/null || true; dpkg -l nix-bin 2>/dev/null | grep ^ii || true'),
      ).toBe('')
      expect(await accounts()).toBe(before)
      expect(machine.processes()).toEqual([])
    })
    it('needs root', async () => {
      await start({ user: 'runner', noSudo: true, apt: true })
      const answer = await install({ nixSource: { kind: 'distro' } })
      expect(answer.thrown).toMatch(/needs root/)
      await post(answer)
      await expectUntouched()
    })
  })

  describe('a Nix that is there', () => {
    it.each(nixVersions)('%s: root, single-user', async (nix) => {
      await start({ user: 'root', nix, noSudo: true })
      const apply = { 'extra-platforms': 'riscv64-linux' }
      const answer = await install(
        { ...existing, extraNixConfig: 'show-trace = true' },
        { apply, run: [build, ['nix', 'show-config']] },
      )
      built(answer)
      expect(answer.installed).toMatchObject({ source: 'existing', installed: false, nix: { mode: 'single-user' } })
      expect(answer.runs?.[1]?.stdout).toMatch(/extra-platforms = .*riscv64-linux/)
      expect(answer.runs?.[1]?.stdout).toMatch(/show-trace = true/)
    })

    it.each(nixVersions)('%s: a user without sudo that owns /nix', async (nix) => {
      await start({ user: 'runner', nix, noSudo: true })
      const answer = await install(existing, { run: [build] })
      built(answer)
      expect(answer.installed?.nix).toMatchObject({ mode: 'single-user', trusted: true })
    })

    it.each(nixVersions)('%s: a daemon, a user with sudo whom it does not trust: a daemon beside it', async (nix) => {
      await start({ user: 'runner', nix, nixFlavour: 'daemon' })
      const conf = await machine.sh('sha256sum /etc/nix/nix.conf')
      const apply = { 'extra-platforms': 'riscv64-linux', 'extra-system-features': 'gccarch-x' }
      const answer = await install(existing, {
        apply,
        run: [
          [...build.slice(0, 3), probe.replace('x86_64', 'riscv64')],
          ['nix', 'show-config'],
        ],
      })
      built(answer) // built as riscv64-linux, by a shell of this machine: the daemon took extra-platforms
      expect(answer.installed).toMatchObject({
        nix: { mode: 'daemon', trusted: false },
        wiring: { kind: 'own-daemon' },
      })
      expect(answer.runs?.[1]?.stdout).toMatch(/system-features = .*gccarch-x/)
      expect(answer.runs?.[0]?.stderr).not.toMatch(/warning|ignoring/)
      await post(answer)
      expect(await machine.sh('sha256sum /etc/nix/nix.conf')).toBe(conf)
      expect(machine.processes().map(({ commandLine }) => commandLine)).toEqual(['nix-daemon'])
      await machine.sh(`nix-build --no-out-link -E '${probe}'`)
    })

    it.each(nixVersions)('%s: a daemon that trusts this user takes the settings', async (nix) => {
      await start({ user: 'runner', noSudo: true, nix, nixFlavour: 'daemon', nixConf: 'trusted-users = root @runner' })
      const apply = { 'extra-platforms': 'riscv64-linux' }
      const answer = await install(existing, {
        apply,
        run: [[...build.slice(0, 3), probe.replace('x86_64', 'riscv64')]],
      })
      built(answer)
      expect(answer.installed).toMatchObject({ nix: { mode: 'daemon', trusted: true }, wiring: { kind: 'client' } })
    })

    it('a daemon that does not, without sudo: usable, and an error that says which lines are missing', async () => {
      await start({ user: 'runner', noSudo: true, nix: '2.34.8', nixFlavour: 'daemon' })
      const plain = await install(existing, { run: [build] })
      built(plain)
      expect(plain.installed).toMatchObject({ nix: { trusted: false }, wiring: { kind: 'fixed' } })
      expect(plain.runs?.[0]?.stderr).not.toMatch(/warning|ignoring/)
      const answer = await install(existing, { apply: { 'extra-platforms': 'riscv64-linux' } })
      expect(answer.thrown).toMatch(/does not take settings from this user.*\nextra-platforms = riscv64-linux\n/s)
    })

    it('as Debian sets it up: the socket is for a group, the sandbox is off', async () => {
      await start({
        user: 'runner',
        nix: '2.8.0',
        nixFlavour: 'daemon',
        nixConf: 'sandbox = false\nallowed-users = root',
      })
      await machine.sh('chmod 770 /nix/var/nix/daemon-socket', { user: 'root' })
      const answer = await install(existing, { run: [build] })
      built(answer)
      expect(answer.installed).toMatchObject({ settings: { sandbox: 'true' }, wiring: { kind: 'own-daemon' } })
      await post(answer)
      expect(await machine.sh('NIX_REMOTE=daemon nix-store --verify 2>&1', { user: 'root' })).toContain(
        'reading the Nix store',
      )
      await machine.sh('rm /usr/bin/sudo', { user: 'root' })
      expect((await install(existing)).thrown).toMatch(/may not open the daemon's socket/)
      await machine.sh('chmod 755 /nix/var/nix/daemon-socket', { user: 'root' })
      expect((await install(existing)).thrown).toMatch(/none of its allowed-users/)
    })

    it('a daemon that died and left its socket is started again, or told of', async () => {
      await start({ user: 'runner', nix: '2.34.8', nixFlavour: 'daemon' })
      const daemon = machine.processes()[0]
      await machine.sh('kill -9 $(pidof nix-daemon)', { user: 'root' })
      expect(daemon?.commandLine).toBe('nix-daemon')
      const answer = await install(existing, { run: [build] })
      built(answer)
      expect(answer.installed?.describe).toContain('is not running: this run starts one')
      await post(answer)
      expect(machine.processes()).toEqual([])
      await machine.sh('rm /usr/bin/sudo', { user: 'root' })
      expect((await install(existing)).thrown).toMatch(/is not running, and this user may not write \/nix/)
    })

    it('a daemon that hangs: one beside it with sudo, without an error that has it restarted', async () => {
      await start({ user: 'runner', nix: '2.34.8', nixFlavour: 'daemon' })
      await machine.sh('kill -STOP $(pidof nix-daemon)', { user: 'root' })
      const answer = await install(existing, { run: [build] })
      built(answer)
      expect(answer.installed?.describe).toContain('does not answer: this run starts one')
      await post(answer)
      await machine.sh('rm /usr/bin/sudo', { user: 'root' })
      const refused = await install(existing)
      expect(refused.thrown).toMatch(
        /^UserError: .*does not answer, and this user may not write \/nix\. Restart nix-daemon/,
      )
      await post(refused)
      expect(machine.processes().map(({ commandLine }) => commandLine)).toEqual(['nix-daemon'])
    })

    it("root whose HOME is another user's, as in a container: Nix goes by root's own", async () => {
      await start({ user: 'root', nix: '2.34.8', noSudo: true })
      await machine.sh(`mkdir -p /root/.config/nix /home/runner/.config/nix /home/runner/.nix-profile/bin
        echo 'log-lines = 55' > /root/.config/nix/nix.conf; echo 'log-lines = 77' > /home/runner/.config/nix/nix.conf`)
      const answer = await install(
        existing,
        { run: [build, ['nix', 'config', 'show', 'log-lines']] },
        { HOME: '/home/runner' },
      )
      built(answer)
      expect(answer.runs?.[1]?.stdout).toBe('55\n')
      const changed = await machine.sh('ls -A /home/runner; cat /var/tmp/runner/env')
      expect(changed).toMatch(/^\.config\n\.nix-profile\n/)
      expect(changed).toContain('/root/.config/nix/nix.conf')
      await post(answer)
    })

    it('without build users and daemon: root builds as itself, a user with sudo gets both', async () => {
      await start({ user: 'root', nix: '2.34.8' })
      await machine.sh("sed -i '/build-users-group/d' /etc/nix/nix.conf; rm -rf /nix")
      const byRoot = await install(existing, { run: [build] })
      built(byRoot)
      expect(byRoot.installed?.settings).toMatchObject({ 'build-users-group': '' })
      await post(byRoot)
      expect(await machine.sh('ls -d /nix || true', { user: 'runner' })).toBe('')
      await machine.stop()
      await start({ user: 'runner', nix: '2.34.8' })
      await machine.sh("sed -i '/build-users-group/d' /etc/nix/nix.conf; rm -rf /nix", { user: 'root' })
      const byUser = await install(existing, { run: [build] })
      built(byUser)
      expect(byUser.installed?.nix.mode).toBe('daemon')
      await post(byUser)
      expect(await accounts()).toBe(before)
    })

    it('too old or unreadable: an error, or the next source', async () => {
      await start({ user: 'root' })
      const fake = 'printf \'#!/bin/sh\\necho "nix (Nix) 2.3.16"\\n\' > /usr/local/bin/nix; chmod +x /usr/local/bin/nix'
      await machine.sh(fake)
      expect((await install(existing)).thrown).toMatch(/\/usr\/local\/bin\/nix is Nix 2\.3\.16, older than 2\.8\.0/)
      await machine.sh("printf '#!/bin/sh\\necho hello\\n' > /usr/local/bin/nix")
      expect((await install(existing)).thrown).toMatch(/printed "hello", which is no Nix version/)
      expect(await machine.sh('ls -d /nix || true')).toBe('')
    })

    it.each(nixVersions)(
      '%s: bad lines in extra-nix-config are told, and includes start at the workspace',
      async (nix) => {
        await start({ user: 'root', nix })
        const withLines = async (extraNixConfig: string, env = {}) =>
          await install({ ...existing, extraNixConfig }, { run: [['nix', 'show-config']] }, env)
        expect((await withLines('nonsense')).thrown).toMatch(/configuration line 'nonsense' in extra-nix-config/)
        expect((await withLines('cores=2')).thrown).toMatch(/space on both sides of "="/)
        expect((await withLines('include nowhere')).thrown).toMatch(/included from extra-nix-config/)
        expect((await withLines('store = /tmp/other')).thrown).toMatch(/"store = .*other.*take it out/)
        expect((await withLines('', { NIX_CONFIG: 'no sense' })).thrown).toMatch(/'no sense' in ["']?NIX_CONFIG/)
        await machine.sh('mkdir -p /var/tmp/w; echo "log-lines = 44" > /var/tmp/w/my.conf')
        const answer = await withLines('max-job = 4\ninclude my.conf', { GITHUB_WORKSPACE: '/var/tmp/w' })
        expect(answer.thrown).toBeUndefined()
        expect(answer.runs?.[0]?.stdout).toContain('log-lines = 44\n')
        expect(answer.log.match(/::warning::extra-nix-config: .*/g)).toEqual([
          `::warning::extra-nix-config: Nix ${nix} says: unknown setting 'max-job'. That line has no effect.`,
        ])
      },
    )
  })

  describe('what steps and builds find', () => {
    // the assertions of the tests of cachix/install-nix-action, and login shells, whose /etc/profile sets PATH anew
    it('PATH, profiles and certificates; login shells; a relaxed sandbox', async () => {
      await start({ user: 'runner' })
      const outside = probe
        .replace('test ! -e /home && ', 'test -e /home && ')
        .replace('name =', '__noChroot = true; name =')
      const relaxed = { extraNixConfig: `${offline}\nsandbox = relaxed` }
      const answer = await install(
        { ...tarball(rig.tarball('2.34.8')), ...relaxed },
        { run: [build, ['nix-build', '--no-out-link', '-E', outside.replace('"probe"', '"noChroot"')]] },
      )
      built(answer)
      expect(answer.runs?.[1]?.stdout).toMatch(/-noChroot\n$/)
      const bin = '/nix/var/nix/profiles/default/bin'
      const set = await machine.sh('cat /var/tmp/runner/env')
      const value = (name: string): string => new RegExp(`${name}<<(\\S+)\n(.*)\n\\1`).exec(set)?.[2] ?? ''
      expect(value('NIX_PROFILES')).toBe(`/nix/var/nix/profiles/default ${machine.home}/.nix-profile`)
      await machine.sh('test -s "$FILE"', { env: { FILE: value('NIX_SSL_CERT_FILE') } })
      expect(await machine.sh('cat /var/tmp/runner/path')).toBe(`${bin}\n${machine.home}/.nix-profile/bin\n`)
      for (const shell of ['bash', 'sh'])
        expect(
          await machine.sh(`${shell} -lc 'command -v nix; echo $NIX_PROFILES; test -s "$NIX_SSL_CERT_FILE"'`),
        ).toBe(`${bin}/nix\n${value('NIX_PROFILES')}\n`)
      await post(answer)
      await expectUntouched()
    })

    it('KVM, where the machine has it, until post', async () => {
      await start({ user: 'runner' })
      // a file stands for the device: the host's own must not be changed
      await machine.sh('touch /dev/kvm && chmod 660 /dev/kvm', { user: 'root' })
      const wants = probe.replace('name =', 'requiredSystemFeatures = [ "kvm" ]; name =')
      const run = [['nix-build', '--no-out-link', '-E', wants.replace('test ! -e /home', 'test -w /dev/kvm')]]
      const answer = await install(tarball(rig.tarball('2.34.8')), { run })
      built(answer)
      await post(answer)
      expect(await machine.sh('stat -c %a /dev/kvm')).toBe('660\n')
    })
  })

  describe('tokens and the sandbox', () => {
    it('a token is merged, private, on no command line and gone after post', async () => {
      const mine = 'ghs_0123456789abcdef'
      await start({
        user: 'runner',
        nix: '2.34.8',
        nixFlavour: 'daemon',
        nixConf: 'access-tokens = gitlab.com=OAuth2:theirs-1 github.com=old-1',
      })
      const answer = await install(
        { ...existing, githubToken: mine },
        { run: [['nix', 'config', 'show', 'access-tokens']] },
      )
      expect(answer.runs?.[0]?.stdout.trim().split(' ').sort()).toEqual([
        `github.com=${mine}`,
        'gitlab.com=OAuth2:theirs-1',
      ])
      expect(answer.confMode).toBe('600')
      expect(answer.log.replace(`::add-mask::${mine}`, '')).not.toContain(mine)
      expect(await machine.sh('cat /var/tmp/runner/env /etc/nix/nix.conf')).not.toContain(mine)
      expect(
        await machine.sh(`grep -rl ${mine} /var/tmp /var/log /etc /nix/var /home/runner 2>/dev/null || true`, {
          user: 'root',
        }),
      ).toBe(`${answer.folder}/nix.conf\n`)
      await post(answer)
      expect(
        await machine.sh(`grep -rl ${mine} /var/tmp /var/log /etc /nix/var /home/runner 2>/dev/null || true`, {
          user: 'root',
        }),
      ).toBe('')
      const own = await install(
        { ...existing, githubToken: mine, extraNixConfig: 'extra-access-tokens = github.com=chosen-1' },
        { run: [['nix', 'config', 'show', 'access-tokens']] },
      )
      expect(own.thrown).toBeUndefined()
      expect(own.runs?.[0]?.stdout).toContain('github.com=chosen-1')
    })

    it("the user's own nix.conf stays in force", async () => {
      await start({ user: 'runner', nix: '2.26.3', noSudo: true })
      await machine.sh('mkdir -p ~/.config/nix && echo "log-lines = 77" > ~/.config/nix/nix.conf')
      const answer = await install(existing, { run: [['nix', 'config', 'show', 'log-lines']] })
      expect(answer.runs?.[0]?.stdout).toBe('77\n')
    })

    it('where the kernel gives no sandbox, an error says so; "sandbox = false" builds without', async () => {
      await start({ user: 'root', nix: '2.34.8', sysctlReadOnly: true })
      expect((await install(existing)).thrown).toMatch(/cannot make its build sandbox.*sandbox = false/)
      const without = `${offline}\nsandbox = false`
      const run = [['nix-build', '--no-out-link', '-E', probe.replace('test ! -e /home && ', '')]]
      built(await install({ ...existing, extraNixConfig: without }, { run }))
    })
  })

  it('leaves the host alone', () => {
    expect(() => readFileSync('/nix/store')).toThrow(/ENOENT/)
    expect(readFileSync('/etc/passwd', 'utf8')).not.toContain('nixbld')
  })
})
