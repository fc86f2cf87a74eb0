import { fromBase32 } from '../../nix/base32.ts'
import { type StorePath, storeHash } from '../../nix/store-path.ts'
import { newCacheInfo } from '../before/cache-info.ts'
import type { PathFacts } from '../paths/closure.ts'
import type { NarInfo } from '../paths/narinfo.ts'

/** What Nix asks of the gateway, in the HTTP binary cache protocol (Nix src/libstore/binary-cache-store.cc). */
export type Asked =
  | { readonly kind: 'cache-info' }
  | { readonly kind: 'narinfo'; readonly hash: string }
  | { readonly kind: 'nar'; readonly name: string }
  /** A listing, a build trace, debug info: an object that nothing else waits for. */
  | { readonly kind: 'other'; readonly name: string }
  | { readonly kind: 'nonsense' }

/** Reads the path of a request. */
export function whatIsAsked(path: string): Asked {
  const name = path.replace(/^\//, '').replace(/\?.*$/s, '')
  if (name === 'nix-cache-info') return { kind: 'cache-info' }
  const narinfo = /^([0-9abcdfghijklmnpqrsvwxyz]{32})\.narinfo$/.exec(name)
  if (narinfo?.[1] !== undefined) return { kind: 'narinfo', hash: narinfo[1] }
  if (/^nar\/[0-9a-z]{52}\.nar(\.[0-9a-z]+)?$/.test(name)) return { kind: 'nar', name }
  const safe = /^[\w+=-][\w.+=!-]*(\/[\w+=-][\w.+=!-]*)*$/.test(name)
  return safe ? { kind: 'other', name } : { kind: 'nonsense' }
}

/** SHA-256 of a NAR that comes from Nix, hex: its name. */
export function digestIn(name: string): string | undefined {
  const digits = /^nar\/([0-9a-z]{52})\.nar/.exec(name)?.[1]
  return digits === undefined ? undefined : fromBase32(digits).toString('hex')
}

/** What the gateway tells Nix: which paths need not be brought, and which came already. Grows as paths are announced. */
export class Known {
  readonly #facts = new Map<string, PathFacts>()
  readonly #wanted = new Set<StorePath>()
  readonly #came = new Map<StorePath, NarInfo>()
  readonly #storeDirectory: string

  constructor(storeDirectory: string) {
    this.#storeDirectory = storeDirectory
  }

  /** @param wanted those of the closure that some destination lacks */
  announce(closure: readonly PathFacts[], wanted: ReadonlySet<StorePath>): void {
    for (const facts of closure) this.#facts.set(storeHash(facts.path), facts)
    for (const path of wanted) this.#wanted.add(path)
  }

  cacheInfo(): string {
    return newCacheInfo(this.#storeDirectory)
  }

  /** The narinfo to answer with; undefined makes Nix bring the path. */
  answerFor(hash: string): string | undefined {
    const facts = this.#facts.get(hash)
    if (facts === undefined) return undefined
    return this.#wanted.has(facts.path) ? this.#came.get(facts.path)?.text : presentNarInfo(facts)
  }

  /** Takes in a narinfo that Nix brings. Gives what is wrong with it: it must be what the local store says. */
  accept(info: NarInfo, hash: string): string | undefined {
    const facts = this.#facts.get(hash)
    if (facts === undefined || !this.#wanted.has(facts.path)) return 'nobody asked for this path'
    if (info.path !== facts.path || info.narHash !== facts.narHash || info.narSize !== facts.narSize)
      return 'it is not the path that the local store has'
    if ([...info.references].sort().join() !== [...facts.references].sort().join())
      return 'its references are not those that the local store has'
    this.#came.set(facts.path, info)
    return undefined
  }
}

/** A narinfo that says that a path is there; Nix reads it to know that it may skip the path and to find its references. */
export function presentNarInfo(facts: PathFacts): string {
  const names = facts.references.map((path) => path.split('/').at(-1))
  return [
    `StorePath: ${facts.path}`,
    `URL: nar/${facts.narHash.replace('sha256:', '')}.nar`,
    'Compression: none',
    `NarHash: ${facts.narHash}`,
    `NarSize: ${facts.narSize}`,
    `References: ${names.join(' ')}`,
    '',
  ].join('\n')
}
