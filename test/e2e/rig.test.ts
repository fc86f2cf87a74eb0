import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { machineUsable } from '../rig/available.ts'
import { nixVersions, rig } from '../rig/cache.ts'
import { Machine, type MachineOptions } from '../rig/machine.ts'
import { prepare } from '../rig/prepare.ts'
import { sendSignal } from '../rig/processes.ts'
import { Runner } from '../rig/runner.ts'
import { startBinaryCache, startSshServer } from '../rig/servers.ts'
import { hostSnapshot } from '../rig/snapshot.ts'

const aarch64 =
  String.raw`:qemu-aarch64:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:` +
  String.raw`\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:${rig.qemu}/qemu-aarch64:F`

/** Builds to a text that tells the machine type and the user mapping that the builder saw. */
const derivation = (system: string, shell: string): string => `derivation {
  name = "proof"; system = "${system}"; builder = "${shell}";
  args = [ "-c" "read ids < /proc/self/uid_map; echo $ids > $out; [ ! -e /etc/debian_version ] || echo not a sandbox >> $out; uname -m >> $out || true; exit 0" ];
}`

const machines: Machine[] = []
async function start(options: MachineOptions = {}): Promise<Machine> {
  const machine = await Machine.start(options)
  machines.push(machine)
  return machine
}

