import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ARCHITECTURES } from '../../../src/emulation/architectures.ts'
import { emulatorFault, parseElf } from '../../../src/emulation/elf.ts'
import { PROBE_EXIT, probeProgram } from '../../../src/emulation/machine-code.ts'

const x86 = { bits: 64, endian: 'little', machine: 0x3e } as const

describe('the test programs', () => {
  it.each(ARCHITECTURES.map((each) => [each.name, each] as const))('%s: both forms are static and small', (_, each) => {
    for (const form of ['plain', 'pie'] as const) {
      const program = probeProgram(each, form)
      expect(program.length).toBeLessThan(160)
      expect(parseElf(program)).toEqual({ ...each.elf, loader: undefined })
    }
    expect(probeProgram(each, 'plain').slice(0, 20)).toEqual(each.magic.slice(0, 20))
  })

  it.runIf(process.platform === 'linux' && process.arch === 'x64')('x86_64 runs here', () => {
    const folder = mkdtempSync(join(tmpdir(), 'probe-'))
    const [native] = ARCHITECTURES.filter((each) => each.name === 'x86_64')
    for (const form of ['plain', 'pie'] as const) {
      writeFileSync(join(folder, form), probeProgram(native!, form), { mode: 0o755 })
      expect(() => execFileSync(join(folder, form))).toThrow(expect.objectContaining({ status: PROBE_EXIT }))
    }
    rmSync(folder, { recursive: true })
  })
})

describe('emulatorFault', () => {
  const [native, arm] = ['x86_64', 'arm'].map((name) => ARCHITECTURES.find((each) => each.name === name)!)
  it('takes a static program of this machine', () => {
    expect(emulatorFault(probeProgram(native!, 'pie'), x86)).toBeUndefined()
  })
  it.each([
    ['a script', Buffer.from(`#!/bin/sh\n${' '.repeat(100)}`), /not an ELF program/],
    ['an empty file', Buffer.alloc(0), /not an ELF program/],
    ['a cut file', Buffer.from(probeProgram(native!, 'plain').slice(0, 100)), /not an ELF program/],
    ['a program of another machine', Buffer.from(probeProgram(arm!, 'plain')), /for another machine/],
  ])('refuses %s', (_, bytes, fault) => {
    expect(emulatorFault(bytes, x86)).toMatch(fault)
  })
  it.runIf(process.platform === 'linux' && process.arch === 'x64')('refuses a dynamic program', () => {
    const start = new Uint8Array(65_536)
    const node = openSync(process.execPath, 'r')
    readSync(node, start)
    closeSync(node)
    expect(emulatorFault(start, x86)).toMatch(/dynamic: it needs \/lib64\/ld-linux-x86-64\.so\.2,/)
  })
})
