// Renders the tables of inputs and outputs in README.md from action.yml: `node readme.mjs`.
// A test fails when README.md is not what this gives.
import { readFileSync, writeFileSync } from 'node:fs'
import { parse } from 'yaml'

export function render(readme, actionYml) {
  const { inputs, outputs } = parse(actionYml)
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
  const tables = {
    inputs: ['| input | default | meaning |', '|---|---|---|', ...inputRows],
    outputs: ['| output | content |', '|---|---|', ...outputRows],
  }
  return Object.entries(tables).reduce(
    (text, [name, rows]) =>
      text.replace(
        new RegExp(`(<!-- ${name} -->\n)[^]*?(\n<!-- /${name} -->)`),
        (_, open, close) => open + rows.join('\n') + close,
      ),
    readme,
  )
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  writeFileSync('README.md', render(readFileSync('README.md', 'utf8'), readFileSync('action.yml', 'utf8')))
}
