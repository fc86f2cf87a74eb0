import { toNarInfoHash } from '../../nix/hash.ts'
import { type PathInfo, parsePathInfos } from '../../nix/json.ts'
import { type Nix, nixCommand } from '../../nix/nix.ts'
import { signatureFits } from '../../nix/signing-key.ts'
import { configInForce } from '../../nix/store.ts'
import type { Runner } from '../../runner/ports.ts'
import { inChunks } from '../missing.ts'

const QUERY_LIMIT_SECONDS = 300
const MOST_ARGUMENTS = 1000

/** What substituters have. */
export interface Held {
  readonly fetched: ReadonlySet<string>
  /** Signed by no key that Nix trusts: a dry run counts on these, and a build does without them. */
  readonly refused: ReadonlySet<string>
}

/**
 * Which of the paths Nix would fetch on another machine, which does not have this one's store. Nix asks for one narinfo after the
 * other: where those of some paths that a dry run would fetch are signed as they should be, the others are believed to be.
 */
export async function whatIsHeld(
  runner: Runner,
  nix: Nix,
  paths: readonly string[],
  fetchable: ReadonlySet<string>,
): Promise<Held> {
  const told = paths.filter((path) => fetchable.has(path))
  const step = Math.ceil(told.length / SAMPLES)
  const sample = new Set(told.filter((_, at) => at % step === 0))
  const some = await inSubstituters(
    runner,
    nix,
    paths.filter((path) => !fetchable.has(path) || sample.has(path)),
  )
  return told.some((path) => some.refused.has(path)) ? await inSubstituters(runner, nix, paths) : some
}

const SAMPLES = 8

async function inSubstituters(runner: Runner, nix: Nix, paths: readonly string[]): Promise<Held> {
  const fetched = new Set<string>()
  const refused = new Set<string>()
  if (paths.length === 0 || nix.substituters.length === 0) return { fetched, refused }
  const keys = await trustedKeys(runner, nix)
  for (const substituter of nix.substituters) {
    const open = paths.filter((path) => !fetched.has(path))
    for (const info of await infosOf(runner, nix, substituter, open))
      (isTrusted(info, substituter, keys) ? fetched : refused).add(info.path)
  }
  for (const path of fetched) refused.delete(path)
  return { fetched, refused }
}

async function infosOf(runner: Runner, nix: Nix, substituter: string, paths: readonly string[]) {
  const infos: PathInfo[] = []
  for (const some of inChunks(paths, MOST_ARGUMENTS)) {
    const command = nixCommand(nix, 'nix', ['path-info', '--json', '--store', substituter, ...some])
    const result = await runner.commands.run(command, { accept: 'any', timeoutSeconds: QUERY_LIMIT_SECONDS })
    if (result.exitCode === 0) infos.push(...parsePathInfos(result.stdout))
    else runner.log.debug(`${substituter} does not tell what it has: ${result.stderr}`)
  }
  return infos
}

/** `trusted-public-keys`; undefined where Nix asks for no signature. */
async function trustedKeys(runner: Runner, nix: Nix): Promise<readonly string[] | undefined> {
  const config = await configInForce(runner.commands, nix)
  const keys = config.get('trusted-public-keys')
  return config.get('require-sigs') === false ? undefined : Array.isArray(keys) ? keys.map(String) : []
}

/** As Nix decides (src/libstore/path-info.cc, checkSignatures). */
function isTrusted(info: PathInfo, substituter: string, keys: readonly string[] | undefined): boolean {
  if (keys === undefined || info.ca !== undefined || /[?&]trusted=(?:1|true)\b/.test(substituter)) return true
  const references = [...info.references].sort().join(',')
  const text = `1;${info.path};${toNarInfoHash(info.narHash)};${info.narSize};${references}`
  return info.signatures.some((signature) => keys.some((key) => signatureFits(key, text, signature)))
}
