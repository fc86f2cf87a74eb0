// The inputs that action.yml declares, and their values from the command line.

import { wrap } from './table.mjs'
import { bold, columns, dim } from './terminal.mjs'

/**
 * Reads the block `inputs:` of action.yml. It knows the YAML that our file uses (one-line values, plain or quoted, and
 * folded descriptions) and refuses everything else, so that no default is ever misread.
 *
 * @param {string} yaml
 * @returns {Map<string, { description: string, default: string }>}
 */
export function parseActionInputs(yaml) {
  const [, block] = /^inputs:\n((?:(?: .*)?\n)+)/m.exec(yaml) ?? []
  if (block === undefined) throw new Error('action.yml has no block "inputs:"')
  const unfolded = block.replace(
    /: >-\n((?: {6}.*\n)+)/g,
    (_, text) => `: ${quote(text.trim().replace(/\s+/g, ' '))}\n`,
  )
  const inputs = new Map()
  let current
  for (const line of unfolded.split('\n').filter((text) => !/^ *(#|$)/.test(text))) {
    const [, name] = /^ {2}([\w-]+):$/.exec(line) ?? []
    const [, key, value] = /^ {4}(description|default|required): +(.*)$/.exec(line) ?? []
    if (name !== undefined) {
      current = { description: '', default: '' }
      inputs.set(name, current)
    } else if (key !== undefined && current !== undefined) {
      current[key] = scalar(value)
    } else {
      throw new Error(`the demo cannot read this line of action.yml: ${line.trim()}`)
    }
  }
  return inputs
}

const quote = (text) => `'${text.replaceAll("'", "''")}'`

function scalar(text) {
  if (/^'(?:[^']|'')*'$/.test(text)) return text.slice(1, -1).replaceAll("''", "'")
  if (/^"[^"\\]*"$/.test(text)) return text.slice(1, -1)
  // The one expression in use. There is no token of GitHub's here, and public flakes need none.
  if (/^\$\{\{ *github\.token *\}\}$/.test(text)) return ''
  if (/^[\w./][^#]*$/.test(text) && !/: |\$\{\{/.test(text)) return text.trim()
  throw new Error(`the demo cannot read this value in action.yml: ${text}`)
}

/**
 * `--name value`, `--name=value`, and for inputs that are true or false just `--name`.
 *
 * @param {string[]} args
 * @param {Map<string, { default: string }>} known
 * @returns {{ help: boolean, inputs: Record<string, string> }}
 * @throws one error that names all faults
 */
export function parseArguments(args, known) {
  const inputs = {}
  const faults = []
  const rest = [...args]
  while (rest.length > 0) {
    const word = rest.shift()
    if (word === '--help' || word === '-h') return { help: true, inputs: {} }
    const [, name, inline] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? []
    const value = name === undefined ? undefined : (inline ?? takeValue(rest, known.get(name)))
    const fault = faultOf({ word, name, value }, inputs, known)
    if (fault === undefined) inputs[name] = value
    else faults.push(fault)
  }
  if (faults.length > 0) {
    throw new Error(`${faults.join('; ')}.\nThe inputs are: ${[...known.keys()].join(', ')}. More with --help.`)
  }
  return { help: false, inputs }
}

function faultOf({ word, name, value }, inputs, known) {
  if (name === undefined) return `${word} is not of the form --name value`
  if (!known.has(name)) return `--${name} is no input of the action`
  if (value === undefined) return `--${name} needs a value (one that begins with -- is given as --${name}=VALUE)`
  if (Object.hasOwn(inputs, name)) return `--${name} is there twice`
  return undefined
}

function takeValue(rest, input) {
  const isSwitch = input?.default === 'true' || input?.default === 'false'
  const next = rest[0]
  if (next === undefined || next.startsWith('--')) return isSwitch ? 'true' : undefined
  return rest.shift()
}

/** All inputs with their defaults, for --help. */
export function helpTable(known) {
  const room = Math.min(columns(), 120)
  const entries = [...known].map(([name, { description, default: value }]) => {
    const text = wrap(description, room - 6).map((line) => `      ${line}`)
    return `  ${bold(`--${name}`)}${value === '' ? '' : dim(` (${value})`)}\n${text.join('\n')}`
  })
  return [
    'npm run demo [-- --INPUT VALUE ...]',
    '',
    'Runs the action on this machine as a GitHub runner does: main, post, and the job summary in the terminal.',
    'Without --flake it builds examples/hello for this machine, for another CPU by cross building, and for a third',
    'under QEMU, runs the results, and pushes them signed to a new folder. With --flake, inputs that are not given',
    "have the action's own defaults.",
    '',
    'Inputs, with their defaults:',
    ...entries,
  ].join('\n')
}
