import { field, type JsonRecord, numberField, PREFIX, readRecord } from './log-record.ts'
import { bound, plainLine, plainText } from './log-text.ts'

// Nix 2.30 and later can write the same records to a file or socket of their own (`json-log-path`). That is of no use
// here: nothing else but them is wanted on stderr, lines that are no records are told apart anyway, and `nix-store`, which
// builds here, does not heed the setting (tried with 2.34.8: only `nix build` and the like do).

/** What one line of `--log-format internal-json` says; paths are full store paths, texts are free of escape sequences. */
export type LogEvent =
  /** `machine` is '' on this machine. */
  | { readonly kind: 'build-started'; readonly drvPath: string; readonly machine: string }
  /** The build ended, well or not: the record does not tell. */
  | { readonly kind: 'build-stopped'; readonly drvPath: string }
  | { readonly kind: 'phase'; readonly drvPath: string; readonly phase: string }
  | { readonly kind: 'log'; readonly drvPath: string; readonly text: string }
  /** A path is copied between stores: from a substituter, or to a destination. */
  | {
      readonly kind: 'copy-started' | 'copy-stopped'
      readonly path: string
      readonly from: string
      readonly to: string
    }
  /** Counters of all builds (derivations) or of all copies (paths). */
  | {
      readonly kind: 'progress'
      readonly of: 'builds' | 'copies'
      readonly done: number
      readonly expected: number
      readonly running: number
      readonly failed: number
    }
  /** Bytes that were copied or downloaded since the last such event. */
  | { readonly kind: 'bytes'; readonly bytes: number }
  /** Level 0 error, 1 warning, 2 notice, 3 info, 4 and up chatter. */
  | { readonly kind: 'message'; readonly level: number; readonly text: string }
  /** A line that is not a record: from a wrapper, a remote builder or ssh. */
  | { readonly kind: 'plain'; readonly text: string }

/** Reads one line; lines that say nothing of interest give nothing. Never throws. */
export type LogReader = (line: string) => LogEvent | undefined

/** Every third record of a build that does little: what is expected of each kind. Inside of a text its quotes are escaped. */
const EXPECTED = '"type":106}'
const LONGEST_MESSAGE = 64 * 1024
/** Activities that are remembered at once; a broken stream that starts and never stops must not fill the memory. */
const MOST_ACTIVITIES = 20_000

// src/libutil/include/nix/util/logging.hh; unknown numbers are skipped, newer Nix adds some
const ACTIVITY = { copyPath: 100, fileTransfer: 101, copyPaths: 103, builds: 104, build: 105, postBuildHook: 110 }
const FOLLOWED: ReadonlySet<number> = new Set(Object.values(ACTIVITY))
const RESULT = { buildLogLine: 101, setPhase: 104, progress: 105, postBuildLogLine: 107 }

interface Activity {
  readonly type: number
  /** Derivation, or path copied. */
  readonly path: string
  readonly from: string
  readonly to: string
  /** Within one that is about the same: a remote builder tells of its own build of a derivation, with its own counters. */
  readonly inner: boolean
  bytes: number
}

/** Those that are open, by id, and what they are about. */
interface Open {
  readonly activities: Map<string, Activity>
  readonly subjects: Set<string>
}

/** What an activity is about that only the outermost is to tell of. */
const subjectOf = (type: number, path: string): string | undefined =>
  type === ACTIVITY.build ? path : type === ACTIVITY.builds ? 'builds' : undefined

/** A reader for one run of Nix: it remembers which activity is which while it goes on. */
export function createLogReader(): LogReader {
  const open: Open = { activities: new Map(), subjects: new Set() }
  return (line) => {
    if (!line.startsWith(PREFIX)) return line === '' ? undefined : { kind: 'plain', text: plainLine(line) }
    if (line.endsWith(EXPECTED)) return undefined
    const record = readRecord(line)
    if (record === undefined) return { kind: 'plain', text: plainLine(line) }
    switch (record.action) {
      case 'start':
        return started(open, record)
      case 'stop':
        return stopped(open, record)
      case 'result':
        return resulted(open, record)
      case 'msg':
        return message(record)
      default:
        return undefined
    }
  }
}

