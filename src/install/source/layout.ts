/** First bytes of an archive, and what unpacks it. */
const COMPRESSIONS = [
  { magic: 'fd377a585a00', tool: 'xz' },
  { magic: '28b52ffd', tool: 'zstd' },
  { magic: '1f8b', tool: 'gzip' },
  { magic: '425a68', tool: 'bzip2' },
] as const

/** The program that unpacks an archive, by its first bytes; undefined where it is none that is known. */
export function unpackerOf(head: Uint8Array): string | undefined {
  const hex = Buffer.from(head).toString('hex')
  return COMPRESSIONS.find(({ magic }) => hex.startsWith(magic))?.tool
}

/** A release tarball after unpacking, as read from disk. */
export interface UnpackedFacts {
  /** Names beside each other at the top of the archive. */
  readonly top: readonly string[]
  /** Names in `<top>/store`; undefined where there is no such folder. */
  readonly store: readonly string[] | undefined
  /** Text of `<top>/.reginfo`. */
  readonly registration: string | undefined
}

const NAME = /^[0-9abcdfghijklmnpqrsvwxyz]{32}-[0-9a-zA-Z+\-._?=]+$/

/** What is wrong with an archive that should be laid out as upstream's (packaging/binary-tarball.nix); else undefined. */
export function layoutProblem(facts: UnpackedFacts): string | undefined {
  const [top, ...others] = facts.top
  if (top === undefined || others.length > 0 || !/^nix-[\w.+-]+$/.test(top)) {
    return `it must hold one folder nix-<version>-<system>, not: ${facts.top.slice(0, 5).join(', ') || 'nothing'}`
  }
  if (facts.store === undefined) return `${top}/store is missing`
  if (facts.registration === undefined) return `${top}/.reginfo is missing`
  const stray = facts.store.find((name) => !NAME.test(name))
  if (stray !== undefined) return `${top}/store/${stray} is not named as a store path`
  const registered = registeredPaths(facts.registration)
  if (registered === undefined) return `${top}/.reginfo cannot be read`
  const names = new Set(facts.store)
  const missing = registered.find((path) => !names.has(path.replace('/nix/store/', '')))
  if (missing !== undefined) return `${missing} is registered but not in ${top}/store`
  const known = new Set(registered)
  const extra = facts.store.find((name) => !known.has(`/nix/store/${name}`))
  return extra === undefined ? undefined : `${top}/store/${extra} is not registered`
}

/**
 * Paths of Nix's registration format: path, hash, size, deriver, number of references, references.
 * Undefined where the text is not that.
 */
export function registeredPaths(registration: string): readonly string[] | undefined {
  const lines = registration.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const paths: string[] = []
  for (let at = 0; at < lines.length; ) {
    const [path, hash, size, , count] = lines.slice(at, at + 5)
    const references = Number(count)
    if (path === undefined || !/^[0-9a-f]{64}$/.test(hash ?? '') || !/^\d+$/.test(size ?? '')) return undefined
    if (count === undefined || !Number.isSafeInteger(references) || at + 5 + references > lines.length) return undefined
    paths.push(path)
    at += 5 + references
  }
  return paths
}

/** The system in a tarball's folder name, `nix-2.34.8-x86_64-linux`. */
export const systemInName = (top: string): string | undefined =>
  /-([a-z0-9_]+-(?:linux|darwin|freebsd))$/.exec(top)?.[1]
