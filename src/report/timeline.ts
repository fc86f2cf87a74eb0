import type { BuiltDerivation } from '../build/types.ts'
import { count, formatSeconds } from '../nix/units.ts'

const MOST_BARS = 30
const LONGEST_NAME = 60
const SEVERAL = 'several targets'

/**
 * The builds of the run over time, as a Gantt chart that GitHub's Mermaid draws; '' where there are fewer than two.
 * Where there are too many, failures and then the slowest are shown.
 */
export function timelineSection(derivations: readonly BuiltDerivation[]): string {
  if (derivations.length < 2 || derivations.every(({ seconds }) => seconds <= 0)) return ''
  const shown = [...derivations].sort(byInterest).slice(0, MOST_BARS)
  const title =
    shown.length === derivations.length
      ? `### Timeline of ${count(shown.length, 'derivation')}`
      : `### Timeline: the ${shown.length} slowest of ${derivations.length} derivations`
  return `${title}\n\n\`\`\`mermaid\n${ganttChart(shown)}\n\`\`\``
}

const byInterest = (a: BuiltDerivation, b: BuiltDerivation): number =>
  Number(b.status === 'failed') - Number(a.status === 'failed') || b.seconds - a.seconds

/** @param derivations some */
export function ganttChart(derivations: readonly BuiltDerivation[]): string {
  const sections = new Map<string, BuiltDerivation[]>()
  for (const derivation of [...derivations].sort((a, b) => a.start - b.start)) {
    const { targets } = derivation
    const name = targets.length > 1 ? SEVERAL : plainName(targets[0] ?? 'other')
    sections.set(name, [...(sections.get(name) ?? []), derivation])
  }
  const { unit, axis } = scaleOf(Math.max(...derivations.map(({ start, seconds }) => start + seconds)))
  // the default leaves room for short names only; 7 pixels a character are enough for this font
  const padding = 30 + 7 * Math.max(...[...sections.keys()].map((name) => name.length))
  return [
    `%%{init: {"gantt": {"leftPadding": ${padding}, "barHeight": 18, "fontSize": 12}}}%%`,
    'gantt',
    '  dateFormat x',
    `  axisFormat ${axis}`,
    ...[...sections]
      .sort(byName)
      .flatMap(([name, own]) => [`  section ${name}`, ...own.map((each) => bar(each, unit))]),
  ].join('\n')
}

/**
 * The axis shows a time of day in the zone of who looks, which is not the time of the build. `%s` and `%Q`, seconds and
 * milliseconds since 1970, are the same in all zones: so the build begins in 1970, and where it takes long, a minute of
 * it is a second there.
 * @returns milliseconds on the axis for a second
 */
function scaleOf(total: number): { unit: number; axis: string } {
  if (total < 10) return { unit: 1000, axis: '%Q ms' }
  return total < 600 ? { unit: 1000, axis: '%s s' } : { unit: 1000 / 60, axis: '%s min' }
}

const MARKS = { built: '✔', failed: '✘', stopped: '…' }

/** What several need is the last. */
const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  Number(a === SEVERAL) - Number(b === SEVERAL) || (a < b ? -1 : 1)

/** The mark comes first, so that no name is taken for a keyword. */
function bar({ name, status, start, seconds }: BuiltDerivation, unit: number): string {
  const from = Math.round(start * unit)
  const to = Math.max(from + 1, Math.round((start + seconds) * unit))
  const tag = status === 'built' ? '' : 'crit, '
  return `  ${MARKS[status]} ${plainName(name)} (${formatSeconds(seconds)}) :${tag}${from}, ${to}`
}

/** Mermaid has no way to quote a name here that all its versions know: what could mean something is replaced. */
function plainName(name: string): string {
  const plain = name.replace(/[^\p{L}\p{N}+._?=/-]/gu, '_') || '_'
  const characters = [...plain]
  return characters.length > LONGEST_NAME ? `${characters.slice(0, LONGEST_NAME - 1).join('')}…` : plain
}
