// Measures transparent cross on public flakes: evaluation only, offline, nothing of theirs is kept.
//
//   node bench/corpus.mjs --nixpkgs TREE --sources FOLDER --flakes bench/corpus.txt --out results.json [--nix nix] [--only NAME]
//
// TREE: a nixpkgs-like tree that evaluates offline. FOLDER: checkouts named owner+repo. corpus.txt: one owner/repo a line.
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { judge } from './corpus/judge.mjs'
import { Locker } from './corpus/lock.mjs'
import { Asker, nix } from './corpus/nix.mjs'

const { values: options } = parseArgs({
  options: {
    nixpkgs: { type: 'string' },
    sources: { type: 'string' },
    flakes: { type: 'string' },
    out: { type: 'string' },
    nix: { type: 'string', default: 'nix' },
    only: { type: 'string' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    folder: { type: 'string' },
  },
})
const build = 'x86_64-linux'
const target = {
  name: 'aarch64-linux',
  system: 'aarch64-linux',
  triple: 'aarch64-unknown-linux-gnu',
  crossNames: ['aarch64-multiplatform'],
  plain: true,
}
const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'corpus-'))
mkdirSync(folder, { recursive: true })
const tool = options.nix
const locker = new Locker({ tool, nixpkgs: options.nixpkgs, sources: options.sources, folder })
const lines = readFileSync(options.flakes, 'utf8').split('\n').map((line) => line.replace(/#.*/, '').trim()).filter(Boolean)
const names = lines.map((line) => line.split(/\s+/)[0]).filter((name) => !options.only || name.includes(options.only))

const results = []
const queue = [...names]
await Promise.all(
  Array.from({ length: Number(options.jobs) }, async (_, lane) => {
    const asker = new Asker({ tool, folder: join(folder, `lane-${lane}`), build, target })
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) results.push(await measure(name, asker))
  }),
)
results.sort((a, b) => a.flake.localeCompare(b.flake))
if (options.out) writeFileSync(options.out, JSON.stringify({ results, missing: [...locker.missing] }, null, 1))
summary()

async function measure(name, asker) {
  const entry = { flake: name, packages: [] }
  try {
    const flake = await locker.lock(join(options.sources, name.replace('/', '+')), name.replace('/', '+'))
    const listed = await asker.ask('names', flake)
    if (listed.error !== undefined) return { ...entry, error: lastLines(listed.error) }
    for (const attribute of listed.value) entry.packages.push(await measurePackage(attribute, flake, asker))
  } catch (error) {
    entry.error = lastLines(String(error.message))
  }
  for (const one of entry.packages) console.log(line(name, one))
  if (entry.error) console.log(`${name}: ${entry.error}`)
  return entry
}

async function measurePackage(attribute, flake, asker) {
  const path = (view) => `drv.${view}.${JSON.stringify(attribute)}`
  const native = await asker.ask(path('native'), flake)
  const one = { name: attribute, native: outcome(native), nativeSeconds: native.seconds }
  if (native.error !== undefined) return one
  const cross = await asker.ask(path('transparent'), flake)
  Object.assign(one, { cross: outcome(cross), crossSeconds: cross.seconds })
  if (cross.error !== undefined) return one
  const { drvPath, host } = cross.value
  const shown = await nix(tool, ['derivation', 'show', '-r', drvPath])
  const verdict = judge(JSON.parse(shown.stdout), { build, triple: target.triple })
  return { ...one, host, nativeSystem: native.value.system, drvPath, ...verdict }
}

function outcome(answer) {
  return answer.error === undefined ? 'evaluates' : lastLines(answer.error)
}

/** The message behind the last "error:" of Nix' trace. */
function lastLines(text) {
  const plain = text.replace(/\x1b\[[0-9;]*m/g, '')
  return plain.slice(Math.max(0, plain.lastIndexOf('error:'))).split('\n').slice(0, 3).join(' ').trim().slice(0, 400)
}

function line(flake, one) {
  if (one.native !== 'evaluates') return `${flake}#${one.name}: native fails: ${one.native}`
  if (one.cross !== 'evaluates') return `${flake}#${one.name}: CROSS FAILS: ${one.cross}`
  if (one.foreign.length > 0) return `${flake}#${one.name}: FOREIGN ${one.foreign.length}: ${one.foreign.slice(-3).join(' ')}`
  if (one.tools.length > 0) return `${flake}#${one.name}: TOOLS ${one.tools.length}: ${one.tools.slice(0, 3).join('; ')}`
  return `${flake}#${one.name}: clean${one.host === target.system ? '' : ` (host ${one.host})`}`
}

function summary() {
  const all = results.flatMap((flake) => flake.packages)
  const native = all.filter((one) => one.native === 'evaluates')
  const cross = native.filter((one) => one.cross === 'evaluates')
  const pure = cross.filter((one) => one.foreign.length === 0)
  const clean = pure.filter((one) => one.tools.length === 0)
  const mean = (list, key) => (list.reduce((sum, one) => sum + one[key], 0) / Math.max(1, list.length)).toFixed(2)
  console.log(`flakes ${results.length}, packages ${all.length}, native evaluates ${native.length}`)
  console.log(`transparent evaluates ${cross.length}, no foreign derivation ${pure.length}, no foreign tool either ${clean.length}`)
  console.log(`seconds a package: native ${mean(native, 'nativeSeconds')}, transparent ${mean(cross, 'crossSeconds')}`)
  console.log(`inputs not at hand: ${[...locker.missing].join(' ')}`)
}
