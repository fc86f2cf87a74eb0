// Measures transparent cross on public flakes: evaluation only, offline, nothing of theirs is kept.
//
//   node bench/corpus.mjs --nixpkgs TREE --sources FOLDER --flakes bench/corpus.txt --out results.json [--nix nix] [--only NAME]
//
// TREE: a nixpkgs-like tree that evaluates offline. FOLDER: checkouts named owner+repo. corpus.txt: one owner/repo a line.
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, stripVTControlCharacters } from 'node:util'
import { judge, readDerivations } from './corpus/judge.mjs'
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
    most: { type: 'string', default: '12' },
    native: { type: 'boolean', default: false },
    own: { type: 'string', default: '' },
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
const lines = readFileSync(options.flakes, 'utf8')
  .split('\n')
  .map((line) => line.replace(/#.*/, '').trim())
  .filter(Boolean)
const commits = new Map(lines.map((line) => line.split(/\s+/)))
const names = [...commits.keys()].filter((name) => !options.only || name.includes(options.only))

const ownFaults = await faultsOfSet(options.own.split(',').filter(Boolean))
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
  const commit = commits.get(name)
  const entry = { flake: name, commit, packages: [] }
  try {
    const copy = await locker.lock(join(options.sources, name.replace('/', '+')), name.replace('/', '+'))
    const flake = commit === undefined ? copy : `${copy}?rev=${commit}`
    const listed = await asker.ask('names', flake)
    if (listed.error !== undefined) return { ...entry, error: lastLines(listed.error) }
    const attributes = listed.value.slice(0, Number(options.most))
    const native = await outcomes('native', attributes, flake, asker)
    const working = attributes.filter((attribute) => native.get(attribute).error === undefined)
    const cross = options.native ? new Map() : await outcomes('transparent', working, flake, asker)
    const drvs = [...cross.values()].map((answer) => answer.value?.drvPath).filter(Boolean)
    const shown = drvs.length > 0 ? await nix(tool, ['derivation', 'show', '-r', ...drvs]) : undefined
    const graph = shown && readDerivations(JSON.parse(shown.stdout))
    for (const attribute of attributes)
      entry.packages.push(verdict(attribute, native.get(attribute), cross.get(attribute), graph))
  } catch (error) {
    entry.error = lastLines(String(error.message))
  }
  for (const one of entry.packages) console.log(line(name, one))
  if (entry.error) console.log(`${name}: ${entry.error}`)
  return entry
}

/** Asks for all packages in one evaluation, and for each alone where that fails. @returns name → answer */
async function outcomes(view, attributes, flake, asker) {
  const apply = ['--apply', `all: all ${JSON.stringify(attributes).replaceAll(',', ' ')}`]
  const together = await asker.ask(`all.${view}`, flake, apply)
  const result = new Map()
  for (const attribute of attributes) {
    const value = together.value?.[attribute]
    const seconds = together.seconds / attributes.length
    if (value?.isDerivation) result.set(attribute, { value, seconds })
    else result.set(attribute, await asker.ask(`drv.${view}.${JSON.stringify(attribute)}`, flake))
  }
  return result
}

/** Build tools of the target that the set's own cross packages have: no fault of a flake's view. @returns their names */
async function faultsOfSet(packages) {
  const set = `path:${options.nixpkgs}#legacyPackages.${build}.pkgsCross.${target.crossNames[0]}`
  const found = new Set()
  for (const name of packages) {
    const evaluated = await nix(tool, ['eval', '--raw', `${set}.${name}.drvPath`])
    const shown = await nix(tool, ['derivation', 'show', '-r', evaluated.stdout])
    const { tools } = judge(readDerivations(JSON.parse(shown.stdout)), evaluated.stdout, {
      build,
      triple: target.triple,
    })
    for (const text of tools) found.add(text.split(' <- ')[1])
  }
  return found
}

function verdict(name, native, cross, graph) {
  const one = { name, native: outcome(native), nativeSeconds: native.seconds }
  if (cross === undefined) return one
  Object.assign(one, { cross: outcome(cross), crossSeconds: cross.seconds })
  if (cross.error !== undefined) return one
  const { drvPath, host } = cross.value
  const { tools, ...rest } = judge(graph, drvPath, { build, triple: target.triple })
  const [own, ours] = [tools.filter((text) => isOwn(text)), tools.filter((text) => !isOwn(text))]
  return { ...one, host, nativeHost: native.value.host, drvPath, ...rest, tools: ours, ownFaults: own }
}

function isOwn(text) {
  return ownFaults.has(text.split(' <- ')[1])
}

function outcome(answer) {
  return answer.error === undefined ? 'evaluates' : lastLines(answer.error)
}

/** The message behind the last "error:" of Nix' trace. */
function lastLines(text) {
  const plain = stripVTControlCharacters(text)
  return plain
    .slice(Math.max(0, plain.lastIndexOf('error:')))
    .split('\n')
    .slice(0, 6)
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 500)
}

function line(flake, one) {
  if (one.native !== 'evaluates') return `${flake}#${one.name}: native fails: ${one.native}`
  if (one.cross === undefined) return `${flake}#${one.name}: native evaluates`
  if (one.cross !== 'evaluates') return `${flake}#${one.name}: CROSS FAILS: ${one.cross}`
  if (one.foreign.length > 0)
    return `${flake}#${one.name}: FOREIGN ${one.foreign.length}: ${one.foreign.slice(-3).join(' ')}`
  if (one.tools.length > 0)
    return `${flake}#${one.name}: TOOLS ${one.tools.length}: ${one.tools.slice(0, 3).join('; ')}`
  return `${flake}#${one.name}: clean${one.host === one.nativeHost ? '' : `, but runs on ${one.host}, native on ${one.nativeHost}`}`
}

function summary() {
  const all = results.flatMap((flake) => flake.packages)
  const native = all.filter((one) => one.native === 'evaluates')
  const cross = native.filter((one) => one.cross === 'evaluates')
  const pure = cross.filter((one) => one.foreign.length === 0)
  const clean = pure.filter((one) => one.tools.length === 0)
  const mean = (list, key) => (list.reduce((sum, one) => sum + one[key], 0) / Math.max(1, list.length)).toFixed(2)
  console.log(`flakes ${results.length}, packages ${all.length}, native evaluates ${native.length}`)
  console.log(
    `transparent evaluates ${cross.length}, no foreign derivation ${pure.length}, no foreign tool either ${clean.length}`,
  )
  console.log(`seconds a package: native ${mean(native, 'nativeSeconds')}, transparent ${mean(cross, 'crossSeconds')}`)
  console.log(`inputs not at hand: ${[...locker.missing].join(' ')}`)
}
