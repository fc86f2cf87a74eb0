import { closeSync, lstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import type { Platform } from '../../nix/platform.ts'
import type { System } from '../../nix/system.ts'
import { FIRST_MEMBER, isArchive, MEMBER_HEADER, readMember } from './archive.ts'
import { type Binary, complaint, HEADER_SIZE, identify, passes, wantedFor } from './elf.ts'
import { isNamedFor } from './named-for.ts'

/**
 * Files that are for other machines on purpose: firmware of devices and of QEMU's machines, test data of compilers and
 * debuggers, what Node's and .NET's packages carry for every system, and the Windows launchers of Python's installers.
 */
const ON_PURPOSE =
  /(?:^|\/)(?:lib\/firmware|share\/qemu|testdata|prebuilds|runtimes\/[^/]+\/native)\/|\/(?:setuptools|pip|distlib)\/(?:.*\/)?[^/]*\.exe$/

/** Files between two pauses in which other work gets its turn. */
const FILES_AT_ONCE = 500

/**
 * Checks that every ELF, PE, Mach-O and WebAssembly file in the outputs, and every one in static libraries there, is for the
 * target, or for the processor that its folder is named for. Reads headers only, does not follow symlinks.
 * @param target its platform, or its system; nothing is checked for a processor that is not in the table
 * @param machine system that built it: what is for that one is wrong in any folder, as a cross build may have gone wrong
 * @returns a line for each file that is not: `bin/hello: ELF x86-64, wanted aarch64`
 */
export async function checkArchitecture(
  outputs: readonly string[],
  target: Platform | System,
  machine?: System,
): Promise<readonly string[]> {
  const wanted = wantedFor(typeof target === 'string' ? target : target.system)
  if (wanted === undefined) return []
  const own = machine === undefined ? undefined : wantedFor(machine)
  const judge =
    (shown: string): Judge =>
    (binary) =>
      isNamedFor(shown, binary) && (own === undefined || !passes(binary, own)) ? undefined : complaint(binary, wanted)
  const wrong: string[] = []
  const buffer = Buffer.alloc(HEADER_SIZE)
  for (const output of outputs) {
    const prefix = outputs.length > 1 ? `${nameOf(output)}/` : ''
    let files = 0
    for (const path of filesOf(Buffer.from(output))) {
      const shown = path.toString().slice(output.length + 1)
      if (!ON_PURPOSE.test(shown)) {
        const lines = checkFile(path, judge(shown), buffer)
        wrong.push(...lines.map((line) => `${shown === '' ? nameOf(output) : prefix + shown}${line}`))
      }
      files += 1
      if (files % FILES_AT_ONCE === 0) await setImmediate()
    }
  }
  return wrong
}

const nameOf = (output: string): string => output.slice(output.lastIndexOf('/') + 1).replace(/^[0-9a-z]{32}-/, '')

/** Regular files below a path, or the path itself; names are bytes, which need not be UTF-8. */
function* filesOf(path: Buffer): Generator<Buffer> {
  const stat = lstatSync(path)
  if (stat.isFile()) yield path
  if (stat.isDirectory()) yield* filesIn(path)
}

function* filesIn(folder: Buffer): Generator<Buffer> {
  for (const entry of readdirSync(folder, { withFileTypes: true, encoding: 'buffer' })) {
    const path = Buffer.concat([folder, Buffer.from('/'), entry.name])
    if (entry.isDirectory()) yield* filesIn(path)
    else if (entry.isFile()) yield path
  }
}

/** What is wrong with a binary, where something is. */
type Judge = (binary: Binary) => string | undefined

/** What is wrong with a file: `: ELF x86-64, …`, for a member of an archive `(hello.o): ELF x86-64, …`. */
function checkFile(path: Buffer, judge: Judge, buffer: Buffer): readonly string[] {
  const file = openSync(path, 'r')
  try {
    const header = buffer.subarray(0, readSync(file, buffer, 0, HEADER_SIZE, 0))
    if (isArchive(header)) return checkArchive(file, judge, buffer)
    const binary = identify(header)
    const wrong = binary && judge(binary)
    return wrong === undefined ? [] : [`: ${wrong}`]
  } finally {
    closeSync(file)
  }
}

/** What kind of program a file is; undefined where it is none, or no file. Follows symlinks. */
export function formatOf(path: string): Binary['format'] | undefined {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return undefined
  const file = openSync(path, 'r')
  try {
    const buffer = Buffer.alloc(HEADER_SIZE)
    return identify(buffer.subarray(0, readSync(file, buffer, 0, HEADER_SIZE, 0)))?.format
  } finally {
    closeSync(file)
  }
}

/** The first wrong member of an archive and how many there are: one line says enough of a library. */
function checkArchive(file: number, judge: Judge, buffer: Buffer): readonly string[] {
  let first: string | undefined
  let count = 0
  let at = FIRST_MEMBER
  let longNames = 0
  for (;;) {
    const bytes = buffer.subarray(0, readSync(file, buffer, 0, HEADER_SIZE, at))
    const member = readMember(bytes, at)
    if (member === undefined) break
    const binary = member.index ? undefined : identify(bytes.subarray(MEMBER_HEADER + member.skip))
    const wrong = binary && judge(binary)
    if (member.longNames) longNames = at + MEMBER_HEADER
    if (wrong !== undefined) {
      first ??= `(${longName(file, longNames, member.name)}): ${wrong}`
      count += 1
    }
    at = member.next
  }
  if (first === undefined) return []
  return [count === 1 ? first : `${first} (${count} members in all)`]
}

/** The name that a GNU archive keeps in its table, for `/<offset>`. */
function longName(file: number, table: number, name: string): string {
  const offset = /^\/(\d+)$/.exec(name)?.[1]
  if (offset === undefined || table === 0) return name
  const bytes = Buffer.alloc(256)
  const text = bytes.toString('latin1', 0, readSync(file, bytes, 0, bytes.length, table + Number(offset)))
  return text.split('/\n')[0] ?? name
}
