import { redact } from './errors.ts'
import type { OwnLog } from './log.ts'
import type { Annotation, Log } from './ports.ts'

const ESCAPE = '\u001b['
const SHORTEST_SECRET = 4
const style = (code: number, text: string): string => `${ESCAPE}${code}m${text}${ESCAPE}0m`

/** What of a terminal the log needs. */
export interface Terminal {
  write(text: string): void
  /** Now; the window may be made larger and smaller. */
  size(): { readonly columns: number; readonly rows: number }
}

/**
 * The log on a terminal: text instead of workflow commands, and below it, drawn again and again, what is going on.
 */
export function createTerminalLog(terminal: Terminal, debugging: boolean): Log & OwnLog {
  const secrets = new Set<string>()
  const statuses = new Map<object, readonly string[]>()
  let drawn = 0
  const erase = (): string => (drawn === 0 ? '' : `${ESCAPE}${drawn}A\r${ESCAPE}J`)
  const hide = (text: string): string => redact(text, [...secrets])
  const update = (text: string): void => {
    const { columns, rows } = terminal.size()
    const lines = [...statuses.values()].flat().slice(0, Math.max(1, rows - 2))
    const status = lines.map((line) => `${hide(line).slice(0, columns - 1)}\n`).join('')
    terminal.write(erase() + text + status)
    drawn = lines.length
  }
  const print = (text: string): void => update(`${hide(text)}\n`)
  const said =
    (word: string, colour: number) =>
    (text: string, where?: Annotation): void => {
      const line = where?.startLine === undefined ? '' : `:${where.startLine}`
      const place = where?.file === undefined ? '' : ` (${where.file}${line})`
      print(`${style(colour, `${word}:`)} ${text}${place}`)
    }
  return {
    info: print,
    debug: (text) => debugging && print(style(2, `debug: ${text}`)),
    notice: said('Notice', 36),
    warning: said('Warning', 33),
    error: said('Error', 31),
    group: async (title, body) => {
      print(style(1, title))
      return await body()
    },
    status: (owner, lines) => {
      if (lines.length === 0) statuses.delete(owner)
      else statuses.set(owner, lines)
      update('')
    },
    mask: (secret) => {
      for (const part of [secret, ...secret.split(/\r?\n/)])
        if (part.trim().length >= SHORTEST_SECRET) secrets.add(part.trim())
    },
    end: () => {
      statuses.clear()
      update('')
    },
  }
}
