// The daemon of a run, by itself and under systemd: its start and end, its death, and its way to the network.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { cgroupRoot, machineUsable, systemdUsable } from '../rig/available.ts'
import { cacheDir, rig, rigDir } from '../rig/cache.ts'
import { Machine, type MachineOptions } from '../rig/machine.ts'
import { sendSignal } from '../rig/processes.ts'
import type { Answer, Job } from './install-driver.ts'
import { driveInstall, runnerFiles } from './install-machine.ts'
import { prepareProxy, startProxy } from './proxy-servers.ts'
import { withJob } from './support.ts'

const inits = [...(machineUsable() ? ['shell' as const] : []), ...(systemdUsable() ? ['systemd' as const] : [])]
const tarball = { 'nix-source': rig.tarball('2.34.8'), 'extra-nix-config': 'substituters =', qemu: 'never' }
const binds = [{ source: cacheDir }]

const nixProcesses = (machine: Machine): string[] =>
  machine
    .processes()
    .map(({ commandLine }) => commandLine)
    .filter((line) => line.includes('nix'))
const units = (machine: Machine, pattern = 'nix-multiarch-*'): Promise<string> =>
  machine.sh(`systemctl list-units --all --plain --no-legend '${pattern}'`, { user: 'root' })
const ours = /^nix-multiarch-[0-9a-f]+\.service +loaded active running Nix daemon of a job\n$/

/** One derivation that never ends: its builder stops itself. */
const endless = `{ outputs = _: { packages.x86_64-linux.default = derivation {
  name = "endless"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "echo began; while :; do :; done" ]; }; }; }
`

describe.each(inits)('the daemon of a run, process 1 is %s', (init) => {
  it('serves a job, and post leaves no process, unit or store', async () => {
    await withJob({ init, binds }, async ({ machine, runner, act, finish }) => {
      const step = await act(tarball)
      expect(step.ok, runner.log).toBe(true)
      expect(runner.log).not.toContain('What the Nix daemon said')
      expect(nixProcesses(machine)).toContain('/nix/var/nix/profiles/default/bin/nix-daemon --daemon')
      if (init === 'systemd') expect(await units(machine)).toMatch(ours)
      await finish()
      expect(nixProcesses(machine)).toEqual([])
      if (init === 'systemd') expect(await units(machine)).toBe('')
      expect(await machine.sh('ls -d /nix || true; getent group nixbld || true')).toBe('')
    })
  })

  it('ends in post with what it builds for a later step that still runs', async () => {
    await withJob({ init, binds }, async ({ machine, runner, act }) => {
      expect((await act(tarball)).ok, runner.log).toBe(true)
      await runner.run(`echo '${endless.replace(/\n/g, ' ')}' > flake.nix
        nohup setsid nix build path:$PWD --no-link > /tmp/background.log 2>&1 & sleep 2; cat /tmp/background.log`)
      expect(nixProcesses(machine)).toContainEqual(expect.stringMatching(/nix-daemon \d+$/))
      const { post } = await runner.finish()
      expect(
        post.map(({ ok }) => ok),
        runner.log,
      ).toEqual([true])
      await sleep(500)
      expect(machine.processes().filter(({ commandLine }) => /nix|while :/.test(commandLine))).toEqual([])
      expect(await machine.sh('ls -d /nix* || true; getent group nixbld || true')).toBe('')
    })
  })

  it('killed in the middle of a build: one error, with its last words', async () => {
    await withJob({ init, binds, flake: endless }, async ({ machine, runner, act, finish }) => {
      const acted = act({ ...tarball, 'keep-going': 'false' })
      for (let turn = 0; turn < 1500 && !runner.log.includes('building endless'); turn += 1) await sleep(20)
      const log = `"$(echo ${runner.dirs.temp}/nix-multiarch-*)/nix-daemon.log"`
      await machine.sh(`echo "error: not enough of everything" >> ${log}`, { user: 'root' })
      // all at once: a child that outlives the daemon for a moment tells of the build that systemd then ends
      await machine.sh('pids=$(pidof nix-daemon); kill -STOP $pids; kill -9 $pids', { user: 'root' })
      expect((await acted).ok).toBe(false)
      const errors = runner.messages('error')
      expect(errors, runner.log).toHaveLength(1)
      expect(errors[0]).toMatch(
        /Nix daemon that this run had started has died.*It said at last: error: not enough of everything\n/s,
      )
      await finish()
      expect(nixProcesses(machine)).toEqual([])
      if (init === 'systemd') expect(await units(machine)).toBe('')
    })
  })
})

