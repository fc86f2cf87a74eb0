// The result of bench/corpus.mjs as a Markdown table:   node bench/corpus/table.mjs results.json
import { readFileSync } from 'node:fs'

const { results } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const row = (cells) => `| ${cells.join(' | ')} |`
const totals = [0, 0, 0, 0, 0]
const lines = [
  row([
    'flake',
    'commit',
    'evaluate natively',
    'evaluate crossed',
    'nothing foreign',
    'no target tool',
    'for the target',
  ]),
  row(['---', '---', '---', '---', '---', '---', '---']),
]
const none = []
for (const { flake, commit, packages } of results) {
  const native = packages.filter((one) => one.native === 'evaluates')
  const cross = native.filter((one) => one.cross === 'evaluates')
  const pure = cross.filter((one) => one.foreign.length === 0)
  const clean = pure.filter((one) => one.tools.length === 0)
  const counts = [native, cross, pure, clean, clean.filter((one) => one.host === one.nativeHost)].map(
    ({ length }) => length,
  )
  if (native.length === 0) none.push(flake)
  else lines.push(row([flake, commit.slice(0, 12), ...counts]))
  for (const [index, value] of counts.entries()) totals[index] += value
}
lines.push(row([`**${results.length - none.length} flakes**`, '', ...totals.map((value) => `**${value}**`)]))
console.log(lines.join('\n'))
console.log(`\nNo package evaluated natively: ${none.join(', ')}.`)
