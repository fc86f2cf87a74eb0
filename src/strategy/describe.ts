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

const title = ({ strategy, method }: Candidate): string => (method === undefined ? strategy : `${strategy} (${method})`)

function describeCost({ toBuild, bytesToFetch }: NonNullable<Candidate['cost']>): string {
  const builds = Object.entries(toBuild).map(([system, count]) => `${count} for ${system}`)
  const fetch = bytesToFetch > 0 ? `, ${(bytesToFetch / 1024 / 1024).toFixed(1)} MiB to fetch` : ''
  return `derivations to build: ${builds.length === 0 ? 'none' : builds.join(', ')}${fetch}`
}
