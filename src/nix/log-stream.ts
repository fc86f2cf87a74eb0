import { bound, LONGEST_LINE, plainLine, plainText } from './log-text.ts'

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
  /** Level 0 error, 1 warning, 2 notice, 3 info, 4 and up chatter. Positions where evaluation failed at one. */
  | {
      readonly kind: 'message'
      readonly level: number
      readonly text: string
      readonly file?: string
      readonly line?: number
      readonly column?: number
    }
  /** A line that is not a record: from a wrapper, a remote builder or ssh. */
  | { readonly kind: 'plain'; readonly text: string }

/** Reads one line; lines that say nothing of interest give nothing. Never throws. */
export type LogReader = (line: string) => LogEvent | undefined

const PREFIX = '@nix '
/** Every third record of a build that does little: what is expected of each kind. Inside of a text its quotes are escaped. */
const EXPECTED = '"type":106}'
/** Above this, a record is not parsed whole. */
const LONGEST_RECORD = 256 * 1024
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
  bytes: number
}

/** A reader for one run of Nix: it remembers which activity is which while it goes on. */
export function createLogReader(): LogReader {
  const activities = new Map<string, Activity>()
  return (line) => {
    if (!line.startsWith(PREFIX)) return line === '' ? undefined : { kind: 'plain', text: plainLine(line) }
    if (line.endsWith(EXPECTED)) return undefined
    const record = line.length > LONGEST_RECORD ? longRecord(line) : parseRecord(line.slice(PREFIX.length))
    if (record === undefined) return { kind: 'plain', text: plainLine(line) }
    switch (record.action) {
      case 'start':
        return started(activities, record)
      case 'stop':
        return stopped(activities, record)
      case 'result':
        return resulted(activities, record)
      case 'msg':
        return message(record)
      default:
        return undefined
    }
  }
}

type JsonRecord = Readonly<Record<string, unknown>>

function parseRecord(text: string): JsonRecord | undefined {
  try {
    // ids are pid * 2^32 + n, which a JavaScript number cannot hold from pid 2^21 on. An unescaped `"id":` is a key.
    const value: unknown = JSON.parse(text.replace(/"(id|parent)":(\d+)/g, '"$1":"$2"'))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonRecord) : undefined
  } catch {
    return undefined
  }
}

/** Of a huge log line, its beginning; Nix writes keys in alphabetical order, so id and type are at the end. */
function longRecord(line: string): JsonRecord | undefined {
  const tail = /"id":(\d+),"type":(\d+)\}\s*$/.exec(line.slice(-200))
  const head = /^@nix \{"action":"result","fields":\["((?:[^"\\]|\\[^u]|\\u[0-9a-fA-F]{4})*)/.exec(
    line.slice(0, LONGEST_LINE * 6),
  )
  if (tail === null || head === null) return undefined
  const text = parseRecord(`{"text":"${head[1]}"}`)?.text
  if (typeof text !== 'string') return undefined
  return { action: 'result', id: tail[1], type: Number(tail[2]), fields: [`${text}… (very long line cut)`] }
}

function started(activities: Map<string, Activity>, record: JsonRecord): LogEvent | undefined {
  const { id, type } = record
  if (typeof id !== 'string' || typeof type !== 'number') return undefined
  if (!FOLLOWED.has(type)) return undefined
  const activity = { type, path: field(record, 0), from: field(record, 1), to: field(record, 2), bytes: 0 }
  if (activities.size >= MOST_ACTIVITIES) forgetOldest(activities)
  activities.set(id, activity)
  if (type === ACTIVITY.build) return { kind: 'build-started', drvPath: activity.path, machine: activity.from }
  return type === ACTIVITY.copyPath ? copy('copy-started', activity) : undefined
}

/** The older half at once: looking for the oldest each time is slow in a map with many deleted entries. */
function forgetOldest(activities: Map<string, Activity>): void {
  for (const id of [...activities.keys()].slice(0, MOST_ACTIVITIES / 2)) activities.delete(id)
}

function stopped(activities: Map<string, Activity>, record: JsonRecord): LogEvent | undefined {
  const activity = activityOf(activities, record)
  if (activity === undefined) return undefined
  activities.delete(String(record.id))
  if (activity.type === ACTIVITY.build) return { kind: 'build-stopped', drvPath: activity.path }
  return activity.type === ACTIVITY.copyPath ? copy('copy-stopped', activity) : undefined
}

const copy = (kind: 'copy-started' | 'copy-stopped', { path, from, to }: Activity): LogEvent => ({
  kind,
  path,
  from,
  to,
})

function resulted(activities: Map<string, Activity>, record: JsonRecord): LogEvent | undefined {
  const activity = activityOf(activities, record)
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
  if (done === undefined || expected === undefined) return undefined
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

function message(record: JsonRecord): LogEvent | undefined {
  const { level, msg, file, line, column } = record
  if (typeof level !== 'number' || typeof msg !== 'string') return undefined
  return {
    kind: 'message',
    level,
    text: plainText(bound(msg, LONGEST_MESSAGE)),
    ...(typeof file === 'string' ? { file } : {}),
    ...(typeof line === 'number' ? { line } : {}),
    ...(typeof column === 'number' ? { column } : {}),
  }
}

const activityOf = (activities: Map<string, Activity>, record: JsonRecord): Activity | undefined =>
  typeof record.id === 'string' ? activities.get(record.id) : undefined

function field(record: JsonRecord, index: number): string {
  const fields = record.fields
  const value: unknown = Array.isArray(fields) ? fields[index] : undefined
  return typeof value === 'string' ? value : ''
}

function numberField(record: JsonRecord, index: number): number | undefined {
  const fields = record.fields
  const value: unknown = Array.isArray(fields) ? fields[index] : undefined
  return typeof value === 'number' ? value : undefined
}
