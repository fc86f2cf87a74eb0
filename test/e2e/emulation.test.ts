// The emulation room on disposable machines: the real kernel, the real QEMU, a binfmt_misc table of the machine's own.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ts from 'typescript'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { nixSettings } from '../../src/emulation/emulation.ts'
import type { System } from '../../src/nix/system.ts'
import { machineUsable } from '../rig/available.ts'
import { rig } from '../rig/cache.ts'
import { Machine, type MachineOptions } from '../rig/machine.ts'
import type { Answer, Job } from './emulation-driver.ts'

const table = '/proc/sys/fs/binfmt_misc'
const magic: Record<string, string> = {
  aarch64: String.raw`\x7f\x45\x4c\x46\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00`,
  riscv64: String.raw`\x7f\x45\x4c\x46\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xf3\x00`,
}
const mask = String.raw`\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff`
type Driven = Answer & { readonly log: string }

const many = ['aarch64', 'armv7l', 'armv6l', 'riscv64', 's390x', 'powerpc64le'].map((cpu) => `${cpu}-linux`)
const folder = { kind: 'folder', path: rig.qemu } as const

describe.skipIf(!machineUsable())('emulation', () => {
  let built: string
  let machine: Machine

  beforeAll(() => {
    built = mkdtempSync(join(tmpdir(), 'emulation-'))
    chmodSync(built, 0o755)
    mkdirSync(join(built, 'out'))
    const driver = join(import.meta.dirname, 'emulation-driver.ts')
    const config = ts.readConfigFile('tsconfig.json', ts.sys.readFile).config.compilerOptions
    const { options } = ts.convertCompilerOptionsFromJson(
      { ...config, outDir: join(built, 'out'), noCheck: true },
      process.cwd(),
    )
    ts.createProgram([driver], options).emit()
    writeFileSync(join(built, 'package.json'), '{"type":"module"}')
    symlinkSync(join(process.cwd(), 'node_modules'), join(built, 'node_modules'))
  })
  afterAll(() => rmSync(built, { recursive: true, force: true }))
  afterEach(() => machine?.stop())

  const start = async (options: MachineOptions = {}): Promise<void> => {
    machine = await Machine.start({
      user: 'root',
      binds: [{ source: process.cwd() }, { source: built, target: '/opt/emulation' }],
      ...options,
    })
    await machine.sh('mkdir -p /var/tmp/runner && chmod 777 /var/tmp/runner', { user: 'root' })
  }

  const drive = async (job: Job, env: Record<string, string> = {}): Promise<Driven> => {
    const main = '/opt/emulation/out/test/e2e/emulation-driver.js'
    const result = await machine.run([machine.node('host'), main], {
      input: JSON.stringify(job),
      env: { RUNNER_TEMP: '/var/tmp/runner', RUNNER_NAME: 'one', ...env },
    })
    const last = result.stdout.split('\n').findLast((line) => line.startsWith('{'))
    if (last === undefined) throw new Error(`no answer: ${result.stdout}${result.stderr}`)
    return { ...(JSON.parse(last) as Answer), log: result.stdout }
  }
  const post = async ({ folder: run }: Answer, env: Record<string, string> = {}): Promise<void> => {
    expect((await drive({ verb: 'post' }, { ...env, STATE_folder: run })).thrown).toBeUndefined()
  }
  const entries = async (): Promise<string[]> =>
    (await machine.sh(`ls ${table}`, { user: 'root' })).split('\n').filter((name) => /^(?!register|status)./.test(name))
  const entry = async (name: string): Promise<string> => await machine.sh(`cat ${table}/${name}`, { user: 'root' })
  const registerByHand = async (name: string, arch: string, interpreter: string, flags: string): Promise<void> => {
    const line = `:${name}:M::${magic[arch]}:${mask}:${interpreter}:${flags}`
    await machine.sh(`cat > ${table}/register`, { user: 'root', input: line })
  }
  /** Real foreign programs of Debian's, in a root without the emulator: what a build sandbox is. */
  const runBusybox = async (arch: 'arm64' | 'riscv64'): Promise<string> =>
    await machine.sh(
      `d=$(mktemp -d) && cp ${rig.static(`busybox-${arch}`)} $d/busybox && chroot $d /busybox uname -m`,
      { user: 'root' },
    )
  const statuses = (answer: Answer) =>
    Object.fromEntries((answer.emulators ?? []).map(({ system, status }) => [system, status]))
  const reasonOf = (answer: Answer, system = 'aarch64-linux'): string =>
    answer.emulators?.find((emulator) => emulator.system === system)?.reason ?? answer.thrown ?? ''

  it.each(['root', 'runner'] as const)(
    'registers what is missing, keeps it the second time, undoes it (%s)',
    async (user) => {
      await start({ user })
      const first = await drive({ verb: 'ensure', systems: many, source: folder })
      expect(statuses(first)).toEqual(Object.fromEntries(many.map((system) => [system, 'registered'])))
      expect(first.emulators?.[0]).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+/) })
      const names = await entries()
      expect(names.map((name) => name.replace(/-[0-9a-f]{8}$/, ''))).toEqual(
        ['aarch64', 'arm', 'ppc64le', 'riscv64', 's390x'].map((arch) => `nix-multiarch-${arch}`),
      )
      expect(await entry(names[0] ?? '')).toContain('\nflags: PF\n')
      expect(await runBusybox('arm64')).toBe('aarch64\n')
      expect(await runBusybox('riscv64')).toBe('riscv64\n')

      const second = await drive({ verb: 'ensure', systems: many, source: folder })
      expect(statuses(second)).toEqual(Object.fromEntries(many.map((system) => [system, 'kept'])))
      await post(second)
      await post(first)
      expect(await entries()).toEqual([])
    },
  )

  it('has every architecture of the table from the distribution’s package, each proved', async () => {
    await start({ apt: true })
    await machine.sh('apt-get update -qq') // the machine's own lists are used where they are there
    const all = ['aarch64', 'aarch64_be', 'armv7l', 'armv6l', 'armv5tel', 'riscv64', 'riscv32', 'powerpc64le']
      .concat('powerpc64', 'powerpc', 's390x', 'loongarch64', 'mips64el', 'mips64', 'mipsel', 'mips', 'm68k')
      .map((cpu) => `${cpu}-linux`)
    const answer = await drive({ verb: 'ensure', systems: all, source: { kind: 'distro' } })
    const missing = answer.emulators?.filter(({ status }) => status !== 'registered')
    expect(missing).toEqual([])
    expect(answer.log).not.toMatch(/apt-get update/)
    await post(answer)
  })

  it('keeps an entry of somebody else that serves, even where its interpreter is gone, and leaves it in post', async () => {
    await start()
    await machine.sh(`cp ${rig.qemu}/qemu-aarch64* /var/tmp/gone`)
    await registerByHand('qemu-aarch64', 'aarch64', '/var/tmp/gone', 'FC')
    await machine.sh('rm /var/tmp/gone')
    const answer = await drive({ verb: 'ensure', systems: ['aarch64-linux'], source: { kind: 'existing' } })
    expect(answer.emulators).toMatchObject([{ status: 'kept', interpreter: '/var/tmp/gone' }])
    await post(answer)
    expect(await entries()).toEqual(['qemu-aarch64'])
  })

  it.each([
    ['a missing interpreter', '/nowhere/qemu-aarch64', '', /its interpreter \/nowhere\/qemu-aarch64 does not exist/],
    ['no flag F', 'QEMU', 'P', /lacks flag F/],
    ['a wrong emulator', 'OTHER', 'F', /did not run our test programs/],
  ])(
    'wins over an entry with %s, under another name or a usual one, and leaves it as it was',
    async (_, path, flags, why) => {
      await start()
      await machine.sh(`cp ${rig.qemu}/qemu-aarch64* /var/tmp/QEMU; cp ${rig.qemu}/qemu-riscv64* /var/tmp/OTHER`)
      await registerByHand('shadow', 'aarch64', path.startsWith('/') ? path : `/var/tmp/${path}`, flags)
      const before = await entry('shadow')
      const answer = await drive({ verb: 'ensure', systems: ['aarch64-linux', 'riscv64-linux'], source: folder })
      expect(statuses(answer)).toEqual({ 'aarch64-linux': 'replaced', 'riscv64-linux': 'registered' })
      expect(reasonOf(answer)).toMatch(why)
      expect(await runBusybox('arm64')).toBe('aarch64\n')
      await post(answer)
      expect(await entries()).toEqual(['shadow'])
      expect(await entry('shadow')).toBe(before)
    },
  )

  it('replaces its own entry that a killed job left broken, and takes it out in post', async () => {
    await start()
    const killed = await drive({ verb: 'ensure', systems: ['aarch64-linux'], source: folder })
    const [name = ''] = await entries()
    await machine.sh(`echo -1 > ${table}/${name}`)
    await registerByHand(name, 'aarch64', '/nowhere/qemu', '')
    const answer = await drive({ verb: 'ensure', systems: ['aarch64-linux'], source: folder })
    expect(statuses(answer)).toEqual({ 'aarch64-linux': 'replaced' })
    expect(reasonOf(answer)).toMatch(/of an earlier run/)
    await post(answer)
    expect(await entries()).toEqual([])
    await post(killed)
  })

  it('does not rely on the entry of another runner of the same machine', async () => {
    await start()
    const other = await drive({ verb: 'ensure', systems: ['aarch64-linux'], source: folder }, { RUNNER_NAME: 'two' })
    const own = await drive({ verb: 'ensure', systems: ['aarch64-linux'], source: folder })
    expect(reasonOf(own)).toMatch(/when the job of another runner ends/)
    await post(other, { RUNNER_NAME: 'two' })
    expect(await runBusybox('arm64')).toBe('aarch64\n')
    await post(own)
    expect(await entries()).toEqual([])
  })

  it('mounts binfmt_misc where it is not, and unmounts it in post', async () => {
    await start({ binfmt: 'none' })
    const answer = await drive({ verb: 'ensure', systems: ['riscv64-linux'], source: folder })
    expect(statuses(answer)).toEqual({ 'riscv64-linux': 'registered' })
    expect(await machine.sh(`grep -c ' ${table} ' /proc/self/mountinfo`)).toBe('1\n')
    await post(answer)
    expect((await machine.run(['grep', ` ${table} `, '/proc/self/mountinfo'])).stdout).toBe('')
  })

  it('says what to do where the table is read-only, and mounts or registers nothing', async () => {
    await start({ binfmt: 'read-only' })
    const answer = await drive({ verb: 'ensure', systems: ['aarch64-linux', 'x86_64-linux'], source: folder })
    expect(statuses(answer)).toEqual({ 'aarch64-linux': 'failed' })
    expect(reasonOf(answer)).toMatch(/aarch64-linux cannot be emulated: .* mounted read-only; mount it writable/)
    await post(answer)
  })

  it('says what to do for a user without sudo, and keeps what serves', async () => {
    await start({ user: 'runner', noSudo: true })
    const qemu = (await machine.sh(`ls ${rig.qemu}/qemu-aarch64*`)).trim().split('\n')[0] ?? ''
    await registerByHand('qemu-aarch64', 'aarch64', qemu, 'F')
    const answer = await drive({ verb: 'ensure', systems: ['aarch64-linux', 'riscv64-linux'], source: folder })
    expect(statuses(answer)).toEqual({ 'aarch64-linux': 'kept', 'riscv64-linux': 'failed' })
    expect(reasonOf(answer, 'riscv64-linux')).toMatch(/needs root; run the job as root, or .* sudo/)
    await post(answer)
    expect(await entries()).toEqual(['qemu-aarch64'])
  })

  it('refuses what is no static emulator, and an empty source', async () => {
    await start()
    await machine.sh('mkdir /var/tmp/q && cp /bin/ls /var/tmp/q/qemu-aarch64 && echo "#!/bin/sh" > /var/tmp/q/qemu-arm')
    const source = { kind: 'folder', path: '/var/tmp/q' } as const
    const systems = ['aarch64-linux', 'armv7l-linux', 'riscv64-linux', 'x86_64-darwin']
    const answer = await drive({ verb: 'ensure', systems, source })
    expect(statuses(answer)).toEqual(Object.fromEntries(systems.map((system) => [system, 'failed'])))
    expect(reasonOf(answer)).toMatch(/qemu-aarch64 is refused: it is dynamic: it needs \/lib64\/ld-linux/)
    expect(reasonOf(answer, 'armv7l-linux')).toMatch(/not an ELF program/)
    expect(reasonOf(answer, 'riscv64-linux')).toMatch(/\/var\/tmp\/q holds no qemu-riscv64/)
    expect(reasonOf(answer, 'x86_64-darwin')).toMatch(/no user-mode emulator/)
    await post(answer)
    expect(await entries()).toEqual([])
  })

  it('takes emulators out of the distribution’s package without installing it', async () => {
    await start({ user: 'runner', apt: true })
    const systems = ['aarch64-linux', 's390x-linux']
    const tools = { RUNNER_TOOL_CACHE: '/var/tmp/tools' }
    await machine.sh('mkdir /var/tmp/tools')
    const answer = await drive({ verb: 'ensure', systems }, tools)
    expect(statuses(answer)).toEqual({ 'aarch64-linux': 'registered', 's390x-linux': 'registered' })
    expect(answer.log).toMatch(/apt-get update, with lists of this run’s own/)
    expect(reasonOf(answer)).toMatch(/from the package qemu-user-static 1:\d/)
    await post(answer)
    const again = await drive({ verb: 'ensure', systems }, tools)
    expect(statuses(again)).toEqual(statuses(answer))
    expect(reasonOf(again)).toMatch(/registered \/var\/tmp\/tools\/qemu-aarch64\/7\..* from the package/)
    expect(again.log).not.toMatch(/apt-get download/)
    await post(again)
    expect((await machine.run(['dpkg', '-s', 'qemu-user-static'])).code).not.toBe(0)
    expect(await entries()).toEqual([])
    expect(machine.upper().filter(({ path }) => !/^\/?var\/(tmp|log|cache|lib\/sudo)/.test(path))).toEqual([])
  })

  it('hands argv[0] on, so that a program of many names finds its own', async () => {
    await start()
    const answer = await drive({ verb: 'ensure', systems: ['aarch64-linux'], source: folder })
    const renamed = `(exec -a uname ${rig.static('busybox-arm64')} -m)`
    expect(await machine.sh(renamed)).toBe('aarch64\n')
    await post(answer)
  })

  it('says what to do where binfmt_misc is switched off, and where RUNNER_TEMP is noexec', async () => {
    await start()
    await machine.sh(`echo 0 > ${table}/status`)
    const off = await drive({ verb: 'ensure', systems: ['aarch64-linux'], source: folder })
    expect(reasonOf(off)).toMatch(/switched off on this machine; switch it on/)
    await machine.sh(`echo 1 > ${table}/status; mount -t tmpfs -o noexec tmpfs /var/tmp/runner`)
    const noexec = await drive({ verb: 'ensure', systems: ['aarch64-linux'], source: folder })
    expect(reasonOf(noexec)).toMatch(/cannot be run .* mounted noexec/)
    const { facts } = await drive({ verb: 'survey', systems: ['x86_64-linux', 'aarch64-linux'] })
    expect(facts?.systems.map(({ runs }) => runs)).toEqual(['native', 'no'])
    expect(facts?.obstacle).toMatch(/noexec/)
    expect(await entries()).toEqual([])
  })

  it.each(['2.8.0', '2.26.3', '2.34.8'] as const)(
    'lets Nix %s build for foreign systems in its sandbox, with an emulator of Nix’s own',
    async (nix) => {
      const settings = nixSettings(['aarch64-linux', 'armv7l-linux'] as System[])
      await start({
        nix,
        nixConf: ['flake-registry = /etc/nix/empty.json', 'sandbox-fallback = false', ...settings].join('\n'),
      })
      await machine.sh(`
      echo '{"version":2,"flakes":[]}' > /etc/nix/empty.json
      mkdir -p /root/.config/nix /var/tmp/nixpkgs
      echo '{"version":2,"flakes":[{"from":{"type":"indirect","id":"nixpkgs"},"to":{"type":"path","path":"/var/tmp/nixpkgs"}}]}' > /root/.config/nix/registry.json
      cd /var/tmp/nixpkgs && cp ${rig.qemu}/qemu-aarch64 . && cp ${rig.static('busybox-amd64')} busybox && cp ${rig.static('busybox-arm64')} busybox-arm64
      cat > flake.nix <<'END'
      { outputs = { self }: {
          legacyPackages.x86_64-linux.pkgsStatic.qemu-user = derivation {
            name = "qemu-user"; system = "x86_64-linux"; builder = "\${self}/busybox";
            args = [ "sh" "-c" "busybox mkdir -p $out/bin && busybox cp \${self}/qemu-aarch64 $out/bin/" ];
            PATH = self.outPath;
          };
          packages.aarch64-linux.default = derivation {
            name = "machine"; system = "aarch64-linux"; builder = "\${self}/busybox-arm64";
            args = [ "sh" "-c" "\${self}/busybox-arm64 uname -m > $out" ];
          };
          packages.armv7l-linux.default = derivation {
            name = "machine"; system = "armv7l-linux"; builder = "\${self}/busybox-arm64";
            requiredSystemFeatures = [ "gccarch-armv7-a" ];
            args = [ "sh" "-c" "\${self}/busybox-arm64 uname -m > $out" ];
          };
      }; }
END`)
      const answer = await drive({ verb: 'ensure', systems: ['aarch64-linux'], source: { kind: 'nix' }, nix })
      expect(reasonOf(answer)).toMatch(/registered \/nix\/store\/[^ ]*-qemu-user\/bin\/qemu-aarch64 from Nix/)
      for (const cpu of ['aarch64', 'armv7l']) {
        const out = await machine.sh(`nix build --json --no-link path:/var/tmp/nixpkgs#packages.${cpu}-linux.default`)
        expect(await machine.sh(`cat ${JSON.parse(out)[0].outputs.out}`)).toMatch(/aarch64|armv8l/)
      }
      await post(answer)
    },
  )

  it('surveys what the machine executes, and changes nothing', async () => {
    await start({ user: 'runner' })
    const qemu = (await machine.sh(`ls ${rig.qemu}/qemu-riscv64*`)).trim().split('\n')[0] ?? ''
    await registerByHand('qemu-riscv64', 'riscv64', qemu, 'PF')
    const systems = ['x86_64-linux', 'i686-linux', 'riscv64-linux', 'aarch64-linux', 'aarch64-darwin']
    const { facts } = await drive({ verb: 'survey', systems })
    expect(facts?.systems.map(({ runs }) => runs)).toEqual(['native', 'native', 'emulated', 'no', 'no'])
    expect(facts).toMatchObject({ machine: 'x86_64-linux' })
    expect(facts?.obstacle).toBeUndefined()
    expect(await entries()).toEqual(['qemu-riscv64'])
  })
})