describe.skipIf(!machineUsable())('the disposable machine', () => {
  let before: string[]
  beforeAll(async () => {
    await prepare()
    before = hostSnapshot()
  })
  afterEach(async () => {
    await Promise.all(machines.splice(0).map((machine) => machine.stop()))
  })
  afterAll(() => {
    // all of it at the end: after installs, builds, registrations and pushes in every machine above
    expect(hostSnapshot()).toEqual(before)
  })

  describe.each(nixVersions)('with Nix %s', (nix) => {
    it.each([
      { user: 'root', nixFlavour: 'single-user', builder: '0' },
      { user: 'runner', nixFlavour: 'single-user', builder: '1001' },
      { user: 'runner', nixFlavour: 'daemon', builder: '30001' },
    ] as const)(
      'builds in a sandbox, natively and emulated ($user, $nixFlavour)',
      async ({ user, nixFlavour, builder }) => {
        const nixConf = `extra-platforms = aarch64-linux\nextra-sandbox-paths = /arm=${rig.static('busybox-arm64')}`
        const binds = [{ source: rig.qemu }, { source: rig.static('busybox-arm64') }]
        const machine = await start({ user, nix, nixFlavour, nixConf, binds })
        expect(await machine.sh('nix --version')).toBe(`nix (Nix) ${nix}\n`)
        const build = async (system: string, shell: string): Promise<string> => {
          const path = await machine.sh(`nix-build --no-out-link --expr '${derivation(system, shell)}'`)
          return machine.sh(`cat ${path}`)
        }
        expect(await build('x86_64-linux', '/bin/sh')).toBe(`1000 ${builder} 1\n`)

        await machine.sh('cat > /proc/sys/fs/binfmt_misc/register', { user: 'root', input: aarch64 })
        const shell = await machine.sh(
          `mkdir -p /tmp/b && cp ${rig.static('busybox-arm64')} /tmp/b/sh && nix-store --add /tmp/b`,
        )
        const emulated = `derivation {
        name = "emulated"; system = "aarch64-linux"; builder = "\${builtins.storePath ${shell.trim()}}/sh";
        args = [ "-c" "uname -m > $out; exit 0" ];
      }`
        expect(await machine.sh(`cat $(nix-build --no-out-link --expr '${emulated}')`)).toBe('aarch64\n')
      },
    )

    it('installs from its tarball', async () => {
      const machine = await start({ user: 'root', binds: [{ source: rig.tarball(nix), target: '/opt/nix.tar.xz' }] })
      await machine.sh('cd /tmp && tar xf /opt/nix.tar.xz && nix-*/install-multi-user')
      await machine.sh(
        "echo 'substituters =' >> /etc/nix/nix.conf; echo 'sandbox-fallback = false' >> /etc/nix/nix.conf",
      )
      const path = '/nix/var/nix/profiles/default/bin:/usr/bin:/bin'
      expect(await machine.sh('nix-store --verify --check-contents; nix --version', { env: { PATH: path } })).toContain(
        nix,
      )
      const conf = "--option sandbox-paths '/bin/sh=/usr/bin/bash-static'"
      const built = await machine.sh(
        `cat $(nix-build --no-out-link ${conf} --expr '${derivation('x86_64-linux', '/bin/sh')}')`,
        {
          env: { PATH: path },
        },
      )
      expect(built).toBe('1000 30001 1\n')
    })

    it('cannot make a sandbox where /proc/sys is read-only', async () => {
      const machine = await start({ nix, user: 'root', sysctlReadOnly: true })
      const { code, stderr } = await machine.run([
        'nix-build',
        '--no-out-link',
        '--expr',
        derivation('x86_64-linux', '/bin/sh'),
      ])
      expect([code, stderr]).toEqual([1, expect.stringMatching(/namespaces that are required|mounting \/proc/)])
    })

    it('pushes over HTTP to another machine, and over SSH', async () => {
      const shared = mkdtempSync(join(tmpdir(), 'rig-cache-'))
      try {
        const binds = [{ source: shared, readOnly: false }]
        const [one, two] = await Promise.all([
          start({ nix, binds, ssh: true }),
          start({ nix, binds, nixFlavour: 'daemon' }),
        ])
        const path = (await one.sh(`nix-build --no-out-link --expr '${derivation('x86_64-linux', '/bin/sh')}'`)).trim()
        const cache = await startBinaryCache(one, { root: shared })
        await one.sh(`nix copy --to ${cache.url} ${path}`)
        expect(cache.requests().filter((each) => each.method === 'PUT' && each.status === 201)).toHaveLength(3)
        const mirror = await startBinaryCache(two, { root: shared, auth: 'basic:user:password' })
        const pull = `nix copy --no-check-sigs --from ${mirror.url} ${path}`
        expect((await two.run(['sudo', 'sh', '-c', pull])).code).not.toBe(0)
        await two.sh("echo 'machine 127.0.0.1 login user password password' > /tmp/netrc")
        await two.sh(`sudo ${pull} --option netrc-file /tmp/netrc && cat ${path}`)

        const ssh = await startSshServer(one)
        const to = `ssh-ng://${ssh.authority}?remote-store=/tmp/other&remote-program=nix-daemon`
        await one.sh(`nix copy --no-check-sigs --to '${to}' ${path}`, { env: { NIX_SSHOPTS: ssh.options } })
        expect(await one.sh(`sudo cat /tmp/other${path}`)).toBe('1000 1001 1\n')
      } finally {
        rmSync(shared, { recursive: true, force: true })
      }
    })
  })

  it("installs the distribution's Nix and emulators without a network", async () => {
    const machine = await start({ apt: true })
    await machine.sh(
      'sudo apt-get update -qq && sudo apt-get install -y -qq --no-install-recommends nix-bin qemu-user-static',
    )
    expect(await machine.sh('nix --version; test -x /usr/bin/qemu-aarch64-static')).toContain('2.8.0')
  })

  it('has a user with sudo, or without', async () => {
    const [having, lacking] = await Promise.all([start(), start({ noSudo: true })])
    expect(await having.sh('id -un; sudo -n id -un; sudo -n -u nobody id -un')).toBe('runner\nroot\nnobody\n')
    expect((await lacking.run(['sudo', 'id'])).code).toBe(127)
  })

  it('has a binfmt table of its own, or a read-only one, or none', async () => {
    const register = ['sh', '-c', `cat > /proc/sys/fs/binfmt_misc/register`]
    const binds = [{ source: rig.qemu }]
    for (const [binfmt, code, count] of [
      ['own', 0, 3],
      ['read-only', 2, 2],
      ['none', 2, 0],
    ] as const) {
      const machine = await start({ user: 'root', binfmt, binds })
      expect((await machine.run(register, { input: aarch64 })).code).toBe(code)
      expect((await machine.sh('ls /proc/sys/fs/binfmt_misc')).split('\n').filter(Boolean)).toHaveLength(count)
    }
  })

  it('starts within a second, knows what was changed, and reaps what ends', async () => {
    // the best of three, since other work may keep the processors busy
    const times: number[] = []
    for (let tries = 0; tries < 3; tries++) {
      const started = Date.now()
      await start()
      times.push(Date.now() - started)
    }
    expect(Math.min(...times)).toBeLessThan(1000)
    const machine = await start()
    await machine.sh('echo x > ~/new; sudo sh -c "echo >> /etc/hosts; rm /etc/debian_version; (sleep 0.1 &)"')
    expect(machine.upper()).toEqual([
      { path: '/etc/debian_version', kind: 'deleted' },
      { path: '/etc/hosts', kind: 'file' },
      { path: '/home/runner/new', kind: 'file' },
    ])
    expect(readFileSync(machine.path('/home/runner/new'), 'utf8')).toBe('x\n')
    await vi.waitFor(() => expect(machine.processes()).toEqual([]))
  })

  it('ends commands that take too long, with all that they started', async () => {
    const machine = await start()
    const result = await machine.run(['sh', '-c', 'sleep 60 & sleep 61'], { timeout: 300 })
    expect(result).toMatchObject({ code: null, timedOut: true })
    await vi.waitFor(() => expect(machine.processes()).toEqual([]), { timeout: 10_000 })
  })

  it('dies with the process that made it', async () => {
    const module = join(import.meta.dirname, '../rig/machine.ts')
    const program = `import { runnerImport } from 'vite'
      const { module: { Machine } } = await runnerImport(${JSON.stringify(module)})
      const machine = await Machine.start(); machine.spawn(['setsid', 'sleep', '600'])
      console.log(machine.init); setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const init = await new Promise<number>((resolve) =>
      child.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString()))),
    )
    expect(sendSignal(init, 0)).toBe(true)
    child.kill('SIGKILL')
    await vi.waitFor(() => expect(sendSignal(init, 0)).toBe(false), { timeout: 3000 })
  })

  it.each(['node24', 'host'] as const)('runs actions as a runner does, on %s', async (node) => {
    const action = mkdtempSync(join(tmpdir(), 'rig-action-'))
    chmodSync(action, 0o755) // the machine's user is another than the host's
    try {
      writeFileSync(
        join(action, 'action.yml'),
        'inputs: { a: { default: "1" } }\nruns: { using: node24, main: main.cjs, post: post.cjs }\n',
      )
      const code = [
        `console.log(process.version, process.getuid(), process.cwd(), process.env.INPUT_A, process.env.STATE_s)`,
        `require('node:fs').appendFileSync(process.env.GITHUB_STATE, 's=kept\\n')`,
        `process.on('SIGINT', () => { console.log('interrupted'); process.exit(1) })`,
      ]
      writeFileSync(join(action, 'main.cjs'), [...code, 'setInterval(() => {}, 1000)'].join('\n'))
      writeFileSync(join(action, 'post.cjs'), code[0] ?? '')
      const machine = await start({ binds: [{ source: action, target: '/opt/action' }] })
      const runner = new Runner({
        machine,
        node,
        onLine: (line) => void (/^v/.test(line) && setTimeout(() => runner.cancel(), 50)),
      })
      const result = await runner.step('/opt/action')
      const { post, orphans, leftovers } = await runner.finish()
      expect(result).toMatchObject({ ok: false, state: { s: 'kept' }, stages: [{ code: 1 }] })
      expect(post).toMatchObject([{ ok: true }])
      expect([orphans, leftovers]).toEqual([[], []])
      const version = node === 'host' ? process.version : 'v24'
      expect(runner.log).toMatch(new RegExp(`^${version}\\S* 1001 ${runner.dirs.workspace} 1 undefined$`, 'm'))
      expect(runner.log).toMatch(/interrupted\nPost job cleanup\.\nv\S+ 1001 \S+ 1 kept$/)
    } finally {
      rmSync(action, { recursive: true, force: true })
    }
  })
})
