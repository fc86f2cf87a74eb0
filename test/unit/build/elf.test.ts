import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkArchitecture, formatOf } from '../../../src/build/check/architecture.ts'
import { isArchive, readMember } from '../../../src/build/check/archive.ts'
import { complaint, identify, wantedFor } from '../../../src/build/check/elf.ts'
import { PLATFORMS } from '../../../src/nix/platform.ts'
import type { System } from '../../../src/nix/system.ts'

function elf(machine: number, bits: 32 | 64 = 64, endian: 'little' | 'big' = 'little'): Buffer {
  const bytes = Buffer.alloc(64)
  bytes.set([0x7f, 0x45, 0x4c, 0x46, bits === 64 ? 2 : 1, endian === 'little' ? 1 : 2, 1])
  if (endian === 'little') bytes.writeUInt16LE(machine, 18)
  else bytes.writeUInt16BE(machine, 18)
  return bytes
}

function pe(machine: number, managed = false): Buffer {
  const bytes = Buffer.alloc(512)
  bytes.write('MZ')
  bytes.writeUInt32LE(0x80, 0x3c)
  bytes.write('PE\0\0', 0x80)
  bytes.writeUInt16LE(machine, 0x84)
  bytes.writeUInt16LE(0x20b, 0x98)
  if (managed) bytes.writeUInt32LE(0x2000, 0x98 + 112 + 14 * 8)
  return bytes
}

function machO(cpu: number, order: 'little' | 'big' = 'little'): Buffer {
  const bytes = Buffer.alloc(32)
  const write = (value: number, at: number): unknown =>
    order === 'little' ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at)
  write(0xfeedfacf, 0)
  write(cpu, 4)
  return bytes
}

function universal(...cpus: readonly number[]): Buffer {
  const bytes = Buffer.alloc(8 + cpus.length * 20)
  bytes.writeUInt32BE(0xcafebabe, 0)
  bytes.writeUInt32BE(cpus.length, 4)
  cpus.forEach((cpu, index) => {
    bytes.writeUInt32BE(cpu, 8 + index * 20)
  })
  return bytes
}

function archive(members: readonly (readonly [name: string, content: Buffer])[]): Buffer {
  const parts = members.flatMap(([name, content]) => {
    const header = `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'644'.padEnd(8)}${String(content.length).padEnd(10)}\`\n`
    return [Buffer.from(header), content, Buffer.alloc(content.length % 2, '\n')]
  })
  return Buffer.concat([Buffer.from('!<arch>\n'), ...parts])
}

const X86_64 = 0x3e
const AARCH64 = 0xb7
const MACH_X86_64 = 0x01000007
const MACH_ARM64 = 0x0100000c
const wanted = (system: string) => wantedFor(system as System) ?? expect.unreachable(system)
const verdict = (header: Uint8Array, system: string): string | undefined => {
  const binary = identify(header)
  return binary && complaint(binary, wanted(system))
}

describe('ELF headers', () => {
  it.each(PLATFORMS)('of $system pass for it, and for no other platform of another kind', ({ elf: own }) => {
    const header = elf(own.machine, own.bits, own.endian)
    for (const { system, elf: other } of PLATFORMS) {
      const same = other.machine === own.machine && other.bits === own.bits && other.endian === own.endian
      expect([system, verdict(header, system) === undefined]).toEqual([system, same])
    }
  })

  it.each([
    ['x86-64 for aarch64', elf(X86_64), 'aarch64-linux', 'ELF x86-64, wanted aarch64'],
    ['32-bit x86-64 (x32)', elf(X86_64, 32), 'x86_64-linux', 'ELF x86-64 (32-bit), wanted x86-64'],
    ['32-bit ARM for aarch64', elf(0x28, 32), 'aarch64-linux', 'ELF arm, wanted aarch64'],
    ['big-endian aarch64', elf(AARCH64, 64, 'big'), 'aarch64-linux', 'ELF aarch64 (big-endian), wanted aarch64'],
    ['riscv32 for riscv64', elf(0xf3, 32), 'riscv64-linux', 'ELF riscv32, wanted riscv64'],
    ['mips64 for mips64el', elf(8, 64, 'big'), 'mips64el-linux', 'ELF mips64, wanted mips64el'],
    ['a machine of no name', elf(0x1234), 's390x-linux', 'ELF machine 0x1234, wanted s390x'],
    ['EM_NONE', elf(0), 'aarch64-linux', undefined],
    ['EM_BPF', elf(247), 'aarch64-linux', undefined],
    ['ELF for macOS', elf(AARCH64), 'aarch64-darwin', 'ELF aarch64, wanted Mach-O aarch64'],
  ])('%s', (_, header, system, expected) => {
    expect(verdict(header, system)).toBe(expected)
  })
})

