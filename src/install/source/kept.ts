import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { lstat, stat } from 'node:fs/promises'
import type { Command, Runner } from '../../runner/ports.ts'
import { chooseCandidate, type FoundNix } from '../find.ts'

const TOOL = 'nix-release'
/** The whole of /nix as it was right after an install, and what `nix --version` printed. */
const TREE = 'nix'
const VERSION = 'version'
const PARTS = ['store', 'var'] as const

/** Of the tarball that it was made of: what is in the tool cache is found by what was asked for. */
const versionOf = (sha256: string): string => `0.0.0-sha256.x${sha256.slice(0, 32)}`

/** What is kept is a whole /nix, for a machine that has none. */
export const nixIsAbsent = (): boolean => PARTS.every((part) => !existsSync(`/nix/${part}`))

/**
 * Lays /nix out as an earlier job of this machine kept it of a tarball: no download, no xz, no registration.
 * @param bin folder of the programs in it
 * @returns undefined where there is nothing, or nothing that serves
 */
export async function restoreKept(
  runner: Runner,
  sha256: string,
  bin: string,
  asRoot: boolean,
): Promise<FoundNix | undefined> {
  const folder = await runner.tools.find(TOOL, versionOf(sha256))
  const tree = `${folder}/${TREE}`
  if (folder === undefined || !(await isTrusted(tree, asRoot ? 0 : runner.facts.uid))) return undefined
  const draft = `/nix/.kept-${randomBytes(6).toString('hex')}`
  await runner.journal.record({ kind: 'remove', path: draft, root: asRoot })
  try {
    const printed = readFileSync(`${tree}/${VERSION}`, 'utf8')
    const { chosen } = chooseCandidate([{ path: bin, printed }])
    if (chosen === undefined) throw new Error(`its version is ${printed}`)
    const run = commandsOf(runner, asRoot)
    await run('mkdir', '-p', '--', draft)
    await copyParts(run, tree, draft, asRoot)
    await run('mv', '-n', '--', ...PARTS.map((part) => `${draft}/${part}`), '/nix')
    if (existsSync(`${draft}/store`)) throw new Error('another Nix has come meanwhile')
    return { bin, version: chosen.version, onPath: false }
  } catch (error) {
    runner.log.info(
      `what the tool cache kept does not serve: ${error instanceof Error ? error.message : String(error)}`,
    )
    await runner.files.remove(draft, { asRoot })
    return undefined
  }
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

/**
 * Keeps /nix, as an install has just made it, for later jobs of this machine. A hosted runner is thrown away, so
 * nothing is kept there. Never throws: a tool cache that cannot be written costs time in the next job, nothing in this
 * one.
 */
export async function keepNix(runner: Runner, sha256: string, { bin }: FoundNix, asRoot: boolean): Promise<void> {
  const { env, folder } = runner.facts
  if (env.RUNNER_ENVIRONMENT === 'github-hosted' || !env.RUNNER_TOOL_CACHE) return
  try {
    const empty = `${folder}/kept`
    await runner.files.makeDirectory(empty)
    const version = versionOf(sha256)
    const place = (await runner.tools.find(TOOL, version)) ?? (await runner.tools.save(empty, TOOL, version))
    const [tree, draft] = [`${place}/${TREE}`, `${place}/${TREE}.new`]
    const run = commandsOf(runner, asRoot)
    await runner.files.remove(draft, { asRoot })
    await run('mkdir', '-m', '755', '--', draft)
    await copyParts(run, '/nix', draft, asRoot)
    const { stdout } = await runner.commands.run({ tool: `${bin}/nix`, args: ['--version'] }, { timeoutSeconds: 60 })
    await runner.files.write(`${draft}/${VERSION}`, stdout, { asRoot })
    await runner.files.remove(tree, { asRoot })
    await run('mv', '-T', '--', draft, tree)
  } catch (error) {
    runner.log.debug(`nothing is kept in the tool cache: ${String(error)}`)
  }
}

type Run = (tool: string, ...args: Command['args']) => Promise<void>

/**
 * Copies both parts into a folder. Files of the store are never written to again: where root owns them and both places
 * are on one file system, they are linked, which reads and writes nothing. The database is always a copy.
 */
async function copyParts(run: Run, from: string, to: string, asRoot: boolean): Promise<void> {
  const [source, target] = await Promise.all([stat(from), stat(to)])
  const [store, rest] = PARTS.map((part) => `${from}/${part}`) as [string, string]
  const copy = (...how: string[]) => run('cp', '-a', ...how, to)
  if (!asRoot || source.dev !== target.dev) await copy('--reflink=auto', '--', store, rest)
  else await Promise.all([copy('--link', '--', store), copy('--reflink=auto', '--', rest)])
}

const commandsOf =
  (runner: Runner, asRoot: boolean): Run =>
  async (tool, ...args) => {
    await runner.commands.run({ tool, args }, { asRoot, timeoutSeconds: 300 })
  }
