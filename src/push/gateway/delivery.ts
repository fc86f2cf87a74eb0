import { type StorePath, storeHash } from '../../nix/store-path.ts'
import {
  bytesOf,
  type Content,
  DestinationError,
  type Objects,
  SourceError,
  sizeOf,
  wholeSize,
} from '../destination/objects.ts'
import type { PathFacts } from '../paths/closure.ts'
import type { NarInfo } from '../paths/narinfo.ts'
import { Lanes } from './lanes.ts'
import { NarInfoOrder } from './order.ts'

/** From here on a look whether the NAR is there already, from a push that was cut short, is cheaper than sending it. */
const LOOK_FIRST_BYTES = 1024 * 1024

/** What goes to one destination, in an order that leaves only complete closures there. */
export class Delivery {
  readonly objects: Objects
  readonly #order = new NarInfoOrder()
  readonly #lanes: Lanes
  readonly #infos = new Map<StorePath, NarInfo>()
  readonly #running = new Set<Promise<void>>()
  readonly #lost = new Map<StorePath, string>()
  readonly #written = new Map<StorePath, NarInfo>()
  readonly #badNars = new Map<string, string>()
  #dead: string | undefined
  #bytes = 0

  constructor(objects: Objects) {
    this.objects = objects
    this.#lanes = new Lanes(objects.connections)
  }

  /** Why nothing more is sent there; undefined while it works. */
  get dead(): string | undefined {
    return this.#dead
  }

  /** Nothing was lacking there. */
  get isIdle(): boolean {
    return this.#order.isEmpty
  }

  /** Bytes of NARs sent. */
  get bytes(): number {
    return this.#bytes
  }

  /** Narinfos that are written. */
  get written(): ReadonlyMap<StorePath, NarInfo> {
    return this.#written
  }

  /** Paths that failed, with reasons. */
  get lost(): ReadonlyMap<StorePath, string> {
    return this.#lost
  }

  lacks(facts: readonly PathFacts[]): void {
    this.#order.lacks(new Map(facts.map(({ path, references }) => [path, references])))
  }

  contentsFit(paths: Iterable<StorePath>): void {
    this.#writeInfos(this.#order.contentsFit(paths))
  }

  /** Sends a NAR. Resolves when it is there or not wanted any more; failures are kept. */
  async nar(name: string, content: Content): Promise<void> {
    await this.#track(
      this.#lanes.run('rest', async () => {
        if (this.#dead !== undefined) return
        if (!(await this.#isThere(name, content))) {
          await this.objects.write(name, content)
          this.#bytes += sizeOf(content) ?? 0
        }
        this.#writeInfos(this.#order.narThere(name))
      }),
      (reason) => {
        this.#badNars.set(name, reason)
        for (const path of this.#order.pathsOf(name)) this.lose(path, reason)
      },
    )
  }

  async #isThere(name: string, content: Content): Promise<boolean> {
    if ((sizeOf(content) ?? Number.POSITIVE_INFINITY) < LOOK_FIRST_BYTES) return false
    const there = await this.objects.size(name)
    if (there === undefined) return false
    return there === (sizeOf(content) ?? (content.kind === 'file' ? await wholeSize(content.file) : undefined))
  }

  /** Takes a narinfo; it is written once its turn has come. */
  info(info: NarInfo): void {
    if (!this.#order.isLacking(info.path)) return
    this.#infos.set(info.path, info)
    const ready = this.#order.infoCame(info.path, info.url)
    const bad = this.#badNars.get(info.url)
    if (bad === undefined) this.#writeInfos(ready)
    else this.lose(info.path, bad)
  }

  /** An object that nothing waits for (a listing). */
  async other(name: string, content: Content): Promise<void> {
    await this.#track(
      this.#lanes.run('rest', async () => {
        if (this.#dead === undefined) await this.objects.write(name, content)
      }),
      () => undefined,
    )
  }

  /** Nothing more is begun. */
  stop(reason: string): void {
    this.#dead ??= reason
  }

  isLacking(path: StorePath): boolean {
    return this.#dead === undefined && this.#order.isLacking(path)
  }

  lose(path: StorePath, reason: string): void {
    for (const lost of this.#order.lose(path, reason)) this.#lost.set(lost.path, lost.reason)
  }

  /** Waits until all that can be sent is sent; what is open then is lost for this reason. */
  async settle(reason: string): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
    for (const path of this.#order.open()) this.lose(path, this.#dead ?? reason)
  }

  #writeInfos(paths: readonly StorePath[]): void {
    for (const path of paths) {
      const info = this.#infos.get(path)
      if (info === undefined) continue
      const work = async () => {
        if (this.#dead !== undefined) return
        await this.objects.write(`${storeHash(path)}.narinfo`, bytesOf(info.text))
        this.#infos.delete(path)
        this.#written.set(path, info)
        this.#writeInfos(this.#order.infoThere(path))
      }
      void this.#track(this.#lanes.run('urgent', work), (reason) => this.lose(path, reason))
    }
  }

  /** Keeps count of work under way; its failure concerns one object or the whole destination. */
  #track(work: Promise<void>, failed: (reason: string) => void): Promise<void> {
    const tracked = work
      .catch((cause: unknown) => {
        const reason = cause instanceof Error ? cause.message : String(cause)
        // Nix will bring it again, or its own failure tells
        if (cause instanceof SourceError) return
        const isOneObject = cause instanceof DestinationError && (cause.status === 413 || cause.status === 400)
        if (isOneObject) failed(reason)
        else this.#dead ??= reason
      })
      .finally(() => this.#running.delete(tracked))
    this.#running.add(tracked)
    return tracked
  }
}
