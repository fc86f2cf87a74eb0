import type { Runner } from '../runner/ports.ts'
import type { Answer } from './answers.ts'

/** For more packages it is likelier that what the flake says of itself is enough for some, and the work is larger. */
const MOST_AHEAD = 4

/**
 * The views of a flake, evaluated while its own outputs still are, where the machine has a processor to spare: planning
 * takes as long as the longer of the two, not both. Dropped where it turns out that no view can win.
 */
export class ViewsAhead<Item extends { readonly target: object; readonly package: string }> {
  readonly #items: readonly Item[]
  readonly #ask: (items: readonly Item[], signal?: AbortSignal) => Promise<readonly Answer[]>
  readonly #abort = new AbortController()
  #started: Promise<readonly Answer[] | undefined> | undefined

  /** @param items for which the views may be wanted */
  constructor(
    runner: Runner,
    items: readonly Item[],
    ask: (items: readonly Item[], signal?: AbortSignal) => Promise<readonly Answer[]>,
  ) {
    this.#items = items
    this.#ask = ask
    if (runner.facts.cpus < 2 || items.length === 0 || items.length > MOST_AHEAD) return
    // What goes wrong here comes out when it is asked again.
    this.#started = ask(items, this.#abort.signal).catch(() => undefined)
  }

  get isUnderWay(): boolean {
    return this.#started !== undefined
  }

  /** Answers for these, in this order. */
  async answers(items: readonly Item[]): Promise<readonly Answer[]> {
    const ready = await this.#started
    const found = items.flatMap(({ target, package: name }) => {
      const index = this.#items.findIndex((item) => item.target === target && item.package === name)
      return ready?.[index] ?? []
    })
    return found.length === items.length ? found : await this.#ask(items)
  }

  drop(): void {
    this.#abort.abort()
    this.#started = undefined
  }
}
