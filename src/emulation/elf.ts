import type { ElfMachine } from '../nix/platform.ts'

/** Where a program of ours is loaded; above any mmap_min_addr, aligned for the largest page size (64 KiB). */
const BASE = 0x400000
const PAGE = 0x10000

export interface Program {
  readonly elf: ElfMachine
  /** e_flags: ABI of the code. */
  readonly flags: number
  /** Position-independent machine code, entered at its first byte. */
  readonly code: Uint8Array
}

/** `plain`: ET_EXEC, OSABI System V. `pie`: ET_DYN, OSABI GNU. Real programs are of both kinds. */
export type Form = 'plain' | 'pie'

/**
 * A static ELF program of one segment, that holds the headers and the code.
 * Source of the layout: the System V ABI, chapters 4 and 5 (as in <elf.h>).
 */
export function buildElf({ elf, flags, code }: Program, form: Form): Uint8Array {
  const wide = elf.bits === 64
  const headers = wide ? 64 + 56 : 52 + 32
  const base = form === 'pie' ? 0 : BASE
  const bytes = new Uint8Array(headers + code.length)
  const { byte, half, word, address } = createWriter(bytes, elf)
  byte(0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, elf.endian === 'little' ? 1 : 2, 1, form === 'pie' ? 3 : 0)
  byte(0, 0, 0, 0, 0, 0, 0, 0)
  half(form === 'pie' ? 3 : 2, elf.machine)
  word(1)
  address(base + headers, wide ? 64 : 52, 0)
  word(flags)
  half(wide ? 64 : 52, wide ? 56 : 32, 1, wide ? 64 : 40, 0, 0)
  word(1) // PT_LOAD; readable and executable: 5
  if (wide) word(5)
  address(0, base, base, bytes.length, bytes.length)
  if (!wide) word(5)
  address(PAGE)
  bytes.set(code, headers)
  return bytes
}

/** Writes fields one after the other, in the sizes and the byte order of a machine. */
function createWriter(bytes: Uint8Array, { bits, endian }: ElfMachine) {
  const view = new DataView(bytes.buffer)
  let at = 0
  const write =
    (size: number, set: (value: number) => void) =>
    (...values: number[]): void => {
      for (const value of values) {
        set(value)
        at += size
      }
    }
  const little = endian === 'little'
  const word = write(4, (value) => view.setUint32(at, value, little))
  return {
    byte: write(1, (value) => view.setUint8(at, value)),
    half: write(2, (value) => view.setUint16(at, value, little)),
    word,
    address: bits === 32 ? word : write(8, (value) => view.setBigUint64(at, BigInt(value), little)),
  }
}

export interface ElfHeader extends ElfMachine {
  /** Path of the loader (PT_INTERP) that the program needs; undefined in a static one. */
  readonly loader: string | undefined
}

const PT_INTERP = 3

/**
 * Reads the header and program headers of an ELF file.
 * @param bytes start of the file, with the program headers
 * @returns undefined where it is no ELF file or `bytes` ends before the program headers do
 */
export function parseElf(bytes: Uint8Array): ElfHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.byteLength < 64 || view.getUint32(0) !== 0x7f454c46) return undefined
  const wide = view.getUint8(4) === 2
  const little = view.getUint8(5) === 1
  const loader = findLoader(view, wide, little)
  if (loader === undefined) return undefined
  const machine = view.getUint16(18, little)
  return {
    bits: wide ? 64 : 32,
    endian: little ? 'little' : 'big',
    machine,
    loader: loader === '' ? undefined : loader,
  }
}

/** Content of the segment PT_INTERP; empty where there is none, undefined where `view` does not reach so far. */
function findLoader(view: DataView, wide: boolean, little: boolean): string | undefined {
  const address = (at: number): number => (wide ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little))
  const table = address(wide ? 32 : 28)
  const size = view.getUint16(wide ? 54 : 42, little)
  const end = table + size * view.getUint16(wide ? 56 : 44, little)
  if (size < (wide ? 56 : 32) || end > view.byteLength) return undefined
  for (let entry = table; entry < end; entry += size) {
    if (view.getUint32(entry, little) !== PT_INTERP) continue
    const start = view.byteOffset + address(entry + (wide ? 8 : 4))
    const text = Buffer.from(view.buffer, start, address(entry + (wide ? 32 : 16))).toString('latin1')
    return text.replace(/\0.*$/s, '')
  }
  return ''
}

/**
 * Why a file cannot be an emulator that works inside a build sandbox; undefined where it can.
 * The kernel keeps the emulator itself open (flag F), but a loader would be looked up inside the sandbox.
 * @param bytes start of the file
 * @param machine what this machine executes
 */
export function emulatorFault(bytes: Uint8Array, machine: ElfMachine): string | undefined {
  const header = parseElf(bytes)
  if (header === undefined) return 'it is not an ELF program (a wrapper script cannot be registered)'
  if (header.machine !== machine.machine || header.bits !== machine.bits || header.endian !== machine.endian) {
    return 'it is a program for another machine than this one'
  }
  return header.loader === undefined
    ? undefined
    : `it is dynamic: it needs ${header.loader}, which a build sandbox does not have; a static QEMU is needed`
}
