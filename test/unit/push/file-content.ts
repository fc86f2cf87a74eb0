import type { Content } from '../../../src/push/destination/objects.ts'

/** Content that comes in chunks, as from the spool. */
export function fileOf(data: Uint8Array, sha256?: string): Content {
  const chunks = async function* (start: number, end: number) {
    for (let at = start; at < Math.min(end, data.length); at += 100_000)
      yield [data.subarray(at, Math.min(end, at + 100_000))]
  }
  const until = async (end: number) => Math.min(end, data.length)
  return { kind: 'file', file: { size: data.length, until, chunks }, ...(sha256 === undefined ? {} : { sha256 }) }
}
