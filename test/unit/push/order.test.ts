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

describe('the order of narinfos', () => {
  it('never lets a narinfo go before its NAR, its check and its references, and lets each go once', () => {
    fc.assert(
      fc.property(closures, fc.array(fc.nat(), { minLength: 300, maxLength: 300 }), (shape, choices) => {
        const references = referencesIn(shape)
        const order = new NarInfoOrder()
        order.lacks(references)
        const nars = new Set<StorePath>()
        const checked = new Set<StorePath>()
        const came = new Set<StorePath>()
        const written = new Set<StorePath>()
        const underWay: StorePath[] = []
        const released = (paths: readonly StorePath[]) => {
          for (const each of paths) {
            expect(nars.has(each) && checked.has(each) && came.has(each)).toBe(true)
            for (const other of references.get(each) ?? []) if (other !== each) expect(written.has(other)).toBe(true)
            expect(underWay.includes(each) || written.has(each)).toBe(false)
            underWay.push(each)
          }
        }
        const events = [...references.keys()].flatMap((each) => [
          () => released((nars.add(each), order.narThere(each))),
          () => released((checked.add(each), order.contentsFit([each]))),
          () => released((came.add(each), order.infoCame(each, each))),
        ])
        let turn = 0
        while (events.length > 0 || underWay.length > 0) {
          const choice = (choices[turn++ % choices.length] ?? 0) + turn
          const n = choice % (events.length + underWay.length)
          if (n < events.length) events.splice(n, 1)[0]?.()
          else {
            const [done] = underWay.splice(n - events.length, 1)
            if (done === undefined) continue
            written.add(done)
            released(order.infoThere(done))
          }
        }
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
