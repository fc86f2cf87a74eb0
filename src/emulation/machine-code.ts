import type { Architecture } from './architectures.ts'
import { buildElf, type Form, type Program } from './elf.ts'

/** Exit code of the probe: one that neither a shell nor QEMU gives by itself. */
export const PROBE_EXIT = 42

/** e_flags and instructions; `bytes` as they lie in the file, `words` in the byte order of the instructions. */
interface Exit {
  readonly flags?: number
  readonly words?: readonly number[]
  readonly bytes?: readonly number[]
  /** Byte order of instructions, where it is not that of the data. */
  readonly instructions?: 'little'
}

/**
 * `exit(42)` by the Linux system call of each architecture (numbers: the kernel's syscall tables; the comment gives the
 * assembly). Every one has been run under QEMU 7.2 and 11.
 */
const EXIT: Readonly<Record<string, Exit>> = {
  // mov edi, 42; mov eax, 60; syscall
  x86_64: { bytes: [0xbf, 42, 0, 0, 0, 0xb8, 60, 0, 0, 0, 0x0f, 0x05] },
  // mov ebx, 42; mov eax, 1; int 0x80
  i386: { bytes: [0xbb, 42, 0, 0, 0, 0xb8, 1, 0, 0, 0, 0xcd, 0x80] },
  // mov x0, #42; mov x8, #93; svc #0
  aarch64: { words: [0xd2800540, 0xd2800ba8, 0xd4000001] },
  aarch64_be: { words: [0xd2800540, 0xd2800ba8, 0xd4000001], instructions: 'little' },
  // mov r0, #42; mov r7, #1; svc 0 (EABI version 5)
  arm: { flags: 0x0500_0000, words: [0xe3a0002a, 0xe3a07001, 0xef000000] },
  // li a0, 42; li a7, 93; ecall
  riscv64: { words: [0x02a00513, 0x05d00893, 0x00000073] },
  riscv32: { words: [0x02a00513, 0x05d00893, 0x00000073] },
  // li r3, 42; li r0, 1; sc (flags 2: ELFv2, whose entry point is code and not a descriptor)
  ppc64le: { flags: 2, words: [0x3860002a, 0x38000001, 0x44000002] },
  ppc64: { flags: 2, words: [0x3860002a, 0x38000001, 0x44000002] },
  ppc: { words: [0x3860002a, 0x38000001, 0x44000002] },
  // lghi %r2, 42; svc 1
  s390x: { bytes: [0xa7, 0x29, 0x00, 42, 0x0a, 1] },
  // li.w $a0, 42; li.w $a7, 93; syscall 0 (flags: double-float ABI, object version 1)
  loongarch64: { flags: 0x43, words: [0x0380a804, 0x0381740b, 0x002b0000] },
  // li $a0, 42; li $v0, 5058 (n64) or 4001 (o32); syscall (flags: release 2, and o32)
  mips64el: { flags: 0x8000_0000, words: [0x2404002a, 0x240213c2, 0x0000000c] },
  mips64: { flags: 0x8000_0000, words: [0x2404002a, 0x240213c2, 0x0000000c] },
  mipsel: { flags: 0x7000_1000, words: [0x2404002a, 0x24020fa1, 0x0000000c] },
  mips: { flags: 0x7000_1000, words: [0x2404002a, 0x24020fa1, 0x0000000c] },
  // moveq #42, %d1; moveq #1, %d0; trap #0
  m68k: { bytes: [0x72, 42, 0x70, 1, 0x4e, 0x40] },
}

/** An ELF program of a few hundred bytes that does nothing but exit with code 42. */
export function probeProgram(architecture: Architecture, form: Form): Uint8Array {
  const exit = EXIT[architecture.name]
  if (exit === undefined) throw new Error(`no machine code for ${architecture.name}`)
  const program: Program = { elf: architecture.elf, flags: exit.flags ?? 0, code: codeOf(exit, architecture) }
  return buildElf(program, form)
}

function codeOf(exit: Exit, architecture: Architecture): Uint8Array {
  if (exit.bytes !== undefined) return Uint8Array.from(exit.bytes)
  const words = exit.words ?? []
  const view = new DataView(new ArrayBuffer(words.length * 4))
  const little = (exit.instructions ?? architecture.elf.endian) === 'little'
  for (const [index, word] of words.entries()) view.setUint32(index * 4, word, little)
  return new Uint8Array(view.buffer)
}
