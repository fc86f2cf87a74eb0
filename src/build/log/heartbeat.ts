import { formatBytes, formatSeconds } from '../../nix/units.ts'
import type { FollowedDerivation } from './followed.ts'

/** How far a run is. Times in milliseconds of one clock. */
export interface Progress {
  readonly running: readonly FollowedDerivation[]
  readonly built: number
  readonly failed: number
  /** Derivations of the whole run. */
  readonly total: number
  /** Paths that are being copied. */
  readonly copying: number
  /** Bytes fetched. */
  readonly bytes: number
  readonly began: number
}

type Label = (derivation: FollowedDerivation) => string

const NAMED = 3
const SHOWN = 8
const LONGEST_LINE = 160
/** From here on it is said for how long a build has printed nothing. */
const SILENCE_MILLISECONDS = 30_000

/** The sign of life: the counts, and for each of the longest-running builds how far it is. None where nothing goes on. */
export function heartbeatLines(progress: Progress, now: number, label: Label): readonly string[] {
  const { running, copying, began } = progress
  if (running.length === 0 && copying === 0) return []
  const what = running.length === 0 ? 'still fetching' : 'still building'
  const named = longest(progress).slice(0, NAMED)
  return [
    `${what} after ${age(began, now)}: ${counts(progress)}`,
    ...named.map(
      (derivation) => `  ${label(derivation)}: ${timeAndPhase(derivation, now)}${lastWords(derivation, now)}`,
    ),
  ]
}

/** What a terminal shows while it builds: the counts, and a line for each of the longest-running builds. */
export function statusLines(progress: Progress, now: number, label: Label): readonly string[] {
  const all = longest(progress)
  const shown = all.slice(0, SHOWN).map((derivation) => `  ${label(derivation)}: ${timeAndPhase(derivation, now)}`)
  const more = all.length > shown.length ? [`  and ${all.length - shown.length} more`] : []
  return [`${age(progress.began, now)}: ${counts(progress)}`, ...shown, ...more]
}

const age = (began: number, now: number): string => formatSeconds((now - began) / 1000)

const longest = ({ running }: Progress): readonly FollowedDerivation[] =>
  [...running].sort((a, b) => a.startedAt - b.startedAt)

const timeAndPhase = ({ startedAt, phase }: FollowedDerivation, now: number): string =>
  phase === undefined ? age(startedAt, now) : `${age(startedAt, now)}, ${phase}`

/** What tells a slow build from a hung one. */
function lastWords({ lines, lastLines, lastOutput }: FollowedDerivation, now: number): string {
  if (lines === 0) return ', nothing printed'
  const silent = now - lastOutput < SILENCE_MILLISECONDS ? '' : `, silent for ${age(lastOutput, now)}`
  const last = (lastLines.findLast((line) => line.trim() !== '') ?? '').trim()
  const words = last.length > LONGEST_LINE ? `${last.slice(0, LONGEST_LINE)}…` : last
  return `${silent}, line ${lines}: ${words}`
}

function counts({ running, built, failed, total, bytes }: Progress): string {
  const left = Math.max(0, total - built - failed - running.length)
  return [
    `${built} built`,
    `${running.length} running`,
    `${left} left`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(bytes > 0 ? [`${formatBytes(bytes)} fetched`] : []),
  ].join(', ')
}
