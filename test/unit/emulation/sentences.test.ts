import { describe, expect, it } from 'vitest'
import { detailOf, executionOf, factsOf, ownOrNot, qemuVersion } from '../../../src/emulation/execution.ts'
import { mountRefusal, mountState, obstacleOf, registerRefusal } from '../../../src/emulation/obstacles.ts'
import { cacheVersion, complaintOf, parseCandidate } from '../../../src/emulation/packages.ts'
import type { System } from '../../../src/nix/system.ts'
import type { CommandResult } from '../../../src/runner/ports.ts'

const run = (exitCode: number, more: Partial<CommandResult> = {}): CommandResult => ({
  exitCode,
  stdout: '',
  stderr: '',
  seconds: 0.01,
  ...more,
})

describe('executionOf', () => {
  const told = run(0, { stdout: 'qemu-arm version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)\nCopyright …\n' })
  it.each([
    ['the processor', [run(42), run(42)], run(42), { kind: 'native' }],
    ['QEMU', [run(42), run(42)], told, { kind: 'emulated', version: '7.2.22' }],
    ['another emulator', [run(42), run(42)], run(1), { kind: 'emulated', version: undefined }],
    ['only plain programs', [run(42), run(127)], undefined, { kind: 'none' }],
    ['nothing', [run(126)], undefined, { kind: 'none' }],
  ])('%s', (_, runs, asked, expected) => {
    expect(executionOf(runs, asked)).toMatchObject(expected)
  })
  it('tells a hang, and what was said last', () => {
    expect(detailOf(run(143, { stopped: 'timeout', seconds: 60.2 }))).toBe('it hung for 60 s')
    expect(detailOf(run(126, { stderr: 'a\nchroot: Exec format error\n' }))).toMatch(
      /126 .*“chroot: Exec format error”/,
    )
  })
  it('reads versions of distributions and of the upstream', () => {
    expect(qemuVersion('qemu-aarch64 version 11.0.2')).toBe('11.0.2')
    expect(qemuVersion('box64 v0.3')).toBeUndefined()
  })
})

describe('facts', () => {
  const [x86, i686, arm] = ['x86_64-linux', 'i686-linux', 'armv7l-linux'].map((name) => name as System)
  it.each([
    [factsOf(x86!, i686!, { kind: 'native' }), 'native', /ran our test program for i686-linux by itself/],
    [factsOf(x86!, arm!, { kind: 'emulated', version: '10.0.13' }), 'emulated', /QEMU 10\.0\.13 is registered/],
    [factsOf(x86!, i686!, { kind: 'none', detail: '' }), 'no', /nor by itself as some x86_64-linux machines do/],
    [factsOf(x86!, arm!, { kind: 'none', detail: '' }), 'no', /no emulator serves it$/],
    [ownOrNot(x86, x86!), 'native', /this machine is x86_64-linux/],
    [ownOrNot(x86, 'aarch64-darwin' as System), 'no', /no user-mode emulator/],
  ])('%j', (facts, runs, reason) => {
    expect(facts.runs).toBe(runs)
    expect(facts.reason).toMatch(reason)
  })
})

describe('mountState', () => {
  const line = (options: string, type: string, superOptions: string) =>
    `91 49 0:44 / /proc/sys/fs/binfmt_misc ${options} shared:7 - ${type} ${type} ${superOptions}`
  it.each([
    ['', 'not mounted'],
    ['22 1 0:20 / /proc rw - proc proc rw\n', 'not mounted'],
    [line('rw,relatime', 'binfmt_misc', 'rw'), 'mounted'],
    [line('ro,relatime', 'binfmt_misc', 'rw'), 'read-only'],
    [line('rw,relatime', 'binfmt_misc', 'ro'), 'read-only'],
    [line('rw,relatime', 'autofs', 'rw,fd=29,direct'), 'not mounted'],
    [`${line('rw,relatime', 'autofs', 'rw')}\n${line('rw', 'binfmt_misc', 'rw')}\n`, 'mounted'],
  ])('%j is %s', (mountinfo, state) => {
    expect(mountState(mountinfo)).toBe(state)
  })
})

