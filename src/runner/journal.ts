import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Journal } from './ports.ts'
import { UNDO_TOOLS, type Undo } from './undo.ts'

const FILE = 'journal.jsonl'

/**
 * Appends deeds to a file in the run's folder before they are done. A kill loses none; no post follows a power cut.
 * @param share is told of those that other jobs may rely on
 */
export function createJournal(folder: string, share: (undos: readonly Undo[]) => void): Pick<Journal, 'record'> {
  return {
    record: async (...undos) => {
      // begins a line of its own: a full disk may have cut the one before
      const lines = undos.map((undo) => `${JSON.stringify(undo)}\n`).join('')
      appendFileSync(join(folder, FILE), `\n${lines}`, { mode: 0o600 })
      const shared = undos.filter((undo) => undo.shared === true)
      if (shared.length > 0) share(shared)
    },
  }
}

/** The deeds of a run, the last first. A line that was cut by a kill is left out: its deed was not done. */
export function readJournal(folder: string): readonly Undo[] {
  let text: string
  try {
    text = readFileSync(join(folder, FILE), 'utf8')
  } catch {
    return []
  }
  return parseUndos(text.split('\n'))
}

/** Deeds from their lines, the last first. */
export const parseUndos = (lines: readonly string[]): readonly Undo[] => lines.flatMap(parseUndo).reverse()

function parseUndo(line: string): Undo[] {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return []
  }
  if (typeof value !== 'object' || value === null || !('kind' in value)) return []
  const undo = value as Undo
  const known = ['remove', 'unregister', 'register', 'unmount', 'stop', 'unit', 'command'].includes(undo.kind)
  const allowed = undo.kind !== 'command' || (UNDO_TOOLS as readonly string[]).includes(undo.tool)
  const ours = undo.kind !== 'unit' || /^nix-multiarch-[0-9a-f]+\.service$/.test(undo.name)
  return known && allowed && ours ? [undo] : []
}
