import type { LogEvent } from '../../nix/log-stream.ts'
import { bound } from '../../nix/log-text.ts'
import { readFailure } from './error-message.ts'
import type { BuildError, DerivationStatus, FollowedDerivation, Limits } from './followed.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
type Entry = Mutable<Omit<FollowedDerivation, 'lastLines'>> & { lastLines: string[] }
type Message = Extract<LogEvent, { kind: 'message' }>

const MOST_ERRORS = 1000
const LONGEST_KEPT_LINE = 500

/**
 * Keeps account of the derivations of one run. Nix's records say that a build stopped, not whether it succeeded: a
 * success is counted (`done`) before its stop, a failure's message comes before the stop (to 2.26), after it (2.34) or,
 * for a timeout with keep-going in 2.8, never.
 */
export class BuildLedger {
  readonly derivations = new Map<string, Entry>()
  readonly running = new Set<Entry>()
  /** Derivations that were not built because one they need failed. */
  readonly dependents = new Set<string>()
  readonly errors: BuildError[] = []
  built = 0
  failed = 0
  readonly #ended = new Set<Entry>()
  readonly #failures = new Map<string, { readonly status: DerivationStatus; readonly text: string; time: number }>()
  /** When builds were counted as done that have not stopped yet. */
  readonly #dones: number[] = []
  readonly #limits: Limits
  readonly #keepLines: number
  #done = 0
  #doneBefore = 0

  constructor(limits: Limits, keepLines: number) {
    this.#limits = limits
    this.#keepLines = keepLines
  }

  start(drvPath: string, machine: string, time: number): FollowedDerivation {
    const name = drvPath.replace(/^.*\/[0-9a-z]{32}-/, '').replace(/\.drv$/, '')
    const number = this.derivations.get(drvPath)?.number ?? this.derivations.size + 1
    const fresh = {
      seconds: 0,
      phase: undefined,
      lastLines: [],
      lines: 0,
      error: undefined,
      startedAt: time,
      lastOutput: time,
    }
    const entry: Entry = { ...fresh, drvPath, name, machine, number, status: 'building' }
    this.derivations.set(drvPath, entry)
    this.running.add(entry)
    return entry
  }

