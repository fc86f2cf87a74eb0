import { createLogReader, type LogEvent, type LogReader } from '../nix/log-stream.ts'
import { formatSeconds } from '../nix/units.ts'
import type { Log } from '../runner/ports.ts'
import { firstLine } from './error-message.ts'
import type { BuildError, DerivationStatus, FollowedDerivation, Limits } from './followed.ts'
import { heartbeatLine } from './heartbeat.ts'
import { BuildLedger } from './ledger.ts'

export interface FollowOptions {
  readonly log: Pick<Log, 'info'>
  /** A clock in milliseconds. */
  readonly now: () => number
  /** How a derivation is named in the log: `hello-2.12 for aarch64-linux (emulated)`. Default: its name. */
  readonly describe?: (drvPath: string) => string | undefined
  /** Derivations to be built, where known; else Nix's own announcement and counters are used. */
  readonly total?: number
  readonly limits?: Limits
  /** Told each log line of a build, printed or not, with the build's phase where known. */
  readonly onLog?: (drvPath: string, text: string, phase: string | undefined) => void
  /** Log lines kept for each derivation, default 25. */
  readonly keepLines?: number
  /** Log lines of one derivation that are printed, default 50 000. */
  readonly printLines?: number
  /** Seconds without a printed line after which a sign of life is printed, default 30. */
  readonly heartbeat?: number
}

const ENDINGS: Readonly<Record<DerivationStatus, string>> = {
  building: 'building',
  ended: 'ended:',
  built: 'built',
  failed: 'failed:',
  silent: 'hung:',
  timeout: 'timed out:',
  stopped: 'not finished:',
}

/** A follower for one run of Nix. */
export const createBuildFollower = (options: FollowOptions): BuildFollower => new BuildFollower(options)

export type { BuildError, FollowedDerivation } from './followed.ts'

/** Follows a run of Nix with `--log-format internal-json`: prints it for people and keeps what the report needs. */
export class BuildFollower {
  readonly #options: FollowOptions
  readonly #read: LogReader = createLogReader()
  readonly #ledger: BuildLedger
  readonly #prefixes = new Map<string, string>()
  readonly #began: number
  #lastPrint: number
  #announced = 0
  #expected = 0
  #bytes = 0

  constructor(options: FollowOptions) {
    this.#options = options
    this.#ledger = new BuildLedger(options.limits ?? { silent: 0, total: 0 }, options.keepLines ?? 25)
    this.#began = options.now()
    this.#lastPrint = this.#began
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

  /** One line of Nix's output. Never throws. */
  line(text: string): void {
    const event = this.#read(text)
    if (event !== undefined) this.#take(event)
    this.tick()
  }

  /** To be called every few seconds: prints a sign of life where nothing was printed for long. */
  tick(): void {
    const { now, heartbeat = 30 } = this.#options
    if (now() - this.#lastPrint < heartbeat * 1000 || this.#ledger.running.size === 0) return
    const { running, built, failed } = this.#ledger
    const state = { running: [...running], built, failed, total: this.#total(), bytes: this.#bytes, began: this.#began }
    this.#print(heartbeatLine(state, now()))
  }

  /** Nix has ended: settles and prints what is open. */
  finish(): void {
    for (const derivation of this.#ledger.close(this.#options.now())) this.#printEnd(derivation)
  }

  #take(event: LogEvent): void {
    const time = this.#options.now()
    switch (event.kind) {
      case 'build-started':
        this.#printStart(this.#ledger.start(event.drvPath, event.machine, time))
        break
      case 'build-stopped':
        this.#printEnd(this.#ledger.stop(event.drvPath, time))
        break
      case 'phase':
        this.#ledger.phase(event.drvPath, event.phase)
        break
      case 'log':
        this.#options.onLog?.(event.drvPath, event.text, this.derivations.get(event.drvPath)?.phase)
        this.#printLog(this.#ledger.output(event.drvPath, event.text, time), event.text)
        break
      case 'progress':
        if (event.of === 'builds') this.#count(event.done, event.expected)
        break
      case 'bytes':
        this.#bytes += event.bytes
        break
      case 'copy-started':
        this.#print(`copying ${event.path} ${event.from === 'local' ? `to ${event.to}` : `from ${event.from}`}`)
        break
      case 'message':
        this.#message(event, time)
        break
      case 'plain':
        this.#print(event.text)
    }
  }

  #count(done: number, expected: number): void {
    // an old Nix lowers it when a build fails
    this.#expected = Math.max(this.#expected, expected)
    this.#ledger.count(done)
  }

  #message(event: Extract<LogEvent, { kind: 'message' }>, time: number): void {
    const announced = /^(?:this derivation|these (\d+) derivations) will be built:/.exec(event.text)
    if (announced !== null) this.#announced = Number(announced[1] ?? 1)
    if (event.level === 1 || event.level === 2) this.#print(event.text)
    if (event.level !== 0) return
    const { settled, loose } = this.#ledger.error(event, time)
    for (const derivation of settled) this.#printEnd(derivation)
    if (loose) this.#print(event.text)
  }

  #printStart(derivation: FollowedDerivation): void {
    // Nix's own short form, unless another build that runs has it
    const short = derivation.name.replace(/-\d.*$/, '')
    const taken = [...this.#ledger.running].some((other) => this.#prefixes.get(other.drvPath) === short)
    this.#prefixes.set(derivation.drvPath, taken ? derivation.name : short)
    this.#print(`${this.#place(derivation)} building ${this.#label(derivation)}`)
  }

  #printEnd(derivation: FollowedDerivation | undefined): void {
    if (derivation === undefined) return
    this.#prefixes.delete(derivation.drvPath)
    const time = formatSeconds(derivation.seconds)
    const how = derivation.status === 'built' ? `in ${time}` : `after ${time}`
    const why = derivation.error === undefined ? '' : `: ${firstLine(derivation.error)}`
    this.#print(`${this.#place(derivation)} ${ENDINGS[derivation.status]} ${this.#label(derivation)} ${how}${why}`)
  }

  #printLog(derivation: FollowedDerivation | undefined, text: string): void {
    const { printLines = 50_000 } = this.#options
    if (derivation === undefined || derivation.lines > printLines) return
    const prefix = this.#prefixes.get(derivation.drvPath) ?? derivation.name
    this.#print(`${prefix}> ${text}`)
    if (derivation.lines === printLines) this.#print(`${prefix}> (further lines of this derivation are not shown)`)
  }

  #label(derivation: FollowedDerivation): string {
    const label = this.#options.describe?.(derivation.drvPath) ?? derivation.name
    return derivation.machine === '' ? label : `${label} on ${derivation.machine}`
  }

  #total(): number {
    const known = this.#options.total ?? (this.#announced > 0 ? this.#announced : this.#expected)
    return Math.max(known, this.#ledger.derivations.size)
  }

  #place(derivation: FollowedDerivation): string {
    return `[${derivation.number}/${this.#total()}]`
  }

  #print(text: string): void {
    this.#lastPrint = this.#options.now()
    this.#options.log.info(text)
  }
}
