import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/** A secret and its base64, whole and by line. Short lines (a PEM's dashes) say nothing. */
function traces(secrets: readonly string[]): string[] {
  const parts = secrets.flatMap((secret) => [secret, ...secret.split('\n')]).filter((part) => part.length >= 6)
  return parts.flatMap((part) => [part, Buffer.from(part).toString('base64').replace(/=+$/, '')])
}

const sizeLimit = 32 * 1024 * 1024

/** Undefined of what has gone meanwhile: tests of other files work beside this one. */
function whileThere<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return undefined
  }
}

function* filesIn(path: string): Generator<string> {
  if (!existsSync(path)) return
  const stat = whileThere(() => lstatSync(path))
  if (stat === undefined) return
  if (stat.isFile() && stat.size <= sizeLimit) yield path
  // a folder handed over by descriptor (/proc/PID/fd/9) is a link to follow
  if (stat.isDirectory() || path.startsWith('/proc/')) {
    let names: string[] = []
    try {
      names = readdirSync(path)
    } catch {
      return
    }
    for (const name of names) {
      const below = join(path, name)
      if (whileThere(() => lstatSync(below))?.isSymbolicLink() === false) yield* filesIn(below)
    }
  }
}

/** A folder to search, and what to call it. */
export interface Folder {
  path: string
  at: string
}

/** @returns places and files in which a secret is to be seen; empty is good. */
export function findLeaks(
  secrets: readonly string[],
  texts: readonly { at: string; text: string }[],
  folders: readonly Folder[],
): string[] {
  const wanted = traces(secrets)
  const holds = (text: string): boolean => wanted.some((trace) => text.includes(trace))
  const found = texts.filter(({ text }) => holds(text)).map(({ at }) => at)
  for (const folder of folders) {
    for (const file of filesIn(folder.path)) {
      if (holds(whileThere(() => readFileSync(file, 'latin1')) ?? ''))
        found.push(join(folder.at, relative(folder.path, file)))
    }
  }
  return [...new Set(found)]
}

/** Looks at every process's command line again and again, since anyone on the machine can. */
export class SecretWatch {
  /** Command lines seen, with the secret left out. */
  readonly seen: string[] = []
  readonly #traces: string[]
  #timer: NodeJS.Timeout | undefined

  constructor(secrets: readonly string[]) {
    this.#traces = traces(secrets)
  }

  start(): void {
    if (this.#traces.length > 0) this.#timer = setInterval(() => this.#look(), 20)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        if (!this.#traces.some((trace) => line.includes(trace))) continue
        const shown = `command line: ${this.#traces.reduce((all, trace) => all.replaceAll(trace, '***'), line).replaceAll('\0', ' ')}`
        if (!this.seen.includes(shown)) this.seen.push(shown)
      } catch {
        // ended meanwhile
      }
    }
  }
}
