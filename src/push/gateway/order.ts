import type { StorePath } from '../../nix/store-path.ts'

/** A path whose narinfo cannot be written any more, and why. */
export interface Lost {
  readonly path: StorePath
  readonly reason: string
}

/**
 * When which narinfo may be written to one destination: after its own NAR, after the narinfo of every path that it
 * refers to, and after the local content was verified. Whenever a push ends, the destination then holds only complete
 * closures. Each method takes in an event and gives the paths whose narinfo may be written from now on.
 */
export class NarInfoOrder {
  /** Paths that the destination lacks, with those of their references that it lacks too. */
  readonly #lacking = new Map<StorePath, Set<StorePath>>()
  readonly #dependents = new Map<StorePath, Set<StorePath>>()
  /** NAR object named by each narinfo that came. */
  readonly #narOf = new Map<StorePath, string>()
  readonly #pathsOf = new Map<string, Set<StorePath>>()
  readonly #nars = new Set<string>()
  readonly #verified = new Set<StorePath>()
  readonly #released = new Set<StorePath>()
  readonly #written = new Set<StorePath>()
  readonly #lost = new Map<StorePath, string>()

  /** Paths that the destination lacks. References outside of these (and of earlier calls) are there or served upstream. */
  lacks(paths: ReadonlyMap<StorePath, readonly StorePath[]>): void {
    for (const path of paths.keys()) if (!this.#lacking.has(path)) this.#lacking.set(path, new Set())
    for (const [path, references] of paths) {
      for (const reference of references) {
        if (reference === path || !this.#lacking.has(reference) || this.#written.has(reference)) continue
        this.#lacking.get(path)?.add(reference)
        added(this.#dependents, reference, path)
      }
    }
  }

  get isEmpty(): boolean {
    return this.#lacking.size === 0
  }

  isLacking(path: StorePath): boolean {
    return this.#lacking.has(path) && !this.#lost.has(path)
  }

  /** A narinfo came from Nix; its NAR is (to be) the object `nar`. */
  infoCame(path: StorePath, nar: string): readonly StorePath[] {
    this.#narOf.set(path, nar)
    added(this.#pathsOf, nar, path)
    return this.#ready([path])
  }

  /** A NAR is at the destination. */
  narThere(nar: string): readonly StorePath[] {
    this.#nars.add(nar)
    return this.#ready(this.#pathsOf.get(nar) ?? [])
  }

  /** The local contents of these paths fit their hashes. */
  contentsFit(paths: Iterable<StorePath>): readonly StorePath[] {
    const all = [...paths]
    for (const path of all) this.#verified.add(path)
    return this.#ready(all)
  }

  /** The narinfo of a path is at the destination. */
  infoThere(path: StorePath): readonly StorePath[] {
    this.#written.add(path)
    const dependents = this.#dependents.get(path) ?? []
    for (const dependent of dependents) this.#lacking.get(dependent)?.delete(path)
    return this.#ready(dependents)
  }

  /** A path cannot be had at the destination, and so neither can what refers to it. Gives all that are lost by this. */
  lose(path: StorePath, reason: string): readonly Lost[] {
    if (this.#lost.has(path) || this.#written.has(path)) return []
    this.#lost.set(path, reason)
    const others = [...(this.#dependents.get(path) ?? [])]
    return [{ path, reason }, ...others.flatMap((other) => this.lose(other, `${path}, which it refers to, failed`))]
  }

  /** The paths of a NAR, as far as their narinfos came. */
  pathsOf(nar: string): readonly StorePath[] {
    return [...(this.#pathsOf.get(nar) ?? [])]
  }

  /** Paths that are neither written nor lost. */
  open(): readonly StorePath[] {
    return [...this.#lacking.keys()].filter((path) => !this.#written.has(path) && !this.#lost.has(path))
  }

  #ready(candidates: Iterable<StorePath>): readonly StorePath[] {
    const found = [...candidates].filter((path) => {
      const nar = this.#narOf.get(path)
      const isReady = nar !== undefined && this.#nars.has(nar) && this.#verified.has(path)
      return isReady && this.#lacking.get(path)?.size === 0 && !this.#released.has(path) && !this.#lost.has(path)
    })
    for (const path of found) this.#released.add(path)
    return found
  }
}

function added<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const there = map.get(key)
  if (there === undefined) map.set(key, new Set([value]))
  else there.add(value)
}
