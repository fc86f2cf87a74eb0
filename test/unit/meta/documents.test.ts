import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
// @ts-expect-error plain JavaScript, run by hand as well
import { render } from '../../../readme.mjs'

test('README.md has the tables of both actions (node readme.mjs makes them)', () => {
  const readme = readFileSync('README.md', 'utf8')
  const [action = '', plan = ''] = ['action.yml', 'plan/action.yml'].map((name) => readFileSync(name, 'utf8'))
  expect(readme).toBe(render(readme, action, plan))
  for (const text of [action, plan])
    for (const name of Object.keys(parse(text).inputs)) expect(readme).toContain(`| \`${name}\` |`)
  expect(render(readme, action, plan.replace('max-jobs:', 'most-jobs:'))).not.toBe(readme)
})

test('links between documents lead somewhere', () => {
  const pages = [
    'README.md',
    'CONTRIBUTING.md',
    ...readdirSync('docs')
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ]
  for (const page of pages) {
    const text = readFileSync(page, 'utf8')
    for (const [, link = ''] of text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
      expect(() => readFileSync(join(page, '..', link)), `${page}: ${link}`).not.toThrow()
    }
  }
})

test('every action that a workflow uses is pinned to a commit', () => {
  for (const name of readdirSync('.github/workflows')) {
    const uses = readFileSync(`.github/workflows/${name}`, 'utf8').match(/uses: .*/g) ?? []
    for (const line of uses) expect(line).toMatch(/uses: (\.\/$|[\w/.-]+@[0-9a-f]{40} # v[\d.]+$)/)
  }
})
