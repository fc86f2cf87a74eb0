import { createLogReader, type LogEvent, type LogReader } from '../../nix/log-stream.ts'
import { BuildLog, type BuildLogOptions } from './build-log.ts'
import type { BuildError, FollowedDerivation, Limits } from './followed.ts'
import type { Progress } from './heartbeat.ts'
import { BuildLedger } from './ledger.ts'

export interface FollowOptions extends BuildLogOptions {
  /** A clock in milliseconds. */
  readonly now: () => number
  /** Derivations to be built, where known; else Nix's own announcement and counters are used. */
  readonly total?: number
  readonly limits?: Limits
  /** Told each log line of a build, with the build's phase where known. */
  readonly onLog?: (drvPath: string, text: string, phase: string | undefined) => void
  /** Log lines kept for each derivation, default 25. */
  readonly keepLines?: number
}

/** A follower for one run of Nix. */
export const createBuildFollower = (options: FollowOptions): BuildFollower => new BuildFollower(options)

export type { BuildError, FollowedDerivation } from './followed.ts'

const REFUSED = /substitute for '[^']+' from '[^']+'.* not signed by any of the keys/

/** Follows a run of Nix with `--log-format internal-json`: prints it for people and keeps what the report needs. */
export class BuildFollower {
  readonly #options: FollowOptions
  readonly #read: LogReader = createLogReader()
  readonly #ledger: BuildLedger
  readonly #log: BuildLog
  readonly #began: number
  readonly #fetched = new Set<string>()
  readonly #refused = new Set<string>()
  #copying = 0
  #announced = 0
  #expected = 0
  #bytes = 0

  constructor(options: FollowOptions) {
    this.#options = options
    this.#ledger = new BuildLedger(options.limits ?? { silent: 0, total: 0 }, options.keepLines ?? 25)
    this.#began = options.now()
    this.#log = new BuildLog(options, this.#began)
  }

  /** What was seen of each derivation that was begun. */
  get derivations(): ReadonlyMap<string, FollowedDerivation> {
    return this.#ledger.derivations
  }

  /** Root errors, without repetitions and consequences. */
  get errors(): readonly BuildError[] {
    return this.#ledger.errors
  }

  /** Derivations that were not built because one they need failed. */
  get dependents(): ReadonlySet<string> {
    return this.#ledger.dependents
  }

  /** What Nix said of paths that a substituter has and that it did not take, since no trusted key signed them. */
  get refused(): ReadonlySet<string> {
    return this.#refused
  }

  /** Store paths that were copied from another store. */
  get fetched(): ReadonlySet<string> {
    return this.#fetched
  }

  /** One line of Nix's output. Never throws. */
  line(text: string): void {
    const event = this.#read(text)
    if (event !== undefined) this.#take(event)
    this.tick()
  }

  /** To be called every few seconds, on a terminal several times a second: shows people how far it is. */
  tick(): void {
    this.#log.tick(this.#progress, this.#options.now())
  }

  readonly #progress = (): Progress => {
    const { running, built, failed } = this.#ledger
    const [total, copying, bytes] = [this.#total(), this.#copying, this.#bytes]
    return { running: [...running], built, failed, total, copying, bytes, began: this.#began }
  }

  /** Nix has ended: settles and prints what is open. */
  finish(): void {
    for (const derivation of this.#ledger.close(this.#options.now())) this.#ended(derivation)
    this.#log.close()
  }

  #take(event: LogEvent): void {
    const time = this.#options.now()
    switch (event.kind) {
      case 'build-started':
        this.#log.started(this.#ledger.start(event.drvPath, event.machine, time), this.#total())
        break
      case 'build-stopped':
        this.#ended(this.#ledger.stop(event.drvPath, time))
        break
      case 'phase':
        this.#ledger.phase(event.drvPath, event.phase)
        break
      case 'log':
        this.#output(event.drvPath, event.text, time)
        break
      case 'progress':
        if (event.of === 'builds') this.#count(event.done, event.expected, time)
        break
      case 'bytes':
        this.#bytes += event.bytes
        break
      case 'copy-started':
        this.#copying += 1
        if (event.from !== 'local') this.#fetched.add(event.path)
        this.#log.info(`copying ${event.path} ${event.from === 'local' ? `to ${event.to}` : `from ${event.from}`}`)
        break
      case 'copy-stopped':
        this.#copying -= 1
        break
      case 'message':
        this.#message(event, time)
        break
      case 'plain':
        this.#log.info(event.text)
    }
  }

  #count(done: number, expected: number, time: number): void {
    // an old Nix lowers it when a build fails
    this.#expected = Math.max(this.#expected, expected)
    this.#ledger.count(done, time)
  }

  #message(event: Extract<LogEvent, { kind: 'message' }>, time: number): void {
    const announced = /^(?:this derivation|these (\d+) derivations) will be built:/.exec(event.text)
    if (announced !== null) this.#announced = Number(announced[1] ?? 1)
    if (event.level === 1 || event.level === 2) this.#log.info(event.text)
    if (REFUSED.test(event.text)) this.#refused.add(event.text)
    if (event.level !== 0) return
    const { settled, loose } = this.#ledger.error(event, time)
    for (const derivation of settled) this.#ended(derivation)
    if (loose) this.#log.info(event.text)
  }

  #output(drvPath: string, text: string, time: number): void {
    const derivation = this.#ledger.output(drvPath, text, time)
    this.#options.onLog?.(drvPath, text, derivation?.phase)
    if (derivation !== undefined) this.#log.line(derivation, text)
  }

  #ended(derivation: FollowedDerivation | undefined): void {
    if (derivation !== undefined) this.#log.ended(derivation, this.#total())
  }

  #total(): number {
    const known = this.#options.total ?? (this.#announced > 0 ? this.#announced : this.#expected)
    return Math.max(known, this.#ledger.derivations.size)
  }
}
