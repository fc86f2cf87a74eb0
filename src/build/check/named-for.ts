import { type Binary, processorsOf } from './elf.ts'

/** Other names of processors, as folders have them. */
const NAMES: readonly (readonly [words: RegExp, name: string])[] = [
  [/^(?:amd64|x64)$/, 'x86-64'],
  [/^(?:i[3-6]86|ia32|x86)$/, 'i386'],
  [/^arm64$/, 'aarch64'],
  [/^arm/, 'arm'],
  [/^(?:ppc|powerpc)64/, 'powerpc64'],
  [/^(?:ppc|powerpc)/, 'powerpc'],
  [/^mips/, 'mips'],
  [/^loong64$/, 'loongarch64'],
  [/^s390$/, 's390x'],
]

const usual = (word: string): string => NAMES.find(([words]) => words.test(word))?.[1] ?? word

/**
 * Whether a folder in the path is named for the processors of the file in it, `arm-none-eabi/lib`, `i386-pc`,
 * `rustlib/riscv64gc-unknown-linux-gnu`: then it is there on purpose.
 * @param path within an output
 */
export function isNamedFor(path: string, binary: Binary): boolean {
  const folders = path
    .slice(0, path.lastIndexOf('/') + 1)
    .toLowerCase()
    .replace(/x86[-_]64/g, 'x64')
  const words = new Set(folders.split(/[^a-z0-9]+/).map((word) => usual(word.replace(/^(riscv\d\d).*/, '$1'))))
  const processors = processorsOf(binary)
  return processors.length > 0 && processors.every((name) => words.has(usual(name)))
}
