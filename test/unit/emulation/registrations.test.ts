import { describe, expect, it } from 'vitest'
import { ARCHITECTURES, type Architecture } from '../../../src/emulation/architectures.ts'
import {
  concerns,
  decide,
  type Entry,
  entryFault,
  flagsFor,
  matches,
  parseEntry,
  registrationLine,
  type Situation,
} from '../../../src/emulation/registrations.ts'

const architecture = (name: string): Architecture => {
  const found = ARCHITECTURES.find((each) => each.name === name)
  if (found === undefined) throw new Error(name)
  return found
}

// As Linux 6.18 shows them.
const aarch64 = `enabled
interpreter /usr/libexec/qemu-binfmt/aarch64-binfmt-P
flags: POCF
offset 0
magic 7f454c460201010000000000000000000200b700
mask ffffffffffffff00fffffffffffffffffeffffff
`
const java = 'enabled\ninterpreter /usr/bin/jexec\nflags: \noffset 0\nmagic 504b0304\n'
const windows = 'disabled\ninterpreter /usr/bin/wine with spaces\nflags: \nextension .exe\n'

describe('parseEntry', () => {
  it('reads magic, mask and flags', () => {
    const entry = parseEntry('qemu-aarch64', aarch64)
    expect(entry).toMatchObject({ enabled: true, flags: 'POCF', offset: 0 })
    expect(entry.interpreter).toBe('/usr/libexec/qemu-binfmt/aarch64-binfmt-P')
    expect(entry.magic).toEqual(architecture('aarch64').magic)
    expect(entry.mask).toEqual(architecture('aarch64').mask)
  })
  it('reads an entry without mask or flags, and one that goes by extension', () => {
    expect(parseEntry('jar', java)).toMatchObject({ flags: '', mask: undefined })
    const wine = parseEntry('exe', windows)
    expect(wine).toMatchObject({ enabled: false, interpreter: '/usr/bin/wine with spaces', magic: undefined })
  })
})

describe('matching, as the kernel does it', () => {
  it.each(ARCHITECTURES.map((each) => each.name))('the entry of %s takes its programs and no other’s', (name) => {
    const { magic, mask } = architecture(name)
    const entry = { ...parseEntry('x', aarch64), magic, mask }
    expect(ARCHITECTURES.filter((each) => concerns(entry, each)).map((each) => each.name)).toEqual([name])
  })
  it('takes part only while enabled, compares every bit without a mask, and not past the start of the file', () => {
    const jar = parseEntry('jar', java)
    const start = Uint8Array.of(0x50, 0x4b, 3, 4, 9)
    expect(matches(jar, start)).toBe(true)
    expect(matches({ ...jar, enabled: false }, start)).toBe(false)
    expect(matches({ ...jar, offset: 2 }, start)).toBe(false)
    expect(matches(jar, Uint8Array.of(0x50, 0x4b, 3, 5))).toBe(false)
  })
  it('does not take nixpkgs’ i686 entry (e_machine 6) for one of i686', () => {
    const entry = parseEntry(
      'i686-linux',
      aarch64
        .replace('0201010000000000000000000200b700', '01010100000000000000000002000600')
        .replace(/mask .*/, 'mask ffffffffffffff00fffffffffffffffffeffffff'),
    )
    expect(concerns(entry, architecture('i386'))).toBe(false)
  })
})

describe('entryFault', () => {
  const entry = parseEntry('qemu-aarch64', aarch64)
  it.each([
    ['F', true, undefined],
    ['CF', false, undefined],
    ['P', true, /lacks flag F/],
    ['', false, /does not exist/],
  ])('flags %j, interpreter there: %s', (flags, there, fault) => {
    const found = entryFault({ ...entry, flags }, there)
    if (fault === undefined) expect(found).toBeUndefined()
    else expect(found).toMatch(fault)
  })
})

