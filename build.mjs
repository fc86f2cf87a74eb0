// Builds dist/ from src/ with ncc, one folder an entry, with the .nix files beside the entry that reads them.
// `node build.mjs DIR` builds into DIR instead (the check that dist/ matches src/ compares the two).
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'

const ncc = createRequire(import.meta.url)('@vercel/ncc')
const out = process.argv[2] ?? 'dist'

// tsc first, so that ncc gets plain ES modules; types are checked by `npm run types`.
const scripts = 'build/js'
rmSync(scripts, { recursive: true, force: true })
spawnSync('node_modules/.bin/tsc', ['--project', 'tsconfig.build.json', '--outDir', scripts], { stdio: 'inherit' })

for (const entry of ['main', 'post', 'plan'].filter((name) => existsSync(`src/${name}.ts`))) {
  const folder = join(out, entry)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const { code, assets } = await bundle(join(process.cwd(), `${scripts}/${entry}.js`))
  writeFileSync(join(folder, 'index.js'), code)
  for (const [name, { source }] of Object.entries(assets)) {
    if (!name.endsWith('.d.ts')) writeFileSync(join(folder, basename(name)), source)
  }
}
for (const entry of ['main', 'plan']) {
  const nix = join(out, entry, 'nix')
  mkdirSync(nix, { recursive: true })
  for (const file of nixFiles('src/strategy')) cpSync(file, join(nix, basename(file)))
}

async function bundle(file) {
  try {
    return await ncc(file, { cache: false, quiet: true, license: 'licenses.txt' })
  } catch (error) {
    console.error(String(error.message ?? error).slice(0, 5000)) // its stack would show the whole of ncc
    process.exit(1)
  }
}

function nixFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? nixFiles(path) : path.endsWith('.nix') ? [path] : []
  })
}
