import { type ElfMachine, PLATFORMS } from '../../nix/platform.ts'
import type { System } from '../../nix/system.ts'

/** What a file's first bytes say it is. A universal Mach-O file has several machines. */
export type Binary =
  | { readonly format: 'ELF'; readonly machine: ElfMachine }
  /** `managed`: .NET code, which is for every machine whatever the header says. */
  | { readonly format: 'PE'; readonly machine: number; readonly managed: boolean }
  | { readonly format: 'Mach-O'; readonly machines: readonly number[] }
  /** A module or a component. */
  | { readonly format: 'WebAssembly' }

/** What the binaries of a target have to be. */
export interface Wanted {
  /** For messages, `aarch64`. */
  readonly name: string
  /** undefined: no ELF file is for it. */
  readonly elf: ElfMachine | undefined
  readonly pe: readonly number[]
  readonly machO: readonly number[]
  /** The format of the target's own programs. */
  readonly format: Binary['format']
}

/** Bytes of a file that suffice to identify it. */
export const HEADER_SIZE = 4096

// e_machine of code that no target's processor runs itself: none, CUDA, AMDGPU, BPF (elfutils elf.h)
const FOR_NO_HOST = [0, 190, 224, 247]

const ELF_NAMES: Readonly<Record<number, string>> = {
  2: 'sparc',
  3: 'i386',
  4: 'm68k',
  8: 'mips',
  20: 'powerpc',
  21: 'powerpc64',
  22: 's390',
  40: 'arm',
  42: 'sh',
  43: 'sparc64',
  50: 'ia64',
  62: 'x86-64',
  83: 'avr',
  94: 'xtensa',
  183: 'aarch64',
  243: 'riscv',
  258: 'loongarch',
}

// IMAGE_FILE_MACHINE_* of the PE format's specification
const PE_NAMES: Readonly<Record<number, string>> = {
  332: 'i386',
  448: 'arm',
  450: 'arm',
  452: 'arm',
  20530: 'riscv32',
  20580: 'riscv64',
  25188: 'loongarch64',
  34404: 'x86-64',
  43620: 'aarch64',
}
const PE_ANY_MACHINE = [0, 0xebc]

// CPU_TYPE_* of Apple's mach/machine.h
const MACH_NAMES: Readonly<Record<number, string>> = {
  7: 'i386',
  12: 'arm',
  18: 'powerpc',
  16777223: 'x86-64',
  16777228: 'aarch64',
  16777234: 'powerpc64',
}

/** Identifies an ELF, PE, Mach-O or WebAssembly file by its first `HEADER_SIZE` bytes (fewer where the file ends before). */
export function identify(header: Uint8Array): Binary | undefined {
  if (header.length < 8) return undefined
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength)
  const magic = view.getUint32(0)
  if (magic === 0x7f454c46) return identifyElf(view)
  // webassembly.github.io/spec, binary format; version 1 is a module, 13 with layer 1 a component
  if (magic === 0x0061736d) return { format: 'WebAssembly' }
  if (view.getUint16(0) === 0x4d5a) return identifyPe(view)
  return identifyMachO(view, magic)
}

function identifyElf(view: DataView): Binary | undefined {
  const [bits, order] = [view.getUint8(4), view.getUint8(5)]
  if (view.byteLength < 20 || bits < 1 || bits > 2 || order < 1 || order > 2) return undefined
  const little = order === 1
  const machine = view.getUint16(18, little)
  return { format: 'ELF', machine: { bits: bits === 1 ? 32 : 64, endian: little ? 'little' : 'big', machine } }
}

function identifyPe(view: DataView): Binary | undefined {
  if (view.byteLength < 64) return undefined
  const at = view.getUint32(0x3c, true)
  if (at + 26 > view.byteLength || view.getUint32(at) !== 0x50450000) return undefined
  // the 15th data directory is that of the common language runtime; it comes after 96 bytes, or 112 in PE32+
  const directory = at + 24 + (view.getUint16(at + 24, true) === 0x20b ? 112 : 96) + 14 * 8
  const managed = directory + 4 <= view.byteLength && view.getUint32(directory, true) !== 0
  return { format: 'PE', machine: view.getUint16(at + 4, true), managed }
}

function identifyMachO(view: DataView, magic: number): Binary | undefined {
  if (magic === 0xfeedface || magic === 0xfeedfacf) return { format: 'Mach-O', machines: [view.getUint32(4)] }
  if (magic === 0xcefaedfe || magic === 0xcffaedfe) return { format: 'Mach-O', machines: [view.getUint32(4, true)] }
  const size = { 3405691582: 20, 3405691583: 32 }[magic]
  const count = view.getUint32(4)
  // a Java class begins with the same bytes, then its version, which is 45 or more
  if (size === undefined || count < 1 || count > 40 || 8 + count * size > view.byteLength) return undefined
  return { format: 'Mach-O', machines: Array.from({ length: count }, (_, index) => view.getUint32(8 + index * size)) }
}

