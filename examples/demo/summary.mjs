// The job summary in the terminal: as much of GitHub's Markdown as summaries are made of.

import { renderTable, wrap } from './table.mjs'
import { bold, columns, cyan, dim } from './terminal.mjs'

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', '#39': "'", '#124': '|' }

/** @param {string} markdown */
export function renderMarkdown(markdown) {
  const lines = htmlTables(markdown).split(/\r?\n/)
  const out = []
  while (lines.length > 0) {
    const fence = /^\s*(```+|~~~+)\s*(\w*)/.exec(lines[0])
    if (fence !== null) out.push(...code(takeFence(lines, fence[1]), fence[2]))
    else if (isTable(lines)) out.push(renderTable(takeTable(lines)))
    else out.push(...paragraph(lines.shift()))
  }
  return out
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

function takeFence(lines, fence) {
  lines.shift()
  const end = lines.findIndex((line) => line.trim().startsWith(fence))
  const body = lines.splice(0, end < 0 ? lines.length : end)
  lines.shift()
  return body
}

function code(body, language) {
  if (language === 'mermaid') return [dim('(A diagram, which GitHub draws, is left out here.)')]
  return body.map((line) => `    ${line}`)
}

const isTable = ([first, second]) =>
  /\|/.test(first) && /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/.test(second ?? '')

function takeTable(lines) {
  const end = lines.findIndex((line) => !line.includes('|'))
  const rows = lines.splice(0, end < 0 ? lines.length : end)
  return rows.filter((_, i) => i !== 1).map((row) => cells(row).map((cell) => inline(cell, (text) => text)))
}

const cells = (row) =>
  row
    .trim()
    .replace(/^\||(?<!\\)\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim())

function paragraph(line) {
  const heading = /^\s*(#{1,6})\s+(.*?)#*$/.exec(line)
  if (heading !== null) return ['', bold(inline(heading[2].trim(), (text) => text)), '']
  if (/^\s*(-{3,}|\*{3,}|_{3,})\s*$/.test(line)) return ['']
  if (/^\s*<\/?(details|p|div)[^>]*>\s*$/i.test(line)) return ['']
  const folded = /^\s*(?:<details>)?\s*<summary>(.*?)<\/summary>\s*$/i.exec(line)
  if (folded !== null) return ['', bold(`▸ ${inline(folded[1], (text) => text)}`)]
  const quote = /^\s*>\s?(.*)$/.exec(line)
  if (quote !== null) return [`│ ${inline(quote[1], cyan)}`]
  const item = /^(\s*)[-*+]\s+(.*)$/.exec(line)
  if (item !== null) return hang(`${item[1]}• `, inline(item[2], cyan))
  return wrap(inline(line, cyan), columns())
}

const hang = (mark, text) =>
  wrap(text, columns() - mark.length).map((line, i) => (i === 0 ? mark : ' '.repeat(mark.length)) + line)

/** Inline marks: code in the given style, bold, links as text and address, images by their text. */
function inline(text, codeStyle) {
  // Code and escaped letters are put aside first: nothing inside them is a mark.
  const kept = []
  const keep = (value) => `\0${kept.push(value) - 1}\0`
  return text
    .replace(/(`+)(.+?)\1/g, (_, _fence, body) => keep(codeStyle(body.trim().replaceAll('\\|', '|'))))
    .replace(/\\([!-/:-@[-`{-~])/g, (_, letter) => keep(letter))
    .replace(/<((?:https?|mailto):[^>\s]+)>/g, '$1')
    .replace(/<br\s*\/?>/gi, '\n')
    .replace(/<\/?(?:code|kbd)>/gi, '')
    .replace(/<img[^>]*alt="([^"]*)"[^>]*>/gi, '$1')
    .replace(/<\/?[a-z][^>]*>/gi, '')
    .replace(/!\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\[([^\]]+)\]\((\S+?)\)/g, (_, label, address) => (label === address ? label : `${label} (${address})`))
    .replace(/\*\*(.+?)\*\*|__(.+?)__/g, (_, a, b) => (codeStyle === cyan ? bold(a ?? b) : (a ?? b)))
    .replace(/(?<![\w*])\*([^*\s][^*]*)\*(?![\w*])|(?<!\w)_([^_\s][^_]*)_(?!\w)/g, (_, a, b) => a ?? b)
    .replace(
      /&(#?\w+);/g,
      (whole, name) => ENTITIES[name] ?? (/^#\d+$/.test(name) ? String.fromCodePoint(+name.slice(1)) : whole),
    )
    .replace(/\0(\d+)\0/g, (_, i) => kept[i])
}

/** Tables that @actions/core writes as HTML, as Markdown tables. */
function htmlTables(markdown) {
  return markdown.replace(/<table[^>]*>(.*?)<\/table>/gis, (_, body) => {
    const rows = [...body.matchAll(/<tr[^>]*>(.*?)<\/tr>/gis)].map(([, row]) =>
      [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gis)].map(([, cell]) =>
        cell.trim().replaceAll('\n', '<br>').replaceAll('|', '\\|'),
      ),
    )
    const [head = [], ...rest] = rows
    const line = (row) => `| ${row.join(' | ')} |`
    return `\n${[line(head), line(head.map(() => '---')), ...rest.map(line)].join('\n')}\n`
  })
}
