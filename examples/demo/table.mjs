// Tables for the terminal.

import { bold, columns, dim, width } from './terminal.mjs'

const NARROWEST = 10
const GAP = '  '

/**
 * Aligned columns, the first row as their heads. Where the terminal is too narrow, the widest columns are wrapped.
 *
 * @param {string[][]} rows cells, which may have line breaks
 */
export function renderTable(rows) {
  const count = Math.max(...rows.map((row) => row.length))
  const cells = rows.map((row) => Array.from({ length: count }, (_, i) => row[i] ?? ''))
  const widths = Array.from({ length: count }, (_, i) =>
    Math.max(1, ...cells.flatMap((row) => row[i].split('\n').map(width))),
  )
  const total = () => widths.reduce((sum, w) => sum + w, (count - 1) * GAP.length)
  while (total() > columns() && Math.max(...widths) > NARROWEST) widths[widths.indexOf(Math.max(...widths))]--
  const [head, ...body] = cells
  return [
    ...lay(head, widths).map((line) => bold(line)),
    dim(widths.map((w) => '─'.repeat(w)).join(GAP)),
    ...body.flatMap((row) => lay(row, widths)),
  ].join('\n')
}

function lay(row, widths) {
  const wrapped = row.map((cell, i) => wrap(cell, widths[i]))
  const height = Math.max(...wrapped.map((lines) => lines.length))
  return Array.from({ length: height }, (_, y) =>
    wrapped
      .map((lines, x) => (lines[y] ?? '') + ' '.repeat(Math.max(0, widths[x] - width(lines[y] ?? ''))))
      .join(GAP)
      .trimEnd(),
  )
}

/** Text in lines of at most so many columns, broken between words, and inside a word that is longer. */
export function wrap(text, limit) {
  const lines = []
  for (const paragraph of text.split('\n')) {
    let line = ''
    for (let word of paragraph.split(' ')) {
      if (line !== '' && width(`${line} ${word}`) > limit) {
        lines.push(line)
        line = ''
      }
      for (; width(word) > limit && line === ''; word = word.slice(limit)) lines.push(word.slice(0, limit))
      line = line === '' ? word : `${line} ${word}`
    }
    lines.push(line)
  }
  return lines
}