/** What binaries for a system have to be; undefined where the system's processor is not in the table. */
export function wantedFor(system: System): Wanted | undefined {
  const [cpu = '', os = 'linux'] = system.split('-')
  if (cpu.startsWith('wasm')) return { name: cpu, elf: undefined, pe: [], machO: [], format: 'WebAssembly' }
  const elf = PLATFORMS.find((platform) => platform.system === `${cpu}-linux`)?.elf
  if (elf === undefined) return undefined
  const name = machineName(elf)
  const numbers = (table: Readonly<Record<number, string>>): readonly number[] =>
    Object.entries(table).flatMap(([number, called]) => (called === name ? [Number(number)] : []))
  const format = { darwin: 'Mach-O', windows: 'PE', cygwin: 'PE' }[os] ?? 'ELF'
  return { name, elf, pe: numbers(PE_NAMES), machO: numbers(MACH_NAMES), format: format as Wanted['format'] }
}

/** What is wrong with a binary in an output for the target; undefined where nothing is. */
export function complaint(binary: Binary, wanted: Wanted): string | undefined {
  if (passes(binary, wanted)) return undefined
  const format = binary.format === wanted.format || wanted.format === 'ELF' ? '' : `${wanted.format} `
  return `${describe(binary)}, wanted ${format}${wanted.name}`
}

/** Whether a binary is what it has to be. */
export function passes(binary: Binary, wanted: Wanted): boolean {
  switch (binary.format) {
    case 'ELF': {
      const { bits, endian, machine } = binary.machine
      if (FOR_NO_HOST.includes(machine)) return true
      // an ELF program does not run on macOS or Windows, whatever its machine
      const { elf } = wanted
      return (
        wanted.format === 'ELF' &&
        elf !== undefined &&
        bits === elf.bits &&
        endian === elf.endian &&
        machine === elf.machine
      )
    }
    case 'PE':
      // on Linux, boot loaders and kernels are PE files for the target's machine
      return binary.managed || PE_ANY_MACHINE.includes(binary.machine) || wanted.pe.includes(binary.machine)
    case 'WebAssembly':
      // any program may bring modules for its own interpreter, or for browsers
      return true
    case 'Mach-O':
      return binary.machines.some((machine) => wanted.machO.includes(machine))
  }
}

function describe(binary: Binary): string {
  const number = (value: number): string => `machine 0x${value.toString(16)}`
  if (binary.format === 'ELF') return `ELF ${machineName(binary.machine)}`
  if (binary.format === 'WebAssembly') return 'WebAssembly'
  if (binary.format === 'PE') return `PE ${PE_NAMES[binary.machine] ?? number(binary.machine)}`
  return `Mach-O ${binary.machines.map((machine) => MACH_NAMES[machine] ?? number(machine)).join(' and ')}`
}

/** Names of the processors that it is for; none of WebAssembly, and of those that are not known. */
export function processorsOf(binary: Binary): readonly string[] {
  if (binary.format === 'ELF') return [machineName(binary.machine).replace(/ \(.*/, '')]
  if (binary.format === 'WebAssembly') return []
  const machines = binary.format === 'PE' ? [binary.machine] : binary.machines
  const names = binary.format === 'PE' ? PE_NAMES : MACH_NAMES
  return machines.map((machine) => names[machine] ?? '')
}

/** `aarch64`, `riscv64`, `mips64el`; bits and byte order are told where they are not the processor's usual ones. */
function machineName({ bits, endian, machine }: ElfMachine): string {
  const name = ELF_NAMES[machine] ?? `machine 0x${machine.toString(16)}`
  if (name === 's390') return bits === 64 ? 's390x' : 's390'
  if (name === 'riscv' || name === 'loongarch') return `${name}${bits}`
  if (name === 'mips') return `mips${bits === 64 ? 64 : ''}${endian === 'little' ? 'el' : ''}`
  const usual = USUAL.find((row) => row.machine === machine)
  if (usual === undefined) return name
  const odd = [
    ...(usual.bits === bits ? [] : [`${bits}-bit`]),
    ...(usual.endian === endian ? [] : [`${endian}-endian`]),
  ]
  return odd.length === 0 ? name : `${name} (${odd.join(', ')})`
}

/** The first row of each machine in the table is its usual form. */
const USUAL = PLATFORMS.map((platform) => platform.elf)
