// What the tests of the emulation room share: the room built with its driver, on a disposable machine.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ts from 'typescript'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { rig } from '../rig/cache.ts'
import { Machine, type MachineOptions } from '../rig/machine.ts'
import type { Answer, Job } from './emulation-driver.ts'

export const table = '/proc/sys/fs/binfmt_misc'
const magic: Record<string, string> = {
  aarch64: String.raw`\x7f\x45\x4c\x46\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00`,
  riscv64: String.raw`\x7f\x45\x4c\x46\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xf3\x00`,
}
const mask = String.raw`\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff`

export type Driven = Answer & { readonly log: string }

/** The rig's static emulators. */
export const folder = { kind: 'folder', path: rig.qemu } as const

export const statuses = (answer: Answer) =>
  Object.fromEntries((answer.emulators ?? []).map(({ system, status }) => [system, status]))

export const reasonOf = (answer: Answer, system = 'aarch64-linux'): string =>
  answer.emulators?.find((emulator) => emulator.system === system)?.reason ?? answer.thrown ?? ''

/** Registers hooks: the driver is built before the tests, and a test's machine stopped after it. */
export function useStage() {
  let built: string
  let current: Machine | undefined

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
  afterEach(() => current?.stop())

  const machine = (): Machine => {
    if (current === undefined) throw new Error('no machine was started')
    return current
  }
  const start = async (options: MachineOptions = {}): Promise<void> => {
    current = await Machine.start({
      user: 'root',
      binds: [{ source: process.cwd() }, { source: built, target: '/opt/emulation' }],
      ...options,
    })
    await machine().sh('mkdir -p /var/tmp/runner && chmod 777 /var/tmp/runner', { user: 'root' })
  }

  const drive = async (job: Job, env: Record<string, string> = {}, prefix: readonly string[] = []): Promise<Driven> => {
    const main = '/opt/emulation/out/test/e2e/emulation-driver.js'
    const result = await machine().run([...prefix, machine().node('host'), main], {
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
    (await machine().sh(`ls ${table}`, { user: 'root' }))
      .split('\n')
      .filter((name) => /^(?!register|status)./.test(name))
  const entry = async (name: string): Promise<string> => await machine().sh(`cat ${table}/${name}`, { user: 'root' })
  const registerByHand = async (name: string, arch: string, interpreter: string, flags: string): Promise<void> => {
    const line = `:${name}:M::${magic[arch]}:${mask}:${interpreter}:${flags}`
    await machine().sh(`cat > ${table}/register`, { user: 'root', input: line })
  }
  /** Real foreign programs of Debian's, in a root without the emulator: what a build sandbox is. */
  const runBusybox = async (arch: 'arm64' | 'riscv64'): Promise<string> =>
    await machine().sh(
      `d=$(mktemp -d) && cp ${rig.static(`busybox-${arch}`)} $d/busybox && chroot $d /busybox uname -m`,
      { user: 'root' },
    )
  return { machine, start, drive, post, entries, entry, registerByHand, runBusybox }
}