describe.each(inits)('a machine with process 1 %s', (init) => {
  let machine: Machine
  afterEach(() => machine?.stop())
  const start = async (options: MachineOptions): Promise<void> => {
    machine = await Machine.start({ ...options, init, binds: [{ source: process.cwd() }, ...binds] })
    await machine.sh(runnerFiles, { user: 'root' })
  }
  const install = (inputs: Job['inputs'], more: Omit<Job, 'verb' | 'inputs'> = {}, env = {}) =>
    driveInstall(machine, { verb: 'install', inputs: { nixSource: { kind: 'existing' }, ...inputs }, ...more }, env)
  const post = async ({ folder }: Answer): Promise<void> =>
    expect((await driveInstall(machine, { verb: 'post' }, { STATE_folder: folder })).thrown).toBeUndefined()

  describe('behind a proxy, with a private CA', () => {
    beforeAll(prepareProxy, 300_000)
    it.each(['NIX_SSL_CERT_FILE', 'SSL_CERT_FILE'])('the daemon fetches, by %s', async (name) => {
      await start({ user: 'runner', nix: '2.34.8', nixFlavour: 'daemon' })
      const { cache, ca, password, proxy, passedOn } = await startProxy(machine)
      const path = (
        await machine.sh(
          `nix-store --generate-binary-cache-key k-1 /srv/secret /srv/public
           path=$(nix-store --add ${process.cwd()}/test/rig/README.md)
           nix copy --to 'file:///srv/cache?secret-key=/srv/secret' $path && nix-store --delete $path >&2 && echo $path`,
          { user: 'root' },
        )
      ).trim()
      const key = (await machine.sh('cat /srv/public')).trim()
      const lines = `substituters = ${cache}\ntrusted-public-keys = ${key}\nconnect-timeout = 5\ndownload-attempts = 1`
      const run = [['nix-store', '--realise', path]]
      const env = { https_proxy: proxy, [name]: ca }

      const without = await install({ extraNixConfig: lines }, { run })
      expect(without.runs?.[0]?.exitCode).not.toBe(0)
      await post(without)
      const noCa = await install({ extraNixConfig: lines }, { run }, { https_proxy: env.https_proxy })
      expect(noCa.runs?.[0]?.stderr).toMatch(/certificate/i)
      await post(noCa)
      expect(await passedOn()).toContain('cache.internal:8443')

      const answer = await install({ extraNixConfig: lines }, { run }, env)
      expect(answer.installed?.wiring.kind).toBe('own-daemon')
      expect(answer.runs?.[0], answer.log).toMatchObject({ exitCode: 0, stdout: `${path}\n` })
      // what a unit and a command line are given is for everybody to see
      const units = init === 'systemd' ? 'systemctl show "nix-multiarch-*";' : ''
      const shown = await machine.sh(`${units} cat /proc/[0-9]*/cmdline | tr "\\0" " "`, { user: 'root' })
      expect(shown).toContain('nix-daemon')
      expect(shown + answer.log).not.toContain(password)
      await post(answer)
      expect(nixProcesses(machine).filter((line) => !line.includes('nginx'))).toEqual(['nix-daemon'])

      await machine.sh(`ln -s ${rig.tarball('2.34.8')} /srv/cache/nix.tar.xz`, { user: 'root' })
      const location = `${cache}/nix.tar.xz`
      const nixSource = { kind: 'tarball', location, sha256: rig.tarballSha256('2.34.8') } as const
      const refused = await install({ nixSource, extraNixConfig: lines }, {}, { https_proxy: env.https_proxy })
      expect(refused.thrown).toMatch(
        /certificate is not trusted: .* NIX_SSL_CERT_FILE or NODE_EXTRA_CA_CERTS\. \(1 try\)$/,
      )
      const fetched = await install({ nixSource, extraNixConfig: lines }, {}, { ALL_PROXY: proxy, [name]: ca })
      expect(fetched.thrown).toBeUndefined()
      await post(fetched)
    })
  })

  if (init !== 'systemd') return

  it("beside Debian's own units, which stay as they are", async () => {
    await start({ user: 'runner', apt: true })
    await machine.sh(
      `apt-get -qq update; DEBIAN_FRONTEND=noninteractive apt-get -qq -y install nix-bin nix-setup-systemd > /dev/null 2>&1
       systemctl start nix-daemon.socket nix-daemon.service`,
      { user: 'root', timeout: 300_000 },
    )
    const state = () =>
      machine.sh(
        'systemctl show -p MainPID,ActiveState,SubState nix-daemon.service nix-daemon.socket; sha256sum /etc/nix/nix.conf',
        { user: 'root' },
      )
    const probe = `derivation { name = "probe"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "echo ok > $out" ]; }`
    const run = [['nix-build', '--no-out-link', '-E', probe]]
    const before = await state()
    expect(before).toContain('SubState=running')
    // its socket is for a group that this user is not in
    const beside = await install({ extraNixConfig: 'substituters =' }, { run })
    expect(beside.runs?.[0], beside.log).toMatchObject({ exitCode: 0 })
    expect(beside.installed?.wiring.kind).toBe('own-daemon')
    expect(await units(machine)).toMatch(ours)
    expect(await state()).toBe(before)
    await post(beside)
    expect(await units(machine)).toBe('')
    expect(await state()).toBe(before)
    // a user whom it trusts sends its settings: nothing is started
    await machine.sh(
      'gpasswd -a runner nix-users; echo "trusted-users = root runner" >> /etc/nix/nix.conf; systemctl restart nix-daemon.service; systemctl stop nix-daemon.service',
      { user: 'root' },
    )
    expect(await state()).toContain('SubState=listening')
    const trusted = await install({ extraNixConfig: 'substituters =\nsandbox = false' }, { run })
    expect(trusted.runs?.[0], trusted.log).toMatchObject({ exitCode: 0 })
    expect(trusted.installed?.wiring.kind).toBe('client')
    expect(await units(machine)).toBe('')
    await post(trusted)
    expect(await state()).toContain('SubState=running')
  })

  it('where systemd refuses, it runs by itself, and the log says why', async () => {
    await start({ user: 'runner', nix: '2.34.8', nixFlavour: 'daemon' })
    await machine.sh('mkdir -p /run/systemd/transient; mount -t tmpfs -o ro none /run/systemd/transient', {
      user: 'root',
    })
    const answer = await install({ extraNixConfig: 'substituters =' })
    expect(answer.log).toMatch(/systemd does not run the Nix daemon \(.*[Rr]ead-only.*\): this run starts it by itself/)
    expect(answer.installed?.wiring).toMatchObject({ daemon: { run: { kind: 'itself' } } })
    await post(answer)
    expect(nixProcesses(machine)).toEqual(['nix-daemon'])
  })

  it("a machine ends, with its control group, when the test's process is killed", async () => {
    const groups = () => readdirSync(cgroupRoot() ?? '').filter((name) => name.startsWith('rig-'))
    const program = `import { Machine } from ${JSON.stringify(join(rigDir, 'machine.ts'))}
      const machine = await Machine.start({ init: 'systemd' })
      console.log(machine.init); setInterval(() => {}, 1000)`
    const before = groups()
    const child = spawn(rig.node24, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'ignore'] })
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const init = Number(line.toString())
    expect([sendSignal(init, 0), groups().length]).toEqual([true, before.length + 1])
    child.kill('SIGKILL')
    await vi.waitFor(() => expect(sendSignal(init, 0)).toBe(false), { timeout: 5000 })
    await vi.waitFor(() => expect(groups()).toEqual(before), { timeout: 5000 })
  })
})