describe('decide', () => {
  const entry = (name: string, flags = 'F'): Entry => ({ ...parseEntry(name, aarch64), flags })
  const own = entry('nix-multiarch-aarch64-0badcafe')
  const other = entry('nix-multiarch-aarch64-12345678')
  const docker = entry('qemu-aarch64', 'POCF')
  const open = entry('zzz', '')
  const foreign = { ...entry('qemu-riscv64'), magic: architecture('riscv64').magic }
  const situation = (change: Partial<Situation>): Situation => {
    const entries = change.entries ?? []
    const faults = new Map(entries.filter(({ flags }) => !flags.includes('F')).map(({ name }) => [name, 'it lacks F']))
    return {
      architecture: architecture('aarch64'),
      entries,
      serves: false,
      isolated: true,
      faults,
      tag: '0badcafe',
      ...change,
    }
  }

  it.each<[string, Partial<Situation>, object]>([
    ['nothing there', {}, { action: 'register', stale: false, over: [], reason: '' }],
    ['only another architecture', { entries: [foreign] }, { action: 'register', over: [] }],
    ['it serves', { entries: [docker], serves: true }, { action: 'keep', entry: docker, adopt: false }],
    ['it serves, unseen from a container', { serves: true }, { action: 'keep', entry: undefined, adopt: false }],
    ['the one without F lost', { entries: [open, docker], serves: true }, { action: 'keep', entry: docker }],
    [
      'who won is not known without an empty root',
      { entries: [open, docker], serves: true, isolated: false },
      { action: 'register', over: [open, docker] },
    ],
    ['it does not run', { entries: [docker] }, { action: 'register', stale: false, over: [docker] }],
    ['ours of an earlier step', { entries: [own, docker], serves: true }, { action: 'keep', entry: own, adopt: true }],
    ['ours of a killed job, broken', { entries: [own] }, { action: 'register', stale: true, over: [] }],
    ['ours, switched off', { entries: [{ ...own, enabled: false }] }, { action: 'register', stale: true, over: [] }],
    ['another runner’s', { entries: [other], serves: true }, { action: 'register', stale: false, over: [other] }],
  ])('%s', (_, change, expected) => {
    expect(decide(situation(change))).toMatchObject(expected)
  })

  it('says over what it takes precedence, and why', () => {
    expect(decide(situation({ entries: [open] })).reason).toBe(
      'takes precedence over entry zzz (/usr/libexec/qemu-binfmt/aarch64-binfmt-P, flags none): it lacks F',
    )
    expect(decide(situation({ entries: [docker], serves: true })).reason).toBe(
      'kept entry qemu-aarch64 (/usr/libexec/qemu-binfmt/aarch64-binfmt-P, flags POCF): it ran our test programs',
    )
  })
})

describe('flagsFor', () => {
  it.each([
    ['6.18.44-fc-v657', '7.2.22', 'PF'],
    ['5.12.0', '6.0', 'PF'],
    ['5.11.22-generic', '10.0.13', 'F'],
    ['6.8.0-1021-azure', '5.2.0', 'F'],
    ['6.8.0', undefined, 'F'],
  ])('kernel %s, QEMU %s: %s', (kernel, qemu, flags) => {
    expect(flagsFor(kernel, qemu)).toBe(flags)
  })
})

describe('registrationLine', () => {
  it('separates fields by what the path does not hold', () => {
    const line = registrationLine('n', architecture('s390x'), '/a:b|c/qemu', 'F')
    expect(line.split(',')).toHaveLength(8)
    expect(line.startsWith(',n,M,,')).toBe(true)
    expect(line.endsWith(',/a:b|c/qemu,F')).toBe(true)
  })
  it.each([`/${'x'.repeat(1900)}`, '/a\nb', '/:|,;%'])('refuses %j', (path) => {
    expect(() => registrationLine('n', architecture('mips'), path, 'PF')).toThrow(/too long or too odd/)
  })
})
