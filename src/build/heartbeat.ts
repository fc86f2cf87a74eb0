import { formatBytes, formatSeconds } from '../nix/units.ts'
import type { FollowedDerivation } from './followed.ts'

/** How far a run is. Times in milliseconds of one clock. */
export interface Progress {
  readonly running: readonly FollowedDerivation[]
  readonly built: number
  readonly failed: number
  /** Derivations of the whole run. */
  readonly total: number
  /** Bytes fetched. */
  readonly bytes: number
  readonly began: number
}

const NAMED = 3
const SHOWN = 8

/** The sign of life that is printed when no build has printed for a while. */
export function heartbeatLine(progress: Progress, now: number): string {
  const names = longest(progress)
    .slice(0, NAMED)
    .map((derivation) => `${derivation.name} (${timeAndPhase(derivation, now)})`)
  return `still building after ${age(progress.began, now)}: ${counts(progress)}; longest: ${names.join(', ')}`
}

/** What a terminal shows while it builds: the counts, and a line for each of the longest-running builds. */
export function statusLines(
  progress: Progress,
  now: number,
  label: (derivation: FollowedDerivation) => string,
): readonly string[] {
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
