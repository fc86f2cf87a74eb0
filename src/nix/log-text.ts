/** Longest line that is kept, in UTF-16 units: a build may print megabytes without a line ending. */
export const LONGEST_LINE = 4096

const ESCAPE = '\u001b'
// CSI sequences (colours, cursor), OSC sequences (titles, links), and the two-character ones (ECMA-48)
const SEQUENCES = new RegExp(
  `${ESCAPE}(?:\\[[0-?]*[ -/]*[@-~]|\\][^\\u0007${ESCAPE}]*(?:\\u0007|${ESCAPE}\\\\)?|[ -/]+[0-~]|[0-Z\\\\-~])`,
  'g',
)
// what is left of C0 but tab and line feed, DEL, C1, and the bidirectional overrides that make a line read backwards
const CONTROLS = /[^\P{Cc}\t\n]|[\u202a-\u202e\u2066-\u2069]/gu
const SOMETHING_TO_STRIP = /[^\P{Cc}\t\n]|[\u202a-\u202e\u2066-\u2069]/u

/** A text without terminal escape sequences and other control characters; tabs and line feeds stay. */
export function plainText(text: string): string {
  return SOMETHING_TO_STRIP.test(text) ? text.replace(SEQUENCES, '').replace(CONTROLS, '') : text
}

/**
 * One line as a terminal would leave it: what a carriage return overwrote is gone, no escape sequences, at most
 * `LONGEST_LINE` long.
 */
export function plainLine(line: string): string {
  const bounded = bound(line, LONGEST_LINE * 4)
  const last = bounded.includes('\r') ? (bounded.split(/\r+\n?/).findLast((part) => part !== '') ?? '') : bounded
  return bound(plainText(last).replaceAll('\n', ' '), LONGEST_LINE)
}

/** Cuts a text to `length`, saying how much is missing. */
export function bound(text: string, length: number): string {
  if (text.length <= length) return text
  // through a buffer, since a slice would keep the whole of the long text in memory
  const kept = Buffer.from(text.slice(0, length)).toString()
  return `${kept}… (${text.length - length} more characters)`
}
