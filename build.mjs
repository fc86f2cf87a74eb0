// Builds dist/ from src/ with ncc, one folder an entry, with the .nix files beside the entry that reads them.
// `node build.mjs DIR` builds into DIR instead (the check that dist/ matches src/ compares the two).
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'

const ncc = createRequire(import.meta.url)('@vercel/ncc')
const out = process.argv[2] ?? 'dist'

for (const entry of ['main', 'post', 'plan'].filter((name) => existsSync(`src/${name}.ts`))) {
  const folder = join(out, entry)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const { code, assets } = await ncc(join(process.cwd(), `src/${entry}.ts`), { cache: false, quiet: true, license: 'licenses.txt' })
  writeFileSync(join(folder, 'index.js'), code)
  for (const [name, { source }] of Object.entries(assets)) {
    if (!name.endsWith('.d.ts')) writeFileSync(join(folder, basename(name)), source)
  }
}
const nix = join(out, 'main', 'nix')
mkdirSync(nix, { recursive: true })
for (const file of nixFiles('src/strategy')) cpSync(file, join(nix, basename(file)))

function nixFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? nixFiles(path) : path.endsWith('.nix') ? [path] : []
  })
}
