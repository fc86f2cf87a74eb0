import type { Architecture } from './architectures.ts'
import { buildElf } from './elf.ts'

/** Where the kernel shows binfmt_misc (Documentation/admin-guide/binfmt-misc.rst). */
export const BINFMT = '/proc/sys/fs/binfmt_misc'

/** One entry of binfmt_misc, as its file shows it. */
export interface Entry {
  readonly name: string
  readonly enabled: boolean
  readonly interpreter: string
  /** Letters of `POCF`, as the kernel prints them. */
  readonly flags: string
  readonly offset: number
  /** Undefined for an entry that goes by file name extension. */
  readonly magic: Uint8Array | undefined
  /** Undefined where every bit counts. */
  readonly mask: Uint8Array | undefined
}

/** Reads what the kernel shows of an entry. */
export function parseEntry(name: string, text: string): Entry {
  const field = (label: string): string | undefined => new RegExp(`^${label}:? ?(.*)$`, 'm').exec(text)?.[1]
  const bytes = (label: string): Uint8Array | undefined => {
    const hex = field(label)
    return hex === undefined ? undefined : Uint8Array.from(Buffer.from(hex, 'hex'))
  }
  return {
    name,
    enabled: /^enabled$/m.test(text),
    interpreter: field('interpreter') ?? '',
    flags: field('flags') ?? '',
    offset: Number(field('offset') ?? 0),
    magic: bytes('magic'),
    mask: bytes('mask'),
  }
}

/** Whether the kernel would hand a file that begins with `start` to an entry (fs/binfmt_misc.c). */
export function matches(entry: Entry, start: Uint8Array): boolean {
  const { magic, mask, offset } = entry
  if (!entry.enabled || magic === undefined || offset + magic.length > start.length) return false
  return magic.every((byte, index) => (((start[offset + index] ?? 0) ^ byte) & (mask?.[index] ?? 0xff)) === 0)
}

/** Whether an entry takes any of the programs of an architecture (plain or position-independent, of either OSABI). */
export function concerns(entry: Entry, architecture: Architecture): boolean {
  const code = new Uint8Array(256) // the kernel reads 256 bytes, BINPRM_BUF_SIZE
  return (['plain', 'pie'] as const).some((form) =>
    matches(entry, buildElf({ elf: architecture.elf, flags: 0, code }, form)),
  )
}

/**
 * Why an entry cannot serve a build in a sandbox, in a few words; undefined where nothing can be seen from here.
 * @param interpreterExists seen from this process; with flag F the kernel has it open and it may be gone
 */
export function entryFault(entry: Entry, interpreterExists: boolean): string | undefined {
  const open = entry.flags.includes('F')
  if (!open && !interpreterExists) return `its interpreter ${entry.interpreter} does not exist`
  return open ? undefined : 'it lacks flag F, so a build sandbox does not find its interpreter'
}

/** Names of our entries begin so. */
const OURS = 'nix-multiarch-'

/**
 * Name of our entry for an architecture. The tag tells runner agents of one machine apart: they share the kernel's
 * table, and one must not rely on an entry that another takes away when its job ends.
 */
export const entryName = (architecture: Architecture, tag: string): string => `${OURS}${architecture.name}-${tag}`

/** What to do for one architecture. */
export type Decision =
  /** Rely on what is there. `adopt`: it is of an earlier run of this agent, and this run takes it out in post. */
  | { readonly action: 'keep'; readonly entry: Entry | undefined; readonly adopt: boolean; readonly reason: string }
  /** Register ours; it is the newest, so it wins over the others. `stale`: ours of an earlier run goes first. */
  | { readonly action: 'register'; readonly stale: boolean; readonly over: readonly Entry[]; readonly reason: string }

export interface Situation {
  readonly architecture: Architecture
  /** All entries of the table; empty where it cannot be read. */
  readonly entries: readonly Entry[]
  /** Programs of the architecture ran. */
  readonly serves: boolean
  /** They ran in an empty root: the entry that wins has flag F and a static interpreter. */
  readonly isolated: boolean
  /** Entries that `entryFault` finds fault with: name → fault. */
  readonly faults: ReadonlyMap<string, string>
  readonly tag: string
}