describe('obstacles', () => {
  it.each([
    ['mounted', 'root', false, undefined],
    ['not mounted', 'sudo', false, undefined],
    ['absent', 'root', true, undefined],
    ['absent', 'root', false, /no binfmt_misc.*CONFIG_BINFMT_MISC/],
    ['read-only', 'root', false, /read-only; mount it writable/],
    ['switched off', 'root', false, /switched off.*write 1/],
    ['mounted', 'none', false, /needs root; run the job as root, or .*sudo/],
  ] as const)('%s, %s', (state, privilege, loadable, expected) => {
    const sentence = obstacleOf(state, privilege, loadable)
    if (expected === undefined) expect(sentence).toBeUndefined()
    else expect(sentence).toMatch(expected)
  })
  it.each([
    ["EROFS: read-only file system, open '/proc/sys/fs/binfmt_misc/register'", /is read-only; mount it writable/],
    ['tee: /proc/sys/fs/binfmt_misc/register: Operation not permitted', /--privileged/],
    ['EACCES: permission denied, write', /noexec/],
    ['EEXIST: file already exists, write', /same name/],
    ['tee: /proc/sys/fs/binfmt_misc/register: File exists', /same name/],
    ['ENOENT: no such file or directory, write', /disappeared/],
    ['EINVAL: invalid argument, write', /Linux 4\.8/],
    ['something else', /: something else$/],
  ])('registering: %s', (said, expected) => {
    expect(registerRefusal(said, '/q')).toMatch(expected)
  })
  it('mounting', () => {
    expect(mountRefusal('mount: /proc/sys/fs/binfmt_misc: permission denied.')).toMatch(/--privileged/)
    expect(mountRefusal('a\nmount: unknown filesystem type')).toMatch(/failed \(mount: unknown filesystem type\)/)
  })
})

describe('the distribution’s package', () => {
  const sha256 = 'c3e3ba2bd87f8c5b9a5da5ef21b5a3b82d7c63b89dd448d9ddaa4eabc5b6e402'
  const printed = `'http://mirror.example/debian/pool/main/q/qemu/qemu-user-static_7.2%2bdfsg-7%2bdeb12u18%2bb3_amd64.deb' qemu-user-static_1%3a7.2+dfsg-7+deb12u18+b3_amd64.deb 62603724 SHA256:${sha256}\n`
  it('is read from what apt prints', () => {
    const candidate = parseCandidate('qemu-user-static', printed)
    expect(candidate).toEqual({ name: 'qemu-user-static', version: '1:7.2+dfsg-7+deb12u18+b3', sha256 })
    expect(cacheVersion(candidate!)).toBe('7.2.0-shac3e3ba2bd87f8c5b')
  })
  it('has a semantic version for the tool cache, whatever Debian calls it', () => {
    expect(cacheVersion({ name: 'q', version: '1:10.0.13+ds-0+deb13u1', sha256 })).toMatch(/^10\.0\.13-sha/)
    expect(cacheVersion({ name: 'q', version: '8.02.4~rc1', sha256 })).toMatch(/^8\.2\.4-sha/)
  })
  it('is undefined where apt knows none', () => {
    expect(parseCandidate('q', 'E: Unable to locate package q\n')).toBeUndefined()
  })
  it.each([
    ['', ''],
    ['W: something\n', 'W: something'],
    [
      'W: Failed to fetch http://x  Connection refused\nW: Some index files failed to download.\n',
      'W: Failed to fetch http://x  Connection refused',
    ],
    ['E: 404\nW: unsandboxed\n', 'E: 404'],
  ])('complaintOf %j', (stderr, line) => {
    expect(complaintOf(stderr)).toBe(line)
  })
})
