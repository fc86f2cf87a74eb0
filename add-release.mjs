// node add-release.mjs VERSION: adds a release of Nix to the table of checksums (src/install/source/releases.ts), from the files
// that upstream publishes beside each tarball. Its `install` script names the same checksums: where the two differ,
// nothing is written. Another server (an absolute URL) and another file may be named after the version.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const SYSTEMS = [
  ...['x86_64-linux', 'i686-linux', 'aarch64-linux', 'armv6l-linux', 'armv7l-linux', 'riscv64-linux'],
  ...['x86_64-darwin', 'aarch64-darwin'],
]
const START = 'export const RELEASES: Readonly<Record<string, Hashes>> = {\n'

const [
  version = '',
  server = 'https://releases.nixos.org/nix',
  file = join(import.meta.dirname, 'src/install/source/releases.ts'),
] = process.argv.slice(2)
try {
  if (!/^\d+\.\d+(\.\d+)?$/.test(version)) throw new Error('usage: node add-release.mjs VERSION')
  const table = readFileSync(file, 'utf8')
  if (!table.includes(START)) throw new Error(`${file} has no line ${START.trim()}`)
  if (table.includes(`\n  '${version}': {\n`)) throw new Error(`${version} is there already`)
  const folder = `${server}/nix-${version}`
  const script = await fetchText(`${folder}/install`)
  if (script === undefined) throw new Error(`${folder}/install is not there: is ${version} a release?`)
  const hashes = await Promise.all(SYSTEMS.map(async (system) => [system, await hashOf(folder, system, script)]))
  const known = hashes.filter(([, hash]) => hash !== undefined)
  if (known.length === 0) throw new Error(`no checksums of ${version} are published`)
  const lines = known.map(([system, hash]) => `    '${system}': '${hash}',\n`).join('')
  writeFileSync(file, insert(table, `  '${version}': {\n${lines}  },\n`))
  console.log(`${version}: ${known.map(([system]) => system).join(', ')}`)
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}

/** Undefined where this release has no tarball for the system. */
async function hashOf(folder, system, script) {
  const url = `${folder}/nix-${version}-${system}.tar.xz.sha256`
  const text = (await fetchText(url))?.trim()
  if (text === undefined) return undefined
  if (!/^[0-9a-f]{64}$/.test(text)) throw new Error(`${url} is no SHA-256: ${JSON.stringify(text.slice(0, 80))}`)
  if (!script.includes(text)) throw new Error(`${url} says ${text}, which ${folder}/install does not name`)
  return text
}

/** Undefined where there is no such file. */
async function fetchText(url) {
  const answer = await fetch(url, { signal: AbortSignal.timeout(60_000) })
  if (answer.status === 404) return undefined
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${answer.statusText}`)
  return await answer.text()
}

/** Newest first. */
function insert(table, entry) {
  const number = (text) => text.split('.').map(Number)
  const older = (other) => {
    const [ours, theirs] = [number(version), number(other)]
    const at = [0, 1, 2].find((index) => (ours[index] ?? 0) !== (theirs[index] ?? 0)) ?? 0
    return (theirs[at] ?? 0) < (ours[at] ?? 0)
  }
  const next = [...table.matchAll(/^ {2}'([\d.]+)': \{$/gm)].find((match) => older(match[1]))
  const at = next?.index ?? table.indexOf('\n}\n', table.indexOf(START)) + 1
  return `${table.slice(0, at)}${entry}${table.slice(at)}`
}
