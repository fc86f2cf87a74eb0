import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StorePath } from '../../../src/nix/store-path.ts'
import { NarInfoOrder } from '../../../src/push/gateway/order.ts'

const path = (n: number) => `/nix/store/${'0'.repeat(32)}-${n}` as StorePath

/** A closure without cycles: each path refers to earlier ones, and maybe to itself. */
const closures = fc.array(fc.record({ picks: fc.array(fc.nat(), { maxLength: 4 }), itself: fc.boolean() }), {
  minLength: 1,
  maxLength: 25,
})
type Shape = readonly { readonly picks: readonly number[]; readonly itself: boolean }[]
const referencesIn = (shape: Shape) =>
  new Map(
    shape.map(({ picks, itself }, n) => [
      path(n),
      [...picks.filter(() => n > 0).map((pick) => path(pick % n)), ...(itself ? [path(n)] : [])],
    ]),
  )

/** A push as the order sees it, with what must hold whenever a narinfo is let go. */
class Push {
  readonly order = new NarInfoOrder()
  readonly written = new Set<StorePath>()
  readonly underWay: StorePath[] = []
  readonly #done = { nar: new Set<StorePath>(), check: new Set<StorePath>(), info: new Set<StorePath>() }
  readonly #references: ReadonlyMap<StorePath, readonly StorePath[]>

  constructor(references: ReadonlyMap<StorePath, readonly StorePath[]>) {
    this.#references = references
    this.order.lacks(references)
  }

  after(event: 'nar' | 'check' | 'info', each: StorePath): void {
    this.#done[event].add(each)
    if (event === 'nar') this.#released(this.order.narThere(each))
    else if (event === 'check') this.#released(this.order.contentsFit([each]))
    else this.#released(this.order.infoCame(each, each))
  }

  writes(n: number): void {
    for (const each of this.underWay.splice(n, 1)) {
      this.written.add(each)
      this.#released(this.order.infoThere(each))
    }
  }

  #released(paths: readonly StorePath[]): void {
    for (const each of paths) {
      expect(Object.values(this.#done).every((set) => set.has(each))).toBe(true)
      const others = (this.#references.get(each) ?? []).filter((other) => other !== each)
      expect(others.every((other) => this.written.has(other))).toBe(true)
      expect(this.underWay.includes(each) || this.written.has(each)).toBe(false)
      this.underWay.push(each)
    }
  }
}

describe('the order of narinfos', () => {
  it('never lets a narinfo go before its NAR, its check and its references, and lets each go once', () => {
    fc.assert(
      fc.property(closures, fc.array(fc.nat(), { minLength: 300, maxLength: 300 }), (shape, choices) => {
        const references = referencesIn(shape)
        const push = new Push(references)
        const events = [...references.keys()].flatMap((each) => [
          () => push.after('nar', each),
          () => push.after('check', each),
          () => push.after('info', each),
        ])
        for (let turn = 0; events.length > 0 || push.underWay.length > 0; turn += 1) {
          const n = ((choices[turn % choices.length] ?? 0) + turn) % (events.length + push.underWay.length)
          if (n < events.length) events.splice(n, 1)[0]?.()
          else push.writes(n - events.length)
        }
        const { written, order } = push
        expect(written.size).toBe(references.size)
        expect(order.open()).toEqual([])
      }),
    )
  })

  it('loses with a path exactly what refers to it', () => {
    fc.assert(
      fc.property(closures, fc.nat(), (shape, pick) => {
        const references = referencesIn(shape)
        const order = new NarInfoOrder()
        order.lacks(references)
        const bad = path(pick % shape.length)
        const lost = new Set(order.lose(bad, 'no').map((each) => each.path))
        const reaches = (each: StorePath): boolean =>
          each === bad || (references.get(each) ?? []).some((other) => other !== each && reaches(other))
        expect([...references.keys()].filter((each) => reaches(each)).sort()).toEqual([...lost].sort())
      }),
    )
  })

  it('takes paths in later calls that refer to earlier ones', () => {
    const order = new NarInfoOrder()
    order.lacks(new Map([[path(0), []]]))
    order.lacks(new Map([[path(1), [path(0)]]]))
    order.narThere('b')
    order.contentsFit([path(0), path(1)])
    expect(order.infoCame(path(1), 'b')).toEqual([])
    order.narThere('a')
    expect(order.infoCame(path(0), 'a')).toEqual([path(0)])
    expect(order.infoThere(path(0))).toEqual([path(1)])
  })

  it('shares one NAR between paths of equal content', () => {
    const order = new NarInfoOrder()
    order.lacks(
      new Map([
        [path(0), []],
        [path(1), []],
      ]),
    )
    order.contentsFit([path(0), path(1)])
    expect(order.infoCame(path(0), 'same')).toEqual([])
    expect(order.infoCame(path(1), 'same')).toEqual([])
    expect(order.narThere('same')).toEqual([path(0), path(1)])
  })
})
