import { bound } from '../../nix/log-text.ts'

/** A program that a build tried to run and this machine does not execute. */
export interface ForeignRun {
  /** As the message names it; '' where it does not. */
  readonly program: string
  /** The line of the log. */
  readonly line: string
}

/**
 * Programs that a build makes only to see whether they run; that they do not is an answer. Autoconf's, of CMake's
 * try_run, Meson's sanity checks, Perl's Configure, qmake's config.tests, Python's distutils.
 */
const PROBES =
  /(?:^|\/)(?:conftest\d*|_configtest|a\.out|a\.exe|cmTC_[0-9a-f]+|sanitycheck\w+|testfile|try)(?:\.exe|\.wasm)?$|(?:^|\/)(?:CMakeFiles|CMakeTmp|CMakeScratch|meson-private|config\.tests)\//

/** Phases of tests: they try things that must fail, and a test that fails for another reason fails the build. */
const TESTS = ['checkPhase', 'installCheckPhase']

/** A script whose `#!` names what is not there: no program of another machine. */
const SCRIPT = /\.(?:sh|bash|pl|py|rb|lua|awk|tcl)$/

/** What the messages have in common, and on which side of it the program stands, where they name it. */
const MESSAGES: readonly (readonly [text: RegExp, program: 'before' | 'after' | 'nowhere'])[] = [
  // bash; `required file not found` is the loader of a dynamic program
  [/: cannot execute(?: binary file|: required file not found)/, 'before'],
  [/\[Errno 8\] Exec format error(?:: )?/, 'after'],
  [/\bExec format error \(os error 8\)|\berror=8, Exec format error/, 'nowhere'],
  [/Can't exec (?=.+: Exec format error)/, 'after'],
  // strerror(ENOEXEC), from make, env, xargs, dash; Go writes it small
  [/: [Ee]xec format error/, 'before'],
  [/ ENOEXEC$/, 'before'],
  // dash and busybox take what the kernel refuses for a script
  [/: (?:line )?\d+: [^\s\w]*@*ELF\S{0,20}: not found/, 'before'],
  // an emulator is there, but not what the program needs
  [/^qemu-[a-z0-9_]+: Could not open (?=.+: No such file)/, 'after'],
  [/^qemu: uncaught target signal \d+/, 'nowhere'],
]

/**
 * Reads one line of a build's log: whether a program could not be executed there. The build may go on as if it had
 * printed nothing (`version=$(./prog --version)`), so that the result is wrong and nothing fails.
 * @param phase of nixpkgs' stdenv, where known
 */
export function readForeignRun(line: string, phase: string | undefined): ForeignRun | undefined {
  if (phase !== undefined && TESTS.includes(phase)) return undefined
  for (const [text, side] of MESSAGES) {
    const found = text.exec(line)
    if (found === null) continue
    const program = side === 'nowhere' ? '' : programIn(line, found, side)
    const named = /[A-Za-z]/.test(program) || side === 'nowhere' || (side === 'after' && program === '')
    const expected = PROBES.test(program) || SCRIPT.test(program)
    return named && !expected ? { program, line } : undefined
  }
  return undefined
}

/** The word next to the match, without the quotes of any language. */
function programIn(line: string, found: RegExpExecArray, side: 'before' | 'after'): string {
  const word =
    side === 'before'
      ? line.slice(line.slice(0, found.index).search(/\S+$/), found.index)
      : (line.slice(found.index + found[0].length).split(/\s/, 1)[0] ?? '')
  return word
    .replace(/^['"‘“`]/, '')
    .replace(/:$/, '')
    .replace(/['"’”`]$/, '')
}

/** Kept of one derivation, and derivations that are kept: a log may be endless. */
const MOST_RUNS = 3
const MOST_DERIVATIONS = 1000
const LONGEST_LINE = 500

/** Reads the logs of all builds as they stream. */
export function createForeignRunLedger() {
  const runs = new Map<string, ForeignRun[]>()
  const log = (drvPath: string, text: string, phase: string | undefined): void => {
    const run = readForeignRun(text, phase)
    if (run === undefined) return
    const known = runs.get(drvPath) ?? []
    const kept = { ...run, line: bound(run.line.trim(), LONGEST_LINE) }
    if (runs.size >= MOST_DERIVATIONS && known.length === 0) return
    if (known.length < MOST_RUNS && !known.some(({ line }) => line === kept.line)) runs.set(drvPath, [...known, kept])
  }
  return { runs, log }
}
