import { formatSeconds } from '../nix/units.ts'
import type { Candidate, Plan } from './types.ts'

/** A plan for the log: what was chosen and why, then what was not and why. */
export function describePlan({ target, package: name, candidates, reason }: Plan): readonly string[] {
  const chosen = candidates.find((candidate) => candidate.chosen)
  const heading =
    chosen === undefined
      ? `${name} for ${target.name}: ${reason}`
      : `${name} for ${target.name}: ${title(chosen)}: ${reason}`
  const others = candidates.filter((candidate) => candidate !== chosen)
  const why = chosen === undefined ? [] : others.map((candidate) => `  not ${title(candidate)}: ${candidate.reason}`)
  const cost = chosen?.cost === undefined ? [] : [`  ${describeCost(chosen.cost)}`]
  return [heading, ...cost, ...why]
}

function describeCost({ toBuild, bytesToFetch, seconds }: NonNullable<Candidate['cost']>): string {
  const builds = Object.entries(toBuild).map(([system, count]) => `${count} for ${system}`)
  const fetch = bytesToFetch > 0 ? `, ${(bytesToFetch / 1024 / 1024).toFixed(1)} MiB to fetch` : ''
  const estimate = builds.length === 0 ? '' : `, estimated ${formatSeconds(seconds)} of work`
  return `derivations to build: ${builds.length === 0 ? 'none' : builds.join(', ')}${fetch}${estimate}`
}

/** A candidate in a word or two: `cross (transparent, hybrid)`. */
export function title({ strategy, method, hybrid }: Pick<Candidate, 'strategy' | 'method' | 'hybrid'>): string {
  const more = [method, hybrid === true ? 'hybrid' : undefined].filter((word) => word !== undefined)
  return more.length === 0 ? strategy : `${strategy} (${more.join(', ')})`
}
