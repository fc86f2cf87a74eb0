// The emulation room on disposable machines: the real kernel, the real QEMU, a binfmt_misc table of the machine's own.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ts from 'typescript'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
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

  const drive = async (job: Job, env: Record<string, string> = {}): Promise<Answer> => {
    const main = '/opt/emulation/out/test/e2e/emulation-driver.js'
    const result = await machine.run([machine.node('host'), main], {
      input: JSON.stringify(job),
      env: { RUNNER_TEMP: '/var/tmp/runner', RUNNER_NAME: 'one', ...env },
    })
    const last = result.stdout.split('\n').findLast((line) => line.startsWith('{'))
    if (last === undefined) throw new Error(`no answer: ${result.stdout}${result.stderr}`)
    return JSON.parse(last) as Answer
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

  it.each(['root', 'runner'] as const)('registers what is missing, keeps it the second time, undoes it (%s)', async (user) => {
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
  })

  it('has every architecture of the table from the distribution’s package, each proved', async () => {
    await start({ apt: true })
    const all = ['aarch64', 'aarch64_be', 'armv7l', 'armv6l', 'armv5tel', 'riscv64', 'riscv32', 'powerpc64le']
      .concat('powerpc64', 'powerpc', 's390x', 'loongarch64', 'mips64el', 'mips64', 'mipsel', 'mips', 'm68k')
      .map((cpu) => `${cpu}-linux`)
    const answer = await drive({ verb: 'ensure', systems: all, source: { kind: 'distro' } })
    const missing = answer.emulators?.filter(({ status }) => status !== 'registered')
    expect(missing).toEqual([])
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
  ])('wins over an entry with %s, under another name or a usual one, and leaves it as it was', async (_, path, flags, why) => {
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
  })

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
    const answer = await drive({ verb: 'ensure', systems, source: { kind: 'auto' } })
    expect(statuses(answer)).toEqual({ 'aarch64-linux': 'registered', 's390x-linux': 'registered' })
    expect(reasonOf(answer)).toMatch(/from the package qemu-user-static 1:\d/)
    expect((await machine.run(['dpkg', '-s', 'qemu-user-static'])).code).not.toBe(0)
    await post(answer)
    expect(await entries()).toEqual([])
    expect(machine.upper().filter(({ path }) => !/^\/?var\/(tmp|log|cache|lib\/sudo)/.test(path))).toEqual([])
  })

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
