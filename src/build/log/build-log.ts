import { formatSeconds } from '../../nix/units.ts'
import type { HeldLines, Log } from '../../runner/ports.ts'
import { firstLine } from './error-message.ts'
import type { DerivationStatus, FollowedDerivation } from './followed.ts'
import { heartbeatLines, type Progress, statusLines } from './heartbeat.ts'

export interface BuildLogOptions {
  readonly log: Pick<Log, 'info' | 'status' | 'hold'>
  /** How a derivation is named in the log: `hello-2.12 for aarch64-linux (emulated)`. Default: its name. */
  readonly describe?: (drvPath: string) => string | undefined
  /** Seconds between signs of life, default 30. */
  readonly heartbeat?: number
}

/** Between two drawings on a terminal. */
const STATUS_MILLISECONDS = 100
/** What is not on disk by then is lost when main is killed. */
const SAVE_MILLISECONDS = 5000
/** Last lines of a failed build that are seen without unfolding its log. */
const SHOWN_LINES = 10

const ENDINGS: Readonly<Record<DerivationStatus, string>> = {
  building: 'building',
  ended: 'ended:',
  built: 'built',
  failed: 'failed:',
  silent: 'hung:',
  timeout: 'timed out:',
  stopped: 'not finished:',
}

/**
 * A run of Nix as people read it: a line when a derivation starts, and when it ends its whole log as one folded section
 * under the line of its end. No log is streamed, not even that of a build that runs alone. A section that stays open for
 * hours would take in every other line or keep it waiting, and a log page folds it, so that nobody would see more. What
 * runs is told by signs of life instead, with the last line of each of the longest builds. On a terminal, a live view.
 */
export class BuildLog {
  readonly #options: BuildLogOptions
  readonly #held = new Map<string, HeldLines>()
  #lastSign: number
  #lastSave: number
  #lastStatus = Number.NEGATIVE_INFINITY

  constructor(options: BuildLogOptions, now: number) {
    this.#options = options
    this.#lastSign = now
    this.#lastSave = now
  }

  info(text: string): void {
    this.#options.log.info(text)
  }

  started(derivation: FollowedDerivation, total: number): void {
    // a terminal shows it while it runs
    if (this.#options.log.status === undefined)
      this.info(`${place(derivation, total)} building ${this.#label(derivation)}`)
  }

  line({ drvPath, name }: FollowedDerivation, text: string): void {
    let held = this.#held.get(drvPath)
    if (held === undefined) {
      held = this.#options.log.hold?.(name)
      if (held === undefined) return
      this.#held.set(drvPath, held)
    }
    held.add(text)
  }

  ended(derivation: FollowedDerivation, total: number): void {
    const { drvPath, status, lastLines, seconds, error } = derivation
    const time = formatSeconds(seconds)
    const how = status === 'built' ? `in ${time}` : `after ${time}`
    const why = error === undefined ? '' : `: ${firstLine(error)}`
    this.#print(drvPath, `${place(derivation, total)} ${ENDINGS[status]} ${this.#label(derivation)} ${how}${why}`)
    const shown = this.#options.log.status === undefined ? lastLines.slice(-SHOWN_LINES) : lastLines
    for (const line of shown) this.info(`  ${line}`)
  }

  /** Prints a sign of life where it is time for one, or shows on the terminal how far it is. */
  tick(progress: () => Progress, time: number): void {
    const { log, heartbeat = 30 } = this.#options
    if (log.status !== undefined) {
      if (time - this.#lastStatus < STATUS_MILLISECONDS) return
      this.#lastStatus = time
      log.status(this, statusLines(progress(), time, this.#label))
      return
    }
    if (time - this.#lastSave >= SAVE_MILLISECONDS) {
      this.#lastSave = time
      for (const held of this.#held.values()) held.save()
    }
    if (time - this.#lastSign >= heartbeat * 1000) {
      this.#lastSign = time
      for (const line of heartbeatLines(progress(), time, this.#label)) this.info(line)
    }
  }

  /** Prints what nobody has ended. */
  close(): void {
    for (const drvPath of [...this.#held.keys()]) this.#print(drvPath, `more of the log of ${drvPath}`)
    this.#options.log.status?.(this, [])
  }

  #print(drvPath: string, title: string): void {
    const held = this.#held.get(drvPath)
    this.#held.delete(drvPath)
    if (held === undefined) this.info(title)
    else held.print(title)
  }

  readonly #label = ({ drvPath, name, machine }: FollowedDerivation): string => {
    const label = this.#options.describe?.(drvPath) ?? name
    // what follows in its URL is about the connection
    return machine === '' ? label : `${label} on ${machine.replace(/\?.*/, '')}`
  }
}

const place = ({ number }: FollowedDerivation, total: number): string => `[${number}/${total}]`
