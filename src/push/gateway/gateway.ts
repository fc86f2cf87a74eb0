import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { SigningKey } from '../../inputs/inputs.ts'
import type { StorePath } from '../../nix/store-path.ts'
import type { PathFacts } from '../paths/closure.ts'
import { type NarInfo, parseNarInfo, signed } from '../paths/narinfo.ts'
import type { Delivery } from './delivery.ts'
import { makeNar, mostBytes } from './making.ts'
import { digestIn, Known } from './protocol.ts'
import { type Service, serve } from './server.ts'
import { Spool, type Spooled } from './spool.ts'

export interface GatewayOptions {
  readonly storeDirectory: string
  /** Private folder of this run; the spool is made in it. */
  readonly folder: string
  readonly key: SigningKey | undefined
  readonly deliveries: readonly Delivery[]
  /** Bytes that the spool may hold, where the default does not fit. */
  readonly spoolLimit?: number
}

/**
 * A binary cache on the loopback interface that `nix copy` writes to: it signs narinfos, tells Nix what need not be
 * brought, and hands everything on to the real destinations, each at its own pace.
 */
export class Gateway implements Service {
  readonly password = randomBytes(16).toString('hex')
  readonly #options: GatewayOptions
  readonly #known: Known
  readonly #spool: Spool
  readonly #nars = new Set<string>()
  /** NARs whose narinfo has to come before it is known which destinations lack them. */
  readonly #held = new Map<string, Spooled>()
  readonly #underWay = new Set<Promise<void>>()
  #server: Awaited<ReturnType<typeof serve>> | undefined
  #allAlike = true

  private constructor(options: GatewayOptions, spool: Spool) {
    this.#options = options
    this.#known = new Known(options.storeDirectory)
    this.#spool = spool
  }

  static async open(options: GatewayOptions): Promise<Gateway> {
    const folder = join(options.folder, `spool-${randomBytes(6).toString('hex')}`)
    const gateway = new Gateway(options, await Spool.open(folder, options.spoolLimit))
    gateway.#server = await serve(gateway, gateway.password)
    return gateway
  }

  /** Store URL for `nix copy`, without parameters and without the password. */
  get url(): string {
    return `http://127.0.0.1:${this.#server?.port}`
  }

  /**
   * Announces paths. @param lacking for each delivery what it lacks of the closure
   * @param made paths that are made here: Nix is not to bring them
   */
  announce(
    closure: readonly PathFacts[],
    lacking: ReadonlyMap<Delivery, readonly PathFacts[]>,
    made: ReadonlySet<StorePath> = new Set(),
  ): void {
    const wanted = new Set<StorePath>()
    for (const [delivery, facts] of lacking) {
      delivery.lacks(facts)
      for (const { path } of facts) wanted.add(path)
    }
    this.#allAlike &&= [...lacking.values()].every((facts) => facts.length === wanted.size || facts.length === 0)
    this.#known.announce(closure, new Set([...wanted].filter((path) => !made.has(path))))
  }

  /** Packs a path's NAR here and sends it on meanwhile. What fails is kept in the deliveries. */
  async make(facts: PathFacts, nar: AsyncIterable<Uint8Array>, level: number | undefined): Promise<void> {
    const to = this.#options.deliveries.filter((delivery) => delivery.isLacking(facts.path))
    const spooled = await this.#spool.takeUpTo(mostBytes(facts))
    const making = makeNar(facts, whileWanted(nar, to), level)
    const filled = spooled.fill(making.packed)
    this.#deliver(making.name, spooled, to)
    try {
      await filled
    } catch (cause) {
      making.packed.destroy()
      const reason = cause instanceof Error ? cause.message : String(cause)
      for (const delivery of to) delivery.lose(facts.path, delivery.dead ?? reason)
      return
    }
    const info = this.#signed(making.info())
    for (const delivery of to) {
      delivery.info(info)
      delivery.contentsFit([facts.path])
    }
  }

  text(asked: Parameters<Service['text']>[0]): string | undefined {
    if (asked.kind === 'cache-info') return this.#known.cacheInfo()
    return asked.kind === 'narinfo' ? this.#known.answerFor(asked.hash) : undefined
  }

  hasNar(name: string): boolean {
    return this.#nars.has(name)
  }

  async takeNar(name: string, size: number, body: Readable): Promise<string | undefined> {
    if (this.#living().length === 0) return this.#whyDead()
    const spooled = await this.#spool.take(size, digestIn(name))
    // sent on while it still comes, except where it is not clear yet who lacks it
    const filled = spooled.fill(body)
    const isSentOn = this.#allAlike && spooled.content.kind === 'file'
    if (isSentOn) this.#deliver(name, spooled, this.#living())
    try {
      await filled
    } catch (cause) {
      if (!isSentOn) await spooled.drop()
      return cause instanceof Error ? cause.message : String(cause)
    }
    this.#nars.add(name)
    if (!this.#allAlike) this.#held.set(name, spooled)
    else if (!isSentOn) this.#deliver(name, spooled, this.#living())
    return undefined
  }

  takeInfo(hash: string, text: string): string | undefined {
    let info: NarInfo
    try {
      info = parseNarInfo(text)
    } catch (cause) {
      return cause instanceof Error ? cause.message : String(cause)
    }
    const refusal = this.#known.accept(info, hash)
    if (refusal !== undefined) return refusal
    const { deliveries } = this.#options
    const held = this.#held.get(info.url)
    if (held !== undefined) {
      this.#held.delete(info.url)
      this.#deliver(
        info.url,
        held,
        deliveries.filter((delivery) => delivery.isLacking(info.path)),
      )
    }
    const ours = this.#signed(info)
    for (const delivery of deliveries) delivery.info(ours)
    return undefined
  }

  #signed(info: NarInfo): NarInfo {
    const { key } = this.#options
    return key === undefined ? info : signed(info, key)
  }

  async takeOther(name: string, size: number, body: Readable): Promise<string | undefined> {
    const spooled = await this.#spool.take(size)
    await spooled.fill(body)
    this.#track(
      Promise.all(this.#living().map((delivery) => delivery.other(name, spooled.content))).then(() => spooled.drop()),
    )
    return undefined
  }

  /** Waits until everything that came is delivered or lost. @param reason why paths that are still open did not come */
  async settle(reason: string): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
    await Promise.all(this.#options.deliveries.map((delivery) => delivery.settle(reason)))
  }

  async close(): Promise<void> {
    await this.#server?.close()
    await this.#spool.close()
  }

  #deliver(name: string, { content, drop }: Spooled, to: readonly Delivery[]): void {
    this.#track(Promise.all(to.map((delivery) => delivery.nar(name, content))).then(drop))
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#underWay.delete(tracked))
    this.#underWay.add(tracked)
  }

  #living(): readonly Delivery[] {
    return this.#options.deliveries.filter((delivery) => delivery.dead === undefined && !delivery.isIdle)
  }

  #whyDead(): string {
    return this.#options.deliveries.map(({ dead }) => dead ?? '').join(' ') || 'no destination is left'
  }
}

/** Ends early where nobody takes it any more. */
async function* whileWanted(nar: AsyncIterable<Uint8Array>, to: readonly Delivery[]): AsyncGenerator<Uint8Array> {
  for await (const chunk of nar) {
    if (to.every(({ dead }) => dead !== undefined)) throw new Error('no destination is left')
    yield chunk
  }
}
