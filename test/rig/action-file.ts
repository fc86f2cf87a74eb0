import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

export interface ActionFile {
  inputs?: Record<string, { default?: unknown }>
  runs: { using: string; pre?: string; main: string; post?: string; 'post-if'?: string }
}

/** @throws if there is none, or it is not a JavaScript action of a node that GitHub still runs. */
export function readAction(dir: string): ActionFile {
  const file = ['action.yml', 'action.yaml'].map((name) => join(dir, name)).find((path) => existsSync(path))
  if (!file) throw new Error(`no action.yml in ${dir}`)
  const action = parse(readFileSync(file, 'utf8')) as ActionFile
  if (!['node20', 'node24'].includes(action.runs.using)) throw new Error(`cannot run \`using: ${action.runs.using}\``)
  return action
}

/** Input names are compared without case. Of expressions in defaults only the token is known. */
export function withDefaults(action: ActionFile, given: Record<string, string>, token: string): Record<string, string> {
  const inputs: Record<string, string> = { ...given }
  const names = new Set(Object.keys(given).map((name) => name.toLowerCase()))
  for (const [name, { default: value = '' }] of Object.entries(action.inputs ?? {})) {
    if (names.has(name.toLowerCase())) continue
    inputs[name] = String(value ?? '').replace(/\$\{\{\s*github\.token\s*\}\}/g, () => token)
    if (inputs[name]?.includes('${{')) throw new Error(`input ${name}: cannot evaluate ${inputs[name]}`)
  }
  return inputs
}