describe('other formats', () => {
  it.each([
    ['PE x86-64 for Windows', pe(0x8664), 'x86_64-windows', undefined],
    ['PE i386 for Windows', pe(0x14c), 'x86_64-windows', 'PE i386, wanted x86-64'],
    ['a boot loader for the target', pe(0xaa64), 'aarch64-linux', undefined],
    ['a boot loader for another machine', pe(0x8664), 'aarch64-linux', 'PE x86-64, wanted aarch64'],
    ['.NET code, which says i386', pe(0x14c, true), 'aarch64-linux', undefined],
    ['EFI byte code', pe(0xebc), 'aarch64-linux', undefined],
    ['PE riscv64', pe(0x5064), 'riscv64-linux', undefined],
    ['Mach-O of the target', machO(MACH_ARM64), 'aarch64-darwin', undefined],
    ['Mach-O of another', machO(MACH_X86_64), 'aarch64-darwin', 'Mach-O x86-64, wanted aarch64'],
    ['Mach-O of the other byte order', machO(18, 'big'), 'aarch64-darwin', 'Mach-O powerpc, wanted aarch64'],
    ['universal with the target', universal(MACH_X86_64, MACH_ARM64), 'aarch64-darwin', undefined],
    ['universal without', universal(7, MACH_X86_64), 'aarch64-darwin', 'Mach-O i386 and x86-64, wanted aarch64'],
    ['Mach-O for Linux', machO(MACH_X86_64), 'aarch64-linux', 'Mach-O x86-64, wanted aarch64'],
    ['a Java class', Buffer.from('cafebabe0000003d00aa', 'hex'), 'aarch64-linux', undefined],
    ['a DOS program', Buffer.concat([Buffer.from('MZ'), Buffer.alloc(100)]), 'aarch64-linux', undefined],
    ['a script', Buffer.from('#!/bin/sh\necho x\n'), 'aarch64-linux', undefined],
    ['a text that begins like an ELF', Buffer.from('\x7fELF is a format'), 'aarch64-linux', undefined],
    ['a short file', Buffer.from('\x7fELF'), 'aarch64-linux', undefined],
    ['an empty file', Buffer.alloc(0), 'aarch64-linux', undefined],
  ])('%s', (_, header, system, expected) => {
    expect(verdict(header, system)).toBe(expected)
  })

  it('never throws on any bytes', () => {
    const magics = [
      [0x7f, 0x45, 0x4c, 0x46],
      [0x4d, 0x5a],
      [0xca, 0xfe, 0xba, 0xbe],
      [0xcf, 0xfa, 0xed, 0xfe],
      [0x21, 0x3c],
    ]
    fc.assert(
      fc.property(fc.constantFrom(...magics), fc.uint8Array({ maxLength: 300 }), (magic, rest) => {
        const bytes = Uint8Array.from([...magic, ...rest])
        identify(bytes)
        readMember(bytes, 8)
      }),
    )
  })

  it('nothing is wanted for a processor that is not in the table', () => {
    expect(wantedFor('javascript-ghcjs' as System)).toBeUndefined()
  })
})

it('members of archives in both forms', () => {
  const bytes = archive([
    ['/', Buffer.alloc(4)],
    ['a.o/', elf(AARCH64)],
    ['#1/12', Buffer.concat([Buffer.from('long name.o\0'), elf(X86_64)])],
  ])
  expect(isArchive(bytes)).toBe(true)
  expect(isArchive(Buffer.from('!<thin>\n'))).toBe(false)
  const names: string[] = []
  for (let at = 8; ; ) {
    const member = readMember(bytes.subarray(at), at)
    if (member === undefined) break
    names.push(`${member.name}${member.index ? ' (index)' : ''}+${member.skip}`)
    at = member.next
  }
  expect(names).toEqual(['/ (index)+0'.replace('/ ', ' '), 'a.o+0', 'long name.o+12'])
})

