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

/** The sign of life that is printed when no build has printed for a while. */
export function heartbeatLine({ running, built, failed, total, bytes, began }: Progress, now: number): string {
  const left = Math.max(0, total - built - failed - running.length)
  const longest = [...running].sort((a, b) => a.startedAt - b.startedAt).slice(0, NAMED)
  const names = longest.map(({ name, phase, startedAt }) => {
    const time = formatSeconds((now - startedAt) / 1000)
    return `${name} (${phase === undefined ? time : `${time}, ${phase}`})`
  })
  const counts = [
    `${built} built`,
    `${running.length} running`,
    `${left} left`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(bytes > 0 ? [`${formatBytes(bytes)} fetched`] : []),
  ]
  return `still building after ${formatSeconds((now - began) / 1000)}: ${counts.join(', ')}; longest: ${names.join(', ')}`
}
