/** Work that runs a bounded number at a time, the urgent before the rest. */
export class Lanes {
  readonly #width: number
  readonly #urgent: (() => void)[] = []
  readonly #rest: (() => void)[] = []
  #busy = 0

  constructor(width: number) {
    this.#width = width
  }

  async run<T>(urgency: 'urgent' | 'rest', work: () => Promise<T>): Promise<T> {
    if (this.#busy >= this.#width)
      await new Promise<void>((resolve) => (urgency === 'urgent' ? this.#urgent : this.#rest).push(resolve))
    else this.#busy += 1
    try {
      return await work()
    } finally {
      // the place is handed on, so that nobody slips in between
      const next = this.#urgent.shift() ?? this.#rest.shift()
      if (next === undefined) this.#busy -= 1
      else next()
    }
  }
}
