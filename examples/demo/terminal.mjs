// What a terminal can show: colours, and the width of text.

const { NO_COLOR, FORCE_COLOR } = process.env
const colours = FORCE_COLOR ? FORCE_COLOR !== '0' : process.stdout.isTTY === true && !NO_COLOR

const style = (code) => (text) => (colours && text !== '' ? `\x1b[${code}m${text}\x1b[0m` : text)
export const bold = style(1)
export const dim = style(2)
export const red = style('1;31')
export const yellow = style(33)
export const cyan = style(36)

/** Columns of the terminal; a file or a pipe has no end. */
export const columns = () => (process.stdout.isTTY ? process.stdout.columns || 80 : Number.POSITIVE_INFINITY)

// Where the reader went away (`npm run demo | head`), the run goes on: post has things to undo.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

export const print = (text, stream = process.stdout) => void stream.write(`${text}\n`)

const ESC = '\x1b'
const ESCAPES = new RegExp(`${ESC}(?:\\[[0-9;?]*[ -/]*[@-~]|\\][^\x07${ESC}]*(?:\x07|${ESC}\\\\)|[@-Z\\\\^_])`, 'g')
const COLOUR = new RegExp(`^${ESC}\\[[0-9;]*m$`)

/** Text without escape sequences. */
export const plain = (text) => text.replace(ESCAPES, '')

/** A line of somebody else's log: its colours stay where there are colours; what would move the cursor does not. */
export function foreignLine(line) {
  const last = line.replace(/\r+$/, '').split('\r').at(-1) ?? ''
  return colours ? last.replace(ESCAPES, (sequence) => (COLOUR.test(sequence) ? sequence : '')) : plain(last)
}

// Emoji, and the letters of East Asia.
const WIDE =
  /\p{Emoji_Presentation}|\ufe0f|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/u
const letters = new Intl.Segmenter()

/** Columns that text takes. */
export const width = (text) =>
  [...letters.segment(plain(text))].reduce((total, { segment }) => total + (WIDE.test(segment) ? 2 : 1), 0)

/** Text cut to one row of the terminal, or to 200 letters where there is none. */
export function oneRow(text) {
  const limit = Math.min(columns(), 200)
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`
}
