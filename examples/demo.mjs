// `npm run demo`: runs the committed action on this machine as a GitHub runner does, main and then post, with its log
// and its job summary in the terminal. Node 20 or newer is enough: no npm ci, no GitHub.
//
//   npm run demo                                                               the example flake, three CPUs
//   npm run demo -- --flake . --targets aarch64-linux=emulated --push-to file:///tmp/cache
//   npm run demo -- --help                                                     all inputs

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { exampleFor } from './demo/example.mjs'
import { helpTable, parseActionInputs, parseArguments } from './demo/inputs.mjs'
import { createRunner } from './demo/runner.mjs'
import { renderMarkdown } from './demo/summary.mjs'
import { bold, dim, oneRow, print, red } from './demo/terminal.mjs'

const action = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')

async function demo(args) {
  const known = parseActionInputs(readFileSync(join(action, 'action.yml'), 'utf8'))
  const given = parseArguments(args, known)
  if (given.help) return print(helpTable(known))
  if (!existsSync(join(action, 'dist/main/index.js'))) {
    throw new Error('dist/ is not here. It is committed, so take it from git, or make it: npm ci && npm run build')
  }

  // Whoever names a flake gets the action's own defaults; all others get the example's.
  const cache = given.inputs.flake === undefined ? mkdtempSync(join(tmpdir(), 'nix-multiarch-cache-')) : undefined
  const example = cache === undefined ? undefined : exampleFor(process.arch, cache, given.inputs)
  const runner = createRunner({ action, known, inputs: { ...example?.inputs, ...given.inputs } })
  try {
    process.exitCode = await runner.run()
    report(runner, example)
  } finally {
    runner.cleanUp()
    removeIfEmpty(cache)
  }
}

function report(runner, example) {
  if (runner.summary() !== '') {
    print(`\n${bold('Job summary')}\n`)
    print(renderMarkdown(runner.summary()))
  }
  const outputs = Object.entries(runner.outputs())
  if (outputs.length > 0) {
    print(`\n${bold('Outputs')}`)
    for (const [name, value] of outputs) print(oneRow(`  ${name}: ${value.trim().replace(/\s*\n\s*/g, ' ')}`))
  }
  const paths = (runner.outputs()['store-paths'] ?? '').split('\n').filter((path) => path !== '')
  const cached = example?.cache !== undefined && readdirSync(example.cache).length > 0
  if (process.exitCode === 0 && cached && paths.length > 0) print(consumerLines(example, paths))
}

/** How another machine gets the results. */
function consumerLines({ cache, publicKey }, paths) {
  return [
    `\n${bold('The binary cache')} ${dim('(yours to keep or to delete)')}`,
    `  ${cache}`,
    `\n${bold('From it to another machine')} ${dim('(without building; as root or a trusted user of its Nix)')}`,
    `  nix-store --realise --option substituters file://${cache} \\`,
    `    --option trusted-public-keys ${publicKey} \\`,
    ...paths.map((path, i) => `    ${path}${i < paths.length - 1 ? ' \\' : ''}`),
  ].join('\n')
}

function removeIfEmpty(folder) {
  try {
    if (folder !== undefined) rmdirSync(folder)
  } catch {
    // It holds the cache.
  }
}

try {
  await demo(process.argv.slice(2))
} catch (error) {
  print(red(`Error: ${error.message}`), process.stderr)
  process.exitCode = 1
}