/**
 * Keeps what serves and registers ours otherwise. Nobody else's entry is touched: of several that match, the kernel takes
 * the newest, so ours wins over them while it is there, and they are as they were when it is gone.
 */
export function decide({ architecture, entries, serves, isolated, faults, tag }: Situation): Decision {
  const name = entryName(architecture, tag)
  const concerned = entries.filter((entry) => concerns(entry, architecture))
  const own = concerned.find((entry) => entry.name === name)
  const lent = concerned.filter((entry) => entry.name.startsWith(OURS) && entry.name !== name)
  const sandboxed = isolated || concerned.every((entry) => !faults.has(entry.name))
  if (serves && sandboxed && lent.length === 0) {
    const entry = own ?? concerned.find((each) => !faults.has(each.name)) ?? concerned[0]
    const what = entry === undefined ? 'an emulator that the kernel has open' : describe(entry)
    return { action: 'keep', entry, adopt: own !== undefined, reason: `kept ${what}: it ran our test programs` }
  }
  const others = concerned.filter((entry) => entry.name !== name)
  const over = others.map((entry) => `${describe(entry)}: ${faultOf(entry, serves, faults)}`)
  const stale = entries.some((entry) => entry.name === name)
  const replaced = !stale ? '' : `; took the place of its own entry of an earlier run, which did not work`
  const reason = over.length === 0 ? replaced.slice(2) : `takes precedence over ${over.join(', and ')}${replaced}`
  return { action: 'register', stale, over: others, reason }
}

const describe = (entry: Entry): string => `entry ${entry.name} (${entry.interpreter}, flags ${entry.flags || 'none'})`

function faultOf(entry: Entry, serves: boolean, faults: ReadonlyMap<string, string>): string {
  if (entry.name.startsWith(OURS) && serves) return 'it goes away when the job of another runner ends'
  return faults.get(entry.name) ?? 'it did not run our test programs'
}

/**
 * Flags of our entry: F keeps the emulator open for sandboxes, P hands it argv[0]. Never C, which would run a foreign
 * setuid program's emulator as root.
 * @param kernel release, `6.8.0-1021-azure`: from 5.12 on it tells the interpreter about P (AT_FLAGS)
 * @param qemu version, `7.2.22`: from 6.0 on it reads that; an older one would take argv[0] for the program
 */
export function flagsFor(kernel: string, qemu: string | undefined): 'PF' | 'F' {
  const atLeast = (version: string, major: number, minor: number): boolean => {
    const [left = 0, right = 0] = version.split('.').map((part) => Number.parseInt(part, 10))
    return left > major || (left === major && right >= minor)
  }
  return atLeast(kernel, 5, 12) && qemu !== undefined && atLeast(qemu, 6, 0) ? 'PF' : 'F'
}

/** Longest line that the kernel takes (MAX_REGISTER_LENGTH). */
const LONGEST = 1920

/**
 * The line that registers an emulator, `:name:M::magic:mask:interpreter:flags`; its first character is what separates
 * the fields, so a colon in the path is no obstacle.
 * @throws Error where the path cannot be written in a line
 */
export function registrationLine(
  name: string,
  architecture: Architecture,
  interpreter: string,
  flags: 'PF' | 'F',
): string {
  const mark = [':', '|', ',', ';', '%'].find((each) => !interpreter.includes(each))
  const escaped = (bytes: Uint8Array): string =>
    [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')
  const { magic, mask } = architecture
  const line = ['', name, 'M', '', escaped(magic), escaped(mask), interpreter, flags].join(mark)
  if (mark === undefined || interpreter.includes('\n') || Buffer.byteLength(line) > LONGEST) {
    throw new Error(`the path of the emulator is too long or too odd to be registered: ${interpreter}`)
  }
  return line
}
