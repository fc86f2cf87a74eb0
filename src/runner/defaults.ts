/**
 * The defaults of the inputs, read from the text of action.yml, so that they are written in one place. A runner fills
 * them in itself; an input that a workflow passes on empty (`${{ inputs.x }}`) gets its default here.
 */
export function readDefaults(actionYml: string): ReadonlyMap<string, string> {
  const defaults = new Map<string, string>()
  let section = ''
  let input = ''
  for (const line of actionYml.split('\n')) {
    section = /^([a-z]+):/.exec(line)?.[1] ?? section
    if (section !== 'inputs') continue
    input = /^ {2}([a-z0-9-]+):\s*$/.exec(line)?.[1] ?? input
    const value = /^ {4}default:\s*(.*?)\s*$/.exec(line)?.[1]
    if (value !== undefined) defaults.set(input, scalar(value))
  }
  return defaults
}

/** Plain and quoted YAML scalars of one line; an expression that only the runner can fill in is empty. */
function scalar(text: string): string {
  if (text.startsWith('${{')) return ''
  const quoted = /^'(.*)'$/.exec(text)?.[1]
  return quoted === undefined ? text.replace(/^"(.*)"$/, '$1') : quoted.replaceAll("''", "'")
}
