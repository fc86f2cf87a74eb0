// The log of an action in the terminal: workflow commands are obeyed as the runner obeys them, all else is printed.

import { bold, cyan, dim, foreignLine, print, red, yellow } from './terminal.mjs'

const SHORTEST_SECRET = 4
const ignore = () => undefined

/** Secrets and what hides them. */
export function createMasks() {
  const forms = new Set()
  return {
    add(secret) {
      for (const part of [secret, ...secret.split(/\r?\n/)].map((text) => text.trim())) {
        if (part.length < SHORTEST_SECRET) continue
        const base64 = Buffer.from(part).toString('base64')
        for (const form of [part, base64, encodeURIComponent(part), JSON.stringify(part).slice(1, -1)]) forms.add(form)
      }
    },
    hide: (text) => [...forms].sort((a, b) => b.length - a.length).reduce((t, form) => t.replaceAll(form, '***'), text),
  }
}

/**
 * @param {object} to
 * @param {ReturnType<typeof createMasks>} to.masks
 * @param {(name: string, value: string) => void} to.saveState
 * @param {(name: string, value: string) => void} to.setOutput
 * @returns a function that takes the log line by line
 */
export function createLog({ masks, saveState, setOutput }) {
  let stopToken
  let inGroup = false
  const show = (text, style = (t) => t) => print(`${inGroup ? '  ' : ''}${style(masks.hide(text))}`)
  const annotate =
    (word, style) =>
    (data, { title, file, line }) => {
      const place = file === undefined ? '' : ` (${file}${line === undefined ? '' : `:${line}`})`
      show(`${word}: ${title === undefined ? '' : `${title}: `}${data}${place}`.replaceAll('\n', '\n       '), style)
    }
  const obey = {
    'add-mask': (data) => masks.add(data),
    debug: (data) => process.env.RUNNER_DEBUG === '1' && show(`debug: ${data}`, dim),
    notice: annotate('Notice', cyan),
    warning: annotate('Warning', yellow),
    error: annotate('Error', red),
    group(data) {
      inGroup = false
      show(`▸ ${data}`, bold)
      inGroup = true
    },
    endgroup() {
      inGroup = false
    },
    'save-state': (data, { name }) => name !== undefined && saveState(name, data),
    'set-output': (data, { name }) => name !== undefined && setOutput(name, data),
    'stop-commands'(data) {
      stopToken = data
    },
    'add-matcher': ignore,
    'remove-matcher': ignore,
    echo: ignore,
  }
  return (line) => {
    if (stopToken !== undefined) {
      if (line.trim() === `::${stopToken}::`) stopToken = undefined
      else show(foreignLine(line))
      return
    }
    const command = parseCommand(line)
    if (command === undefined || !Object.hasOwn(obey, command.name)) show(foreignLine(line))
    else obey[command.name](command.data, command.properties)
  }
}

/** `::name key=value,...::data` at the beginning of a line, or the old `##[name key=value;...]data` anywhere in it. */
export function parseCommand(line) {
  const now = /^\s*::([\w-]+)(?: (.*?))?::(.*)$/s.exec(line)
  const found = now ?? /##\[([\w-]+)(?: ([^\]]*))?\](.*)$/s.exec(line)
  if (found === null) return undefined
  const properties = {}
  for (const pair of (found[2] ?? '').split(now === null ? ';' : ',')) {
    const [, key, value] = /^\s*([^=]+)=(.*)$/s.exec(pair) ?? []
    if (key !== undefined) properties[key] = decode(value)
  }
  return { name: found[1], properties, data: decode(found[3]) }
}

const ESCAPED = { '%25': '%', '%0D': '\r', '%0A': '\n', '%3A': ':', '%2C': ',', '%3B': ';', '%5D': ']' }
const decode = (text) => text.replace(/%(?:25|0D|0A|3A|2C|3B|5D)/g, (code) => ESCAPED[code])