/** A module, and a component (webassembly.github.io/spec). */
const WASM = Buffer.from('0061736d0100000000', 'hex')
const COMPONENT = Buffer.from('0061736d0d00010000', 'hex')

describe('outputs', () => {
  let folder: string
  let output: string
  const put = (path: string, content: Uint8Array | string): void => {
    mkdirSync(join(output, path, '..'), { recursive: true })
    writeFileSync(join(output, path), content)
  }
  const check = (system = 'aarch64-linux') => checkArchitecture([output], system as System)

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'architecture-'))
    output = join(folder, `${'a'.repeat(32)}-hello-2.12`)
    mkdirSync(output)
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('of the target, with scripts, data, links and libraries, pass', async () => {
    put('bin/hello', elf(AARCH64))
    put('bin/script', '#!/bin/sh\n')
    put('lib/libhello.a', archive([['hello.o/', elf(AARCH64)]]))
    put('share/empty', '')
    symlinkSync(process.execPath, join(output, 'bin/node'))
    symlinkSync('/', join(output, 'root'))
    symlinkSync('nowhere', join(output, 'dangling'))
    expect(await check()).toEqual([])
  })

  it('with something else are told with the file', async () => {
    put('bin/hello', elf(X86_64))
    put('lib/deep/er/libx.so', elf(0x28, 32))
    const wrong = await check()
    expect([...wrong].sort()).toEqual([
      'bin/hello: ELF x86-64, wanted aarch64',
      'lib/deep/er/libx.so: ELF arm, wanted aarch64',
    ])
  })

  it('with a static library: its first wrong member and how many', async () => {
    const odd = Buffer.concat([elf(X86_64), Buffer.alloc(1)])
    put(
      'lib/a.a',
      archive([
        ['/', Buffer.alloc(5)],
        ['good.o/', elf(AARCH64)],
        ['bad.o/', odd],
        ['worse.o/', elf(X86_64)],
      ]),
    )
    put('lib/b.a', archive([['#1/20', Buffer.concat([Buffer.from('a long name.o'.padEnd(20, '\0')), elf(X86_64)])]]))
    put(
      'lib/c.a',
      archive([
        ['//', Buffer.from('first name that is long.o/\nsecond name.o/\n')],
        ['/27', elf(X86_64)],
      ]),
    )
    expect([...(await check())].sort()).toEqual([
      'lib/a.a(bad.o): ELF x86-64, wanted aarch64 (2 members in all)',
      'lib/b.a(a long name.o): ELF x86-64, wanted aarch64',
      'lib/c.a(second name.o): ELF x86-64, wanted aarch64',
    ])
  })

  it('of several outputs are told with their name', async () => {
    const other = join(folder, `${'b'.repeat(32)}-hello-2.12-dev`)
    writeFileSync(other, elf(X86_64))
    put('bin/hello', elf(X86_64))
    expect(await checkArchitecture([output, other], 'aarch64-linux' as System)).toEqual([
      'hello-2.12/bin/hello: ELF x86-64, wanted aarch64',
      'hello-2.12-dev: ELF x86-64, wanted aarch64',
    ])
  })

  it('with files for other machines on purpose pass', async () => {
    put('lib/firmware/wifi.elf', elf(94, 32))
    put('share/go/src/debug/elf/testdata/gcc-386-freebsd-exec', elf(3, 32))
    put('lib/python3.12/site-packages/setuptools/cli-64.exe', pe(0x8664))
    put('lib/node_modules/pty/prebuilds/linux-x64/pty.node', elf(X86_64))
    put('lib/app/runtimes/linux-x64/native/libz.so', elf(X86_64))
    put('share/qemu/hppa-firmware.img', elf(15, 32, 'big'))
    expect(await check()).toEqual([])
    put('lib/python3.12/site-packages/mine/cli-64.exe', pe(0x8664))
    expect(await check()).toHaveLength(1)
  })

  it('in a folder that is named for their processor pass, but for what the build machine may have left', async () => {
    const machine = 'x86_64-linux' as System
    const named: Readonly<Record<string, Buffer>> = {
      'arm-none-eabi/lib/libc.a': archive([['a.o/', elf(40, 32)]]),
      'lib/wine/i386-windows/a.dll': pe(0x14c),
      'lib/rustlib/riscv64gc-unknown-linux-gnu/lib/std.so': elf(0xf3),
      'lib/darwin-x64+arm64/a.node': universal(MACH_X86_64, 0x0100000c),
      'lib/powerpc-ieee1275/a.mod': elf(20, 32, 'big'),
    }
    for (const [path, content] of Object.entries(named)) put(path, content)
    expect(await checkArchitecture([output], 'x86_64-linux' as System, machine)).toEqual([])
    put('lib/aarch64/bin/x', elf(0xf3))
    put('lib/arm64.so', elf(AARCH64))
    put('lib/x86_64-linux-thread-multi/a.so', elf(X86_64))
    expect(await checkArchitecture([output], 'x86_64-linux' as System, machine)).toEqual([
      'lib/aarch64/bin/x: ELF riscv64, wanted x86-64',
      'lib/arm64.so: ELF aarch64, wanted x86-64',
    ])
    expect(await checkArchitecture([output], 's390x-linux' as System, machine)).toContain(
      'lib/x86_64-linux-thread-multi/a.so: ELF x86-64, wanted s390x',
    )
  })

  it.each([
    ['x86_64-windows', { 'bin/a.exe': pe(0x8664), 'bin/a.dll': pe(0x8664) }, []],
    ['i686-windows', { 'bin/a.exe': pe(0x14c), 'bin/b.exe': pe(0x8664) }, ['bin/b.exe: PE x86-64, wanted i386']],
    ['aarch64-windows', { 'bin/a.exe': pe(0xaa64), 'bin/b.exe': pe(0x8664) }, ['bin/b.exe: PE x86-64, wanted aarch64']],
    ['x86_64-windows', { 'bin/a': elf(X86_64), 'share/x.wasm': WASM }, ['bin/a: ELF x86-64, wanted PE x86-64']],
    ['wasm32-wasi', { 'bin/a.wasm': WASM, 'bin/c.wasm': COMPONENT }, []],
    ['wasm32-wasi', { 'bin/a': elf(X86_64) }, ['bin/a: ELF x86-64, wanted WebAssembly wasm32']],
    ['wasm32-wasi', { 'bin/a.exe': pe(0x8664) }, ['bin/a.exe: PE x86-64, wanted WebAssembly wasm32']],
    [
      'wasm32-wasi',
      { 'lib/a.a': archive([['a.o/', elf(X86_64)]]) },
      ['lib/a.a(a.o): ELF x86-64, wanted WebAssembly wasm32'],
    ],
    ['aarch64-linux', { 'share/app.wasm': WASM }, []],
  ])('for %s', async (system, files, wrong) => {
    for (const [path, content] of Object.entries(files)) put(path, content)
    expect(await check(system)).toEqual(wrong)
  })

  it('are told by what kind of program they are', () => {
    put('bin/a', pe(0x8664))
    put('bin/b', WASM)
    put('bin/c', elf(X86_64))
    put('bin/d', 'text')
    symlinkSync('b', join(output, 'bin/e'))
    const formats = ['a', 'b', 'c', 'd', 'e', 'none', '..'].map((name) => formatOf(join(output, 'bin', name)))
    expect(formats).toEqual(['PE', 'WebAssembly', 'ELF', undefined, 'WebAssembly', undefined, undefined])
  })

  it('with names that are not UTF-8 are read', async () => {
    const name = Buffer.concat([Buffer.from(`${output}/`), Buffer.from([0xe9, 0xff])])
    writeFileSync(name, elf(X86_64))
    chmodSync(name, 0o444)
    expect(await check()).toHaveLength(1)
  })

  it('the program that runs this test is for this machine and for no other', async () => {
    const header = readFileSync(process.execPath).subarray(0, 4096)
    put('bin/node', header)
    const own = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as 'x64'] ?? 'x86_64'
    expect(await check(`${own}-${process.platform}`)).toEqual([])
    expect(await check(own === 'x86_64' ? 'riscv64-linux' : 'x86_64-linux')).toHaveLength(1)
  })

  it('of thousands of files are read in seconds', async () => {
    for (let n = 0; n < 5000; n += 1) put(`share/${n % 50}/${n}`, 'text')
    const began = performance.now()
    expect(await check()).toEqual([])
    expect(performance.now() - began).toBeLessThan(5000)
  })
})
