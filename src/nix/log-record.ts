import { LONGEST_LINE } from './log-text.ts'

/** What begins the line of a record. */
export const PREFIX = '@nix '
/** Above this, a record is not parsed whole. */
const LONGEST_RECORD = 256 * 1024

/** One record of the structured log. */
export type JsonRecord = Readonly<Record<string, unknown>>

/** @param text of one line, without its prefix @returns undefined where it is no record */
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

/** Reads a line that begins with the prefix. @returns undefined where it is no record after all */
export const readRecord = (line: string): JsonRecord | undefined =>
  line.length > LONGEST_RECORD ? longRecord(line) : parseRecord(line.slice(PREFIX.length))

/** A text among its fields, '' where it is none. */
export function field(record: JsonRecord, index: number): string {
  const fields = record.fields
  const value: unknown = Array.isArray(fields) ? fields[index] : undefined
  return typeof value === 'string' ? value : ''
}

/** A number among its fields. */
export function numberField(record: JsonRecord, index: number): number | undefined {
  const fields = record.fields
  const value: unknown = Array.isArray(fields) ? fields[index] : undefined
  return typeof value === 'number' ? value : undefined
}