  /** @returns the derivation where it is known by now how it ended */
  stop(drvPath: string, time: number): FollowedDerivation | undefined {
    const entry = this.derivations.get(drvPath)
    if (entry === undefined || !this.running.delete(entry)) return undefined
    const failure = this.#failures.get(drvPath)
    entry.seconds = ((failure?.time ?? this.#doneAt(entry) ?? time) - entry.startedAt) / 1000
    entry.status = 'ended'
    this.#ended.add(entry)
    if (failure !== undefined) return this.#settle(entry, failure.status, failure.text)
    return this.#doneBefore + this.#done > this.built ? this.#settle(entry, 'built') : undefined
  }

  output(drvPath: string, text: string, time: number): FollowedDerivation | undefined {
    const entry = this.derivations.get(drvPath)
    if (entry === undefined) return undefined
    entry.lastOutput = time
    entry.lines += 1
    entry.lastLines.push(bound(text, LONGEST_KEPT_LINE))
    if (entry.lastLines.length > this.#keepLines) entry.lastLines.shift()
    return entry
  }

  phase(drvPath: string, phase: string): void {
    const entry = this.derivations.get(drvPath)
    if (entry !== undefined) entry.phase = phase
  }

  /** Nix's own count of builds done; it starts again when Nix builds something during evaluation. */
  count(done: number, time: number): void {
    const isAnew = done < this.#done
    for (let more = isAnew ? done : done - this.#done; more > 0; more -= 1) this.#dones.push(time)
    if (isAnew) this.#doneBefore += this.#done
    this.#done = done
  }

  /**
   * When a build was done: Nix 2.8 tells the stop of what no other build waits for only when all is over. Which one it
   * counts it does not say; what printed its last line before the others is taken to be the first.
   */
  #doneAt({ lastOutput }: Entry): number | undefined {
    const before = [...this.running].filter(
      (other) => other.lastOutput < lastOutput && !this.#failures.has(other.drvPath),
    )
    const index = Math.min(before.length, this.#dones.length - 1)
    return (this.#dones[index] ?? 0) < lastOutput ? undefined : this.#dones.splice(index, 1)[0]
  }

  /** Takes a message of level 0. @returns the derivations that it settles, and whether it belongs to none */
  error(message: Message, time: number): { readonly settled: readonly FollowedDerivation[]; readonly loose: boolean } {
    const failure = readFailure(message.text)
    if (failure.kind === 'repetition') return { settled: [], loose: false }
    if (failure.kind === 'dependent') {
      this.dependents.add(failure.drvPath)
      return { settled: [], loose: false }
    }
    const settled =
      failure.kind === 'other'
        ? []
        : failure.kind === 'own'
          ? this.#fail([failure.drvPath], message.text, time, () => 'failed')
          : this.#limit(message.text, failure, time)
    this.#remember(message, failure.kind === 'own' ? failure.drvPath : settled[0]?.drvPath)
    return { settled, loose: failure.kind === 'other' }
  }

  /** Nix has ended: settles what is open. @returns what it settled */
  close(time: number): readonly FollowedDerivation[] {
    const open = [...this.#ended].map((entry) => {
      const failed = this.failed > 0 || this.errors.length > 0
      const limit = this.#limitOf(entry, entry.startedAt + entry.seconds * 1000)
      return this.#settle(entry, limit ?? (failed ? 'failed' : 'built'))
    })
    const stopped = [...this.running].map((entry) => {
      entry.seconds = (time - entry.startedAt) / 1000
      return this.#settle(entry, 'stopped')
    })
    return [...open, ...stopped]
  }

  #settle(entry: Entry, status: DerivationStatus, text?: string): FollowedDerivation {
    this.running.delete(entry)
    this.#ended.delete(entry)
    entry.status = status
    entry.error = text
    if (status === 'built') {
      this.built += 1
      entry.lastLines = []
    } else this.failed += 1
    return entry
  }

  #fail(
    drvPaths: readonly string[],
    text: string,
    time: number,
    status: (drvPath: string) => DerivationStatus,
  ): FollowedDerivation[] {
    return drvPaths.flatMap((drvPath) => {
      const entry = this.derivations.get(drvPath)
      if (entry !== undefined && this.#ended.has(entry)) return [this.#settle(entry, status(drvPath), text)]
      if (!this.#failures.has(drvPath)) this.#failures.set(drvPath, { status: status(drvPath), text, time })
      return []
    })
  }

  #limit(
    text: string,
    limit: { drvPath: string | undefined; seconds: number; silent: boolean },
    time: number,
  ): FollowedDerivation[] {
    const end = (entry: Entry): number => (this.running.has(entry) ? time : entry.startedAt + entry.seconds * 1000)
    const long = [...this.#ended, ...this.running].filter(
      (entry) => end(entry) - entry.startedAt >= limit.seconds * 1000 - 500,
    )
    const candidates = long.length > 0 ? long : [...this.#ended]
    const hit = limit.drvPath === undefined ? candidates.map((entry) => entry.drvPath) : [limit.drvPath]
    return this.#fail(hit, text, time, (drvPath) => {
      const entry = this.derivations.get(drvPath)
      if (limit.silent) return 'silent'
      if (limit.drvPath !== undefined || entry === undefined) return 'timeout'
      // with no limit of ours it is one of nix.conf
      return this.#limitOf(entry, end(entry)) ?? (this.#limits.total > 0 ? 'timeout' : 'failed')
    })
  }

  /** Which limit a build that ended at `end` had reached, with half a second for Nix's own clock. */
  #limitOf(entry: Entry, end: number): 'silent' | 'timeout' | undefined {
    const { silent, total } = this.#limits
    if (silent > 0 && end - entry.lastOutput >= silent * 1000 - 500) return 'silent'
    return total > 0 && end - entry.startedAt >= total * 1000 - 500 ? 'timeout' : undefined
  }

  #remember(message: Message, drvPath: string | undefined): void {
    if (this.errors.length >= MOST_ERRORS || this.errors.some((error) => error.text === message.text)) return
    this.errors.push({ text: message.text, ...(drvPath === undefined ? {} : { drvPath }) })
  }
}
