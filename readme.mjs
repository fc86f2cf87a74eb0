// Renders the tables of inputs and outputs in README.md from action.yml and plan/action.yml: `node readme.mjs`.
// A test fails when README.md is not what this gives.
import { readFileSync, writeFileSync } from 'node:fs'
import { parse } from 'yaml'

/** @param planYml text of plan/action.yml */
export function render(readme, actionYml, planYml) {
  const tables = { ...tablesOf('', parse(actionYml)), ...tablesOf('plan ', parse(planYml)) }
  return Object.entries(tables).reduce(
    (text, [name, rows]) =>
      text.replace(
        new RegExp(`(<!-- ${name} -->\n)[^]*?(\n<!-- /${name} -->)`),
        (_, open, close) => open + rows.join('\n') + close,
      ),
    readme,
  )
}

function tablesOf(prefix, { inputs, outputs }) {
  const cell = (text) =>
    String(text)
      .trim()
      .replaceAll('|', '\\|')
      .replace(/\s+/g, ' ')
      .replace(/<(\w+)>/g, '&lt;$1&gt;')
  const code = (text) => (text === '' ? '–' : `\`${text}\``)
  const inputRows = Object.entries(inputs).map(
    ([name, input]) => `| \`${name}\` | ${code(input.default)} | ${cell(input.description)} |`,
  )
  const outputRows = Object.entries(outputs).map(([name, output]) => `| \`${name}\` | ${cell(output.description)} |`)
  return {
    [`${prefix}inputs`]: ['| input | default | meaning |', '|---|---|---|', ...inputRows],
    [`${prefix}outputs`]: ['| output | content |', '|---|---|', ...outputRows],
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  writeFileSync(
    'README.md',
    render(...['README.md', 'action.yml', 'plan/action.yml'].map((name) => readFileSync(name, 'utf8'))),
  )
}
