import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Runner } from '../../runner/ports.ts'
import type { FoundNix } from '../find.ts'
import { ABOUT, askAbout, commandsOf, layOut, MOVE, PARTS, type Run, readAbout } from './fresh.ts'

const TOOL = 'nix-release'
/** In the tool's folder: the whole of /nix as it was right after an install. */
const TREE = 'nix'
/** In the tree, beside the parts. */
const INVENTORY = 'inventory'

/** Of the tarball that it was made of: what is in the tool cache is found by what was asked for. */
const versionOf = (sha256: string): string => `0.0.0-sha256.x${sha256.slice(0, 32)}`

/** Whether later jobs of this machine see its tool cache: a hosted runner is thrown away. */
export const toolCacheLasts = ({ facts: { env } }: Runner): boolean =>
  env.RUNNER_ENVIRONMENT !== 'github-hosted' && Boolean(env.RUNNER_TOOL_CACHE)

/**
 * Lays /nix out as an earlier job of this machine kept it of a tarball.
 * @param how.begun called when that has begun
 * @returns undefined where there is nothing, or nothing that serves
 */
export async function restoreKept(
  runner: Runner,
  sha256: string,
  { bin, asRoot, begun }: { readonly bin: string; readonly asRoot: boolean; readonly begun: () => void },
): Promise<FoundNix | undefined> {
  const folder = await runner.tools.find(TOOL, versionOf(sha256))
  const tree = `${folder}/${TREE}`
  if (folder === undefined || !(await isTrusted(tree, asRoot ? 0 : runner.facts.uid))) return undefined
  return await layOut(runner, 'the tool cache', { bin, asRoot }, async (draft) => {
    const about = readAbout(tree)
    // looked at while it is copied, and moved only then
    const args = ['-c', `${COPY} && read -r _ && ${MOVE}`, 'sh', draft, ...partsOf(tree)]
    const laying = runner.commands.run({ tool: 'sh', args, input: afterCheck(tree) }, { asRoot, timeoutSeconds: 300 })
    begun()
    await laying
    return about
  })
}

/** A line once the tree is found whole. @throws Error where it is not */
async function* afterCheck(tree: string): AsyncGenerator<Uint8Array> {
  if (readFileSync(`${tree}/${INVENTORY}`, 'utf8') !== inventory(tree)) throw new Error('files are missing or cut')
  yield Buffer.from('whole\n')
}

/**
 * Any job of this runner can write to its tool cache, and there is no hash of this form: it is taken only where whom
 * it will work for has made it. A job without root cannot leave there a folder that root owns; one with root could do
 * anything else.
 */
async function isTrusted(tree: string, owner: number): Promise<boolean> {
  const made = await lstat(tree).catch(() => undefined)
  return made?.isDirectory() === true && made.uid === owner && (made.mode & 0o022) === 0
}

/** Names and sizes of all files: a power cut or a full disk may have taken some of them, or a part. */
const inventory = (tree: string): string =>
  partsOf(tree)
    .flatMap(filesIn)
    .map((path) => `${lstatSync(path).size} ${path.slice(tree.length)}\n`)
    .sort()
    .join('')

/** Without going through links, as `recursive` of readdir does. */
const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? filesIn(path) : [path]
  })

/**
 * Keeps /nix, as an install has just made it, for later jobs of this machine. Never throws: a tool cache that cannot be
 * written costs time in the next job, nothing in this one.
 */
export async function keepNix(runner: Runner, sha256: string, found: FoundNix, asRoot: boolean): Promise<void> {
  let draft: string | undefined
  try {
    const empty = `${runner.facts.folder}/kept`
    await runner.files.makeDirectory(empty)
    const version = versionOf(sha256)
    const place = (await runner.tools.find(TOOL, version)) ?? (await runner.tools.save(empty, TOOL, version))
    const tree = `${place}/${TREE}`
    draft = `${place}/${TREE}.new`
    const run = commandsOf(runner, asRoot)
    await runner.files.remove(draft, { asRoot })
    await copyParts(run, '/nix', draft)
    for (const [n, text] of (await askAbout(runner, found)).entries())
      await runner.files.write(`${draft}/${ABOUT[n]}`, text, { asRoot })
    await runner.files.write(`${draft}/${INVENTORY}`, inventory(draft), { asRoot })
    await runner.files.remove(tree, { asRoot })
    await run('mv', '-T', '--', draft, tree)
  } catch (error) {
    runner.log.debug(`nothing is kept in the tool cache: ${String(error)}`)
    // a half copy takes the room that the job needs, where the disk is full
    if (draft !== undefined) await runner.files.remove(draft, { asRoot }).catch(() => undefined)
  }
}

/**
 * $1 folder to make, $2 and $3 what it gets. Files of the store are never written to again: where root owns them and both
 * places are on one file system, they are linked, which reads and writes nothing. The database is always a copy.
 */
const COPY = `mkdir -p -m 755 -- "$1" || exit
how=--reflink=auto
if [ "$(id -u)" = 0 ] && [ "$(stat -c %d -- "$1")" = "$(stat -c %d -- "$2")" ]; then how=--link; fi
cp -a $how -- "$2" "$1" && cp -a --reflink=auto -- "$3" "$1"`

/** Copies both parts of /nix, or of what was kept of it. */
const copyParts = (run: Run, from: string, to: string): Promise<void> =>
  run('sh', '-c', COPY, 'sh', to, ...partsOf(from))

const partsOf = (folder: string): readonly string[] => PARTS.map((part) => `${folder}/${part}`)
