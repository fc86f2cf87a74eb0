import { type ElfMachine, platformOf } from '../nix/platform.ts'
import type { System } from '../nix/system.ts'

/** One architecture as the kernel tells it by a file's first bytes: one QEMU, one entry of binfmt_misc. */
export interface Architecture {
  /** QEMU's name for it: the end of `qemu-<name>`. */
  readonly name: string
  /** Nix systems that the kernel cannot tell apart by the ELF header; they share the entry. */
  readonly systems: readonly System[]
  readonly elf: ElfMachine
  /** Compared with the start of a file where `mask` has bits. */
  readonly magic: Uint8Array
  readonly mask: Uint8Array
}

/** Bytes of the mask that are looser than usual: byte → mask. */
type Loose = Readonly<Record<number, number>>

const X86: Loose = { 5: 0xfe, 6: 0xfe }
const MIPS: Loose = { 8: 0 }

/** Offset and value of the bit of e_flags that tells n32 from o32 (EF_MIPS_ABI2), in a 32-bit header. */
const MIPS_FLAGS = 36
const MIPS_ABI2 = 0x20

/**
 * Magic and mask of QEMU's scripts/qemu-binfmt-conf.sh, which Debian's, docker's and nixpkgs' tables follow, built from
 * the ELF identity. i686 has e_machine 3: nixpkgs' table says 6 (EM_486), which no file carries.
 */
const architecture = (name: string, systems: readonly string[], loose: Loose = {}): Architecture => {
  const [first] = systems
  const elf = platformOf(first as System)?.elf
  if (elf === undefined) throw new Error(`no ELF identity for ${first}`)
  const o32 = elf.machine === 0x08 && elf.bits === 32
  return {
    name,
    systems: systems as readonly System[],
    elf,
    magic: magicOf(elf, o32),
    mask: maskOf(elf, loose, o32),
  }
}

/** e_ident, e_type (ET_EXEC) and e_machine; for 32-bit MIPS as far as e_flags, where o32 and n32 differ. */
function magicOf(elf: ElfMachine, toFlags: boolean): Uint8Array {
  const little = elf.endian === 'little'
  const magic = new DataView(new ArrayBuffer(toFlags ? 40 : 20))
  for (const [at, byte] of [0x7f, 0x45, 0x4c, 0x46, elf.bits === 32 ? 1 : 2, little ? 1 : 2, 1].entries()) {
    magic.setUint8(at, byte)
  }
  magic.setUint16(16, 2, little)
  magic.setUint16(18, elf.machine, little)
  if (toFlags) magic.setUint32(20, 1, little)
  return new Uint8Array(magic.buffer)
}

/** Everything counts but the OSABI (3 in static glibc programs) and the lowest bit of e_type (3 is ET_DYN: PIE). */
function maskOf(elf: ElfMachine, loose: Loose, toFlags: boolean): Uint8Array {
  const little = elf.endian === 'little'
  const mask = new DataView(new ArrayBuffer(toFlags ? 40 : 20))
  for (let at = 0; at < (toFlags ? 24 : 20); at++) mask.setUint8(at, loose[at] ?? (at === 7 ? 0 : 0xff))
  mask.setUint16(16, 0xfffe, little)
  if (toFlags) mask.setUint32(MIPS_FLAGS, MIPS_ABI2, little)
  return new Uint8Array(mask.buffer)
}

/** Linux architectures that QEMU's user mode emulates and nixpkgs has a platform for. */
export const ARCHITECTURES: readonly Architecture[] = [
  architecture('x86_64', ['x86_64-linux'], X86),
  architecture('i386', ['i686-linux'], X86),
  architecture('aarch64', ['aarch64-linux']),
  architecture('aarch64_be', ['aarch64_be-linux']),
  architecture('arm', ['armv7l-linux', 'armv6l-linux', 'armv5tel-linux']),
  architecture('riscv64', ['riscv64-linux']),
  architecture('riscv32', ['riscv32-linux']),
  architecture('ppc64le', ['powerpc64le-linux'], { 19: 0 }),
  architecture('ppc64', ['powerpc64-linux']),
  architecture('ppc', ['powerpc-linux']),
  architecture('s390x', ['s390x-linux']),
  architecture('loongarch64', ['loongarch64-linux'], { 7: 0xfc, 8: 0 }),
  architecture('mips64el', ['mips64el-linux'], MIPS),
  architecture('mips64', ['mips64-linux'], MIPS),
  architecture('mipsel', ['mipsel-linux'], MIPS),
  architecture('mips', ['mips-linux'], MIPS),
  architecture('m68k', ['m68k-linux']),
]

/** The architecture of a system; undefined where QEMU's user mode does not emulate it (Darwin, Windows, WASI, …). */
export const architectureOf = (system: System): Architecture | undefined =>
  ARCHITECTURES.find((architecture) => architecture.systems.includes(system))

/** What some processors execute besides their own instructions, if their kernel lets them: worth a try, not a fact. */
const COMPANIONS: Readonly<Record<string, readonly string[]>> = {
  'x86_64-linux': ['i686-linux'],
  'aarch64-linux': ['armv7l-linux', 'armv6l-linux', 'armv5tel-linux'],
  'armv7l-linux': ['armv6l-linux', 'armv5tel-linux'],
  'armv6l-linux': ['armv5tel-linux'],
  'powerpc64-linux': ['powerpc-linux'],
  'mips64-linux': ['mips-linux'],
  'mips64el-linux': ['mipsel-linux'],
}

/**
 * Whether a machine may execute a foreign system's programs without an emulator; only a program that really ran decides.
 * Some 64-bit ARM processors have no 32-bit mode (NixOS/nix#6473), and a kernel may lack the 32-bit calls of x86.
 */
export const mayRunNatively = (machine: System, system: System): boolean =>
  COMPANIONS[machine]?.includes(system) ?? false

/** Systems for which Nix sets the 32-bit personality (libstore's build-derivation, `PER_LINUX32`). */
export const wantsPersonality32 = (system: System): boolean => /^(armv[5-7]|i[3-6]86)/.test(system)
