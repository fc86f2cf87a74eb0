/**
 * The commands that an action, or anything that it lets print, writes into the log. After actions/runner,
 * src/Runner.Common/ActionCommand.cs and src/Runner.Worker/ActionCommandManager.cs.
 */

export interface WorkflowCommand {
  /** As written; compared without regard to case. */
  name: string
  properties: Record<string, string>
  data: string
}

export const workflowCommands: readonly string[] = [
  ...['debug', 'notice', 'warning', 'error', 'group', 'endgroup', 'echo', 'add-mask', 'add-matcher', 'remove-matcher'],
  ...['set-output', 'save-state', 'set-env', 'add-path', 'stop-commands', 'internal-set-repo-path'],
]

type Escapes = readonly (readonly [escaped: string, plain: string])[]
const percent = ['%25', '%'] as const // last, so that an escaped percent sign does not unescape what follows it
const lineEnds = [
  ['%0D', '\r'],
  ['%0A', '\n'],
] as const
const ofData: Escapes = [...lineEnds, percent]
const ofProperties: Escapes = [...lineEnds, ['%3A', ':'], ['%2C', ','], percent]
const ofOldForm: Escapes = [['%3B', ';'], ...lineEnds, ['%5D', ']'], percent]

const decode = (text: string, escapes: Escapes): string =>
  escapes.reduce((all, [escaped, plain]) => all.replaceAll(escaped, plain), text)

function command(
  info: string,
  separator: string,
  escapes: Escapes,
  data: string,
  known: ReadonlySet<string>,
): WorkflowCommand | undefined {
  const space = info.indexOf(' ')
  const name = space < 0 ? info : info.slice(0, space)
  if (!known.has(name.toLowerCase())) return undefined
  const properties: Record<string, string> = {}
  for (const each of space < 0
    ? []
    : info
        .slice(space + 1)
        .trim()
        .split(separator)) {
    const equals = each.indexOf('=')
    if (equals > 0 && equals < each.length - 1)
      properties[each.slice(0, equals)] = decode(each.slice(equals + 1), escapes)
  }
  return { name, properties, data }
}

/**
 * @param known Names that count, in lower case.
 * @returns The command in `::name key=value,…::data` form at the start of a line, or in the old `##[name key=value;…]data`
 *   form *anywhere* in a line, or undefined.
 */
export function parseWorkflowCommand(line: string, known: ReadonlySet<string>): WorkflowCommand | undefined {
  const trimmed = line.trimStart()
  const separator = trimmed.startsWith('::') ? trimmed.indexOf('::', 2) : -1
  if (separator >= 0) {
    const found = command(
      trimmed.slice(2, separator),
      ',',
      ofProperties,
      decode(trimmed.slice(separator + 2), ofData),
      known,
    )
    if (found) return found
  }
  const start = line.indexOf('##[')
  const end = start < 0 ? -1 : line.indexOf(']', start)
  if (end < 0) return undefined
  return command(line.slice(start + 3, end), ';', ofOldForm, decode(line.slice(end + 1), ofOldForm), known)
}

/** What a line does, with `stop-commands` taken into account. One for each stage of a step. */
export class CommandReader {
  readonly #known = new Set(workflowCommands)
  #stopToken: string | undefined

  /**
   * @returns The command to carry out; `bad-token` for a `stop-commands` that the runner refuses (the step fails);
   *   undefined for a line that is only text. Both ends of a stopped stretch are reported, as `stop-commands` and `resume`.
   */
  read(line: string): WorkflowCommand | undefined {
    const found = parseWorkflowCommand(line, this.#known)
    if (!found) return undefined
    if (this.#stopToken !== undefined) return this.#resume(found)
    if (found.name.toLowerCase() !== 'stop-commands') return found
    const token = found.data.toLowerCase()
    if (token === '' || token === 'pause-logging' || this.#known.has(token)) return { ...found, name: 'bad-token' }
    this.#stopToken = token
    this.#known.add(token)
    return found
  }

  #resume(found: WorkflowCommand): WorkflowCommand | undefined {
    if (this.#stopToken === undefined || found.name.toLowerCase() !== this.#stopToken) return undefined
    this.#known.delete(this.#stopToken)
    this.#stopToken = undefined
    return { ...found, name: 'resume' }
  }
}
