// Builds dist/ from src/ with ncc, one folder an entry, and the .nix files beside them.
// `node build.mjs DIR` builds into DIR instead (the check that dist/ matches src/ compares the two).
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'

const ncc = createRequire(import.meta.url)('@vercel/ncc')
const out = process.argv[2] ?? 'dist'

// tsc first, so that ncc gets plain ES modules; types are checked by `npm run types`.
const scripts = 'build/js'
rmSync(scripts, { recursive: true, force: true })
spawnSync('node_modules/.bin/tsc', ['--project', 'tsconfig.build.json', '--outDir', scripts], { stdio: 'inherit' })

// The toolkit does nothing by being imported, but does not say so: told of it, the bundler leaves out what is not used,
// among it HTTP clients of a megabyte that every start would load.
for (const name of ['cache', 'core', 'exec', 'glob', 'http-client', 'io', 'tool-cache']) {
  const copy = join(scripts, 'node_modules/@actions', name)
  cpSync(join('node_modules/@actions', name), copy, { recursive: true })
  const about = JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8'))
  writeFileSync(join(copy, 'package.json'), JSON.stringify({ ...about, sideEffects: false }))
}
// Of undici, 800 kB that take 40 ms to load, the toolkit's client wants one class, for a method that nobody here calls.
const undici = join(scripts, 'node_modules/@actions/http-client/node_modules/undici')
mkdirSync(undici, { recursive: true })
writeFileSync(join(undici, 'package.json'), JSON.stringify({ name: 'undici', license: 'MIT', main: 'index.js' }))
writeFileSync(
  join(undici, 'index.js'),
  "exports.ProxyAgent = class { constructor() { throw new Error('undici is not bundled: see build.mjs') } }\n",
)

const entries = { main: 'main', post: 'post', plan: 'plan', cache: 'runner/actions-cache' }
for (const [entry, script] of Object.entries(entries)) {
  if (!existsSync(join('src', `${script}.ts`))) continue
  const folder = join(out, entry)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const { code, assets, stats } = await bundle(join(process.cwd(), `${scripts}/${script}.js`))
  writeFileSync(join(folder, 'index.js'), code)
  writeFileSync(join(folder, 'licenses.txt'), licenses(stats))
  for (const [name, { source }] of Object.entries(assets)) {
    if (!name.endsWith('.d.ts')) writeFileSync(join(folder, basename(name)), source)
  }
}
// What the action evaluates: the wrapper flake, and the flake of cross views (src/strategy/ask.ts).
for (const folder of ['nix', 'cross']) {
  rmSync(join(out, folder), { recursive: true, force: true })
  cpSync(join('src/strategy', folder), join(out, folder), { recursive: true })
}
for (const file of ['survey.nix', 'survey-flake.nix']) cpSync(join('src/strategy/matrix', file), join(out, 'nix', file))

async function bundle(file) {
  try {
    return await ncc(file, { cache: false, quiet: true })
  } catch (error) {
    console.error(String(error.message ?? error).slice(0, 5000)) // its stack would show the whole of ncc
    process.exit(1)
  }
}

/** Of all packages that are bundled: ncc itself would write those of one chunk over those of another. */
function licenses(stats) {
  const modules = [...stats.compilation.modules].flatMap((module) => [module, ...(module.modules ?? [])])
  const folders = new Set(
    modules.flatMap(({ resource }) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(resource ?? '')?.[0] ?? []),
  )
  const texts = [...folders].map((folder) => {
    const { name, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const files = readdirSync(folder).filter((file) => /^licen[cs]e/i.test(file))
    return [name, license, ...files.map((file) => readFileSync(join(folder, file), 'utf8'))].join('\n')
  })
  return `${texts.sort().join('\n\n')}\n`
}