function started(open: Open, record: JsonRecord): LogEvent | undefined {
  const { id, type } = record
  if (typeof id !== 'string' || typeof type !== 'number') return undefined
  if (!FOLLOWED.has(type)) return undefined
  const [path, from, to] = [field(record, 0), field(record, 1), field(record, 2)]
  const subject = subjectOf(type, path)
  const inner = subject !== undefined && open.subjects.has(subject)
  if (open.activities.size >= MOST_ACTIVITIES) forgetOldest(open)
  if (subject !== undefined) open.subjects.add(subject)
  const activity = { type, path, from, to, inner, bytes: 0 }
  open.activities.set(id, activity)
  if (inner) return undefined
  if (type === ACTIVITY.build) return { kind: 'build-started', drvPath: path, machine: from }
  return type === ACTIVITY.copyPath ? copy('copy-started', activity) : undefined
}

/** The older half at once: looking for the oldest each time is slow in a map with many deleted entries. */
function forgetOldest(open: Open): void {
  for (const [id, activity] of [...open.activities].slice(0, MOST_ACTIVITIES / 2)) close(open, id, activity)
}

function close({ activities, subjects }: Open, id: string, { type, path, inner }: Activity): void {
  activities.delete(id)
  const subject = subjectOf(type, path)
  if (!inner && subject !== undefined) subjects.delete(subject)
}

function stopped(open: Open, record: JsonRecord): LogEvent | undefined {
  const activity = activityOf(open, record)
  if (activity === undefined) return undefined
  close(open, String(record.id), activity)
  if (activity.inner) return undefined
  if (activity.type === ACTIVITY.build) return { kind: 'build-stopped', drvPath: activity.path }
  return activity.type === ACTIVITY.copyPath ? copy('copy-stopped', activity) : undefined
}

const copy = (kind: 'copy-started' | 'copy-stopped', { path, from, to }: Activity): LogEvent => ({
  kind,
  path,
  from,
  to,
})

function resulted(open: Open, record: JsonRecord): LogEvent | undefined {
  const activity = activityOf(open, record)
  if (activity === undefined) return undefined
  const { type } = record
  if (type === RESULT.progress) return progress(activity, record)
  const belongs = activity.type === ACTIVITY.build || activity.type === ACTIVITY.postBuildHook
  if (!belongs) return undefined
  const text = plainLine(field(record, 0))
  if (type === RESULT.buildLogLine || type === RESULT.postBuildLogLine)
    return { kind: 'log', drvPath: activity.path, text }
  return type === RESULT.setPhase ? { kind: 'phase', drvPath: activity.path, phase: text } : undefined
}

function progress(activity: Activity, record: JsonRecord): LogEvent | undefined {
  const [done, expected, running, failed] = [0, 1, 2, 3].map((index) => numberField(record, index))
  if (done === undefined || expected === undefined || activity.inner) return undefined
  if (activity.type === ACTIVITY.builds || activity.type === ACTIVITY.copyPaths) {
    const of = activity.type === ACTIVITY.builds ? 'builds' : 'copies'
    return { kind: 'progress', of, done, expected, running: running ?? 0, failed: failed ?? 0 }
  }
  // a download inside a copy counts once: the copy itself reports unpacked bytes
  if (activity.type !== ACTIVITY.fileTransfer || done <= activity.bytes) return undefined
  const bytes = done - activity.bytes
  activity.bytes = done
  return { kind: 'bytes', bytes }
}

function message({ level, msg }: JsonRecord): LogEvent | undefined {
  if (typeof level !== 'number' || typeof msg !== 'string') return undefined
  return { kind: 'message', level, text: plainText(bound(msg, LONGEST_MESSAGE)) }
}

const activityOf = ({ activities }: Open, record: JsonRecord): Activity | undefined =>
  typeof record.id === 'string' ? activities.get(record.id) : undefined
