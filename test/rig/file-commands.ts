/**
 * The files that an action writes to: GITHUB_ENV, GITHUB_OUTPUT, GITHUB_STATE (`name=value` or a heredoc) and
 * GITHUB_PATH (a path a line). After actions/runner, src/Runner.Worker/FileCommandManager.cs.
 */

/** GITHUB_<name> and the prefix of the file that the runner makes for it, afresh for every stage. */
export const fileCommands = {
  PATH: 'add_path_',
  ENV: 'set_env_',
  STEP_SUMMARY: 'step_summary_',
  STATE: 'save_state_',
  OUTPUT: 'set_output_',
} as const
export type FileCommand = keyof typeof fileCommands

/** GitHub's limit of one step's summary. */
export const summaryLimit = 1024 * 1024

interface Line {
  text: string
  /** The last line of a file may lack it. */
  newline: boolean
}

function* linesOf(text: string): Generator<Line> {
  let index = 0
  while (index < text.length) {
    const end = text.indexOf('\n', index)
    yield end < 0 ? { text: text.slice(index), newline: false } : { text: text.slice(index, end), newline: true }
    index = end < 0 ? text.length : end + 1
  }
}

/** @throws with the runner's message if the text breaks the grammar; the runner then fails the step. */
export function parsePairs(text: string): Map<string, string> {
  const pairs = new Map<string, string>()
  const lines = linesOf(text)
  for (let next = lines.next(); !next.done; next = lines.next()) {
    const line = next.value.text
    if (line === '') continue
    const equals = line.indexOf('=')
    const heredoc = line.indexOf('<<')
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) pairs.set(line.slice(0, equals), line.slice(equals + 1))
    else if (heredoc >= 0) pairs.set(line.slice(0, heredoc), heredocValue(line, heredoc, lines))
    else throw new Error(`Invalid format '${line}'`)
  }
  return pairs
}

function heredocValue(line: string, at: number, lines: Generator<Line>): string {
  const delimiter = line.slice(at + 2)
  if (at === 0 || delimiter === '')
    throw new Error(`Invalid format '${line}'. Name must not be empty and delimiter must not be empty`)
  const value: string[] = []
  for (let next = lines.next(); !next.done; next = lines.next()) {
    if (next.value.text === delimiter) return value.join('\n')
    if (!next.value.newline) throw new Error('Invalid value. EOF marker missing new line')
    value.push(next.value.text)
  }
  throw new Error(`Invalid value. Matching delimiter not found '${delimiter}'`)
}

/** Adds paths to what is prepended to PATH; one that was there moves to the end, which is searched first. */
export function addPaths(prepended: readonly string[], text: string): string[] {
  let paths = [...prepended]
  for (const { text: line } of linesOf(text)) {
    const path = line.replace(/\r$/, '')
    if (path !== '') paths = [...paths.filter((each) => each !== path), path]
  }
  return paths
}
