import type { System } from './system.ts'

/** What an ELF header says about the machine of a file (e_ident[4], e_ident[5], e_machine). */
export interface ElfMachine {
  readonly bits: 32 | 64
  readonly endian: 'little' | 'big'
  /** e_machine, as in <elf.h>. */
  readonly machine: number
}

/** One Linux platform that nixpkgs knows, as nixpkgs names it (lib/systems). */
export interface Platform {
  readonly system: System
  /** GNU triple (`config` in nixpkgs) of the plain double. */
  readonly triple: string
  /** Name under `pkgsCross` whose platform equals the plain double; absent where there is none. */
  readonly crossName?: string
  readonly elf: ElfMachine
}

const row = (
  system: string,
  triple: string,
  crossName: string | undefined,
  bits: 32 | 64,
  endian: 'little' | 'big',
  machine: number,
): Platform => ({
  system: system as System,
  triple,
  ...(crossName === undefined ? {} : { crossName }),
  elf: { bits, endian, machine },
})

/** Linux platforms, from nixpkgs lib/systems (evaluated 2026-06) and <elf.h>. */
export const PLATFORMS: readonly Platform[] = [
  row('x86_64-linux', 'x86_64-unknown-linux-gnu', 'gnu64', 64, 'little', 0x3e),
  row('i686-linux', 'i686-unknown-linux-gnu', 'gnu32', 32, 'little', 0x03),
  row('aarch64-linux', 'aarch64-unknown-linux-gnu', 'aarch64-multiplatform', 64, 'little', 0xb7),
  row('aarch64_be-linux', 'aarch64_be-unknown-linux-gnu', undefined, 64, 'big', 0xb7),
  row('armv7l-linux', 'armv7l-unknown-linux-gnueabihf', 'armv7l-hf-multiplatform', 32, 'little', 0x28),
  row('armv6l-linux', 'armv6l-unknown-linux-gnueabihf', 'raspberryPi', 32, 'little', 0x28),
  row('armv5tel-linux', 'armv5tel-unknown-linux-gnueabi', 'armv5tel-multiplatform', 32, 'little', 0x28),
  row('riscv64-linux', 'riscv64-unknown-linux-gnu', 'riscv64', 64, 'little', 0xf3),
  row('riscv32-linux', 'riscv32-unknown-linux-gnu', 'riscv32', 32, 'little', 0xf3),
  row('powerpc64le-linux', 'powerpc64le-unknown-linux-gnu', 'powernv', 64, 'little', 0x15),
  row('powerpc64-linux', 'powerpc64-unknown-linux-gnuabielfv1', 'ppc64-elfv1', 64, 'big', 0x15),
  row('powerpc-linux', 'powerpc-unknown-linux-gnu', 'ppc32', 32, 'big', 0x14),
  row('s390x-linux', 's390x-unknown-linux-gnu', 's390x', 64, 'big', 0x16),
  row('loongarch64-linux', 'loongarch64-unknown-linux-gnu', 'loongarch64-linux', 64, 'little', 0x102),
  row('mips64el-linux', 'mips64el-unknown-linux-gnu', undefined, 64, 'little', 0x08),
  row('mips64-linux', 'mips64-unknown-linux-gnu', undefined, 64, 'big', 0x08),
  row('mipsel-linux', 'mipsel-unknown-linux-gnu', 'mipsel-linux-gnu', 32, 'little', 0x08),
  row('mips-linux', 'mips-unknown-linux-gnu', 'mips-linux-gnu', 32, 'big', 0x08),
  row('m68k-linux', 'm68k-unknown-linux-gnu', 'm68k', 32, 'big', 0x04),
]

export const platformOf = (system: System): Platform | undefined =>
  PLATFORMS.find((platform) => platform.system === system)

/** A platform that programs are only cross-compiled for. */
export interface CrossOnly {
  readonly system: System
  readonly triple: string
  /** Under `pkgsCross`, the newest name first. */
  readonly crossNames: readonly string[]
}

const only = (system: string, triple: string, ...crossNames: readonly string[]): CrossOnly => ({
  system: system as System,
  triple,
  crossNames,
})

/** Those of nixpkgs that Linux builds (lib/systems/examples.nix, 2026-10); of several with one double, the usual one. */
export const CROSS_ONLY: readonly CrossOnly[] = [
  // nixpkgs itself takes the bare double for Microsoft's ABI, which it has no free toolchain for
  only('x86_64-windows', 'x86_64-w64-mingw32', 'mingw-ucrt-x86_64', 'ucrt64'),
  only('i686-windows', 'i686-w64-mingw32', 'mingw-msvcrt-i686', 'mingw32'),
  only('aarch64-windows', 'aarch64-w64-mingw32', 'mingw-ucrt-aarch64', 'ucrtAarch64'),
  only('wasm32-wasi', 'wasm32-unknown-wasi', 'wasm32-wasip1', 'wasi32'),
  only('wasm32-wasi', 'wasm32-unknown-wasip1', 'wasm32-wasip1', 'wasi32'),
  only('javascript-ghcjs', 'javascript-unknown-ghcjs', 'ghcjs'),
]
