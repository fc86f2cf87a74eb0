import { readFileSync } from 'node:fs'

/** Text of a file of the machine; undefined where it is not there, is no file, or this user may not read it. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
