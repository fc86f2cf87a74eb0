import { plainText } from '../nix/log-text.ts'

// Attribute names, descriptions and logs come from flakes: whatever they hold must show as text (threat model, S23).
// Character references are text to GitHub's Markdown in every place: they open no element, link, emphasis or cell.

const reference = (character: string): string => `&#${character.codePointAt(0)};`

/** What could mean something in running text: HTML, emphasis, links, math, mentions, issue numbers, autolinks. */
const IN_PROSE = /[&<>`*~|[\]\\$^]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|@(?=\w)|#(?=\d)|:(?=\/\/)|(?<=\bwww)\./gi

/** Text on one line, anywhere in Markdown but at the beginning of a block. */
export const prose = (text: string): string => oneLine(text).replace(IN_PROSE, reference)

/** A code span; in table cells too. */
export function code(text: string): string {
  const line = oneLine(text)
  if (line === '') return ''
  return /[`|\\]/.test(line) ? `<code>${line.replace(/[^A-Za-z0-9 /.-]/gu, reference)}</code>` : `\`${line}\``
}

/** A block of text as it is, with line ends. */
export const preformatted = (lines: readonly string[]): string => {
  const text = plainText(lines.join('\n')).replace(/[&<>]/g, reference)
  // an empty first line would be swallowed, and a blank line ends a <details> around it in some renderers
  return `<pre>\n${text}\n</pre>`
}

/** A folded block. @param content Markdown */
export const details = (title: string, content: string): string =>
  `<details><summary>${prose(title)}</summary>\n\n${content}\n\n</details>`

/** A table. @param rows cells in Markdown, without line ends */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

const oneLine = (text: string): string => plainText(text).replace(/\s+/g, ' ').trim()

/** A word for a POSIX shell, quoted where it must be. */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
