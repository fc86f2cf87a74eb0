import type { BuildResult } from '../build/types.ts'
import { count } from '../nix/units.ts'
import { failuresOf, fallenWith, notesOf } from './annotations.ts'
import { closureSection } from './closures.ts'
import { consumerSection } from './consumer.ts'
import { code, details, preformatted, prose, table } from './markdown.ts'
import { alternatives, emulators, fallbacks, isDone, pushTable, resultTable } from './tables.ts'
import { timelineSection } from './timeline.ts'
import type { RunRecord } from './types.ts'

/** GitHub drops a whole summary that is larger than this. */
const LARGEST = 1024 * 1024
/** Kept free for what other parts of the step write. */
const MARGIN = 32 * 1024
const MOST_ROWS = 1000
const MOST_FAILURES = 100

/** A part of the summary. The least useful are left out first where all would be too large. */
interface Section {
  readonly name: string
  readonly text: string
  /** 0 is never left out. */
  readonly uselessness: number
}

/** The job summary: Markdown for GitHub, below its limit. */
export function renderSummary(record: RunRecord, largest = LARGEST - MARGIN): string {
  const shapes = [
    { rows: MOST_ROWS, failures: MOST_FAILURES, lines: Number.POSITIVE_INFINITY },
    { rows: MOST_ROWS, failures: MOST_FAILURES, lines: 5 },
    { rows: 200, failures: 20, lines: 0 },
  ]
  for (const shape of shapes) {
    const text = within(sections(record, shape), largest)
    if (text !== undefined) return text
  }
  return `${headline(record)}\n\nThe rest would be larger than GitHub takes; see the outputs and the log.\n`
}

interface Shape {
  readonly rows: number
  readonly failures: number
  readonly lines: number
}

const sections = (record: RunRecord, shape: Shape): readonly Section[] => [
  { name: 'the headline', text: `${headline(record)}\n\n${origin(record)}`, uselessness: 0 },
  { name: 'the table', text: resultTable(record, shape.rows), uselessness: 0 },
  { name: 'the failures', text: failures(record.results, shape), uselessness: 0 },
  { name: 'the notes', text: notes(record.results, shape), uselessness: 0 },
  { name: 'what was tried before', text: fallbacks(record.results), uselessness: 1 },
  { name: 'what was skipped', text: skipped(record.results, shape), uselessness: 1 },
  { name: 'the timeline', text: timelineSection(record.derivations), uselessness: 3 },
  { name: 'the pushes', text: pushTable(record.pushes), uselessness: 1 },
  { name: 'how to use the result', text: consumerSection(record), uselessness: 2 },
  { name: 'the emulators', text: emulators(record), uselessness: 4 },
  { name: 'what the closures consist of', text: closureSection(record), uselessness: 5 },
  { name: 'the other strategies', text: alternatives(record.results), uselessness: 6 },
]

/** @returns undefined where even the indispensable parts are too large */
function within(all: readonly Section[], largest: number): string | undefined {
  const byUselessness = all
    .filter(({ text, uselessness }) => text !== '' && uselessness > 0)
    .sort((a, b) => b.uselessness - a.uselessness)
  for (let left = 0; left <= byUselessness.length; left += 1) {
    const out = byUselessness.slice(0, left)
    const names = out.map(({ name }) => name).join(', ')
    const note = left === 0 ? '' : `Left out, since GitHub takes no summary above 1 MiB: ${names}.`
    const kept = all.filter((section) => !out.includes(section)).map(({ text }) => text)
    const text = `${[...kept, note].filter((part) => part !== '').join('\n\n')}\n`
    if (Buffer.byteLength(text) <= largest) return text
  }
  return undefined
}

function headline({ results, pushes, inputs }: RunRecord): string {
  const done = results.filter(isDone).length
  const failedPushes = pushes.filter(({ status }) => status === 'failed').length
  const verb = inputs.dryRun ? 'planned (dry run)' : 'built'
  const total = count(results.length, 'package')
  const what = done === results.length ? `${total} ${verb}` : `${done} of ${total} ${verb}`
  const push = failedPushes > 0 ? `, ${count(failedPushes, 'push', 'pushes')} failed` : ''
  return `## ${done === results.length && failedPushes === 0 ? '✅' : '❌'} ${what}${push}`
}

function origin({ flake, installed }: RunRecord): string {
  const { version } = installed.nix
  const revision =
    flake.revision === undefined || flake.url.includes(flake.revision) ? '' : ` at ${code(flake.revision.slice(0, 12))}`
  const description = flake.description === undefined ? '' : ` (${prose(flake.description)})`
  return `Flake ${code(shownUrl(flake.url))}${revision}${description}, with ${version.flavour} ${version.text}: ${prose(installed.reason)}`
}

/** Of a folder only its path: its time and hash say nothing to a reader, and are in the manifest. */
const shownUrl = (url: string): string => (url.startsWith('path:') ? (url.split('?')[0] ?? url) : url)

/** What several packages share is said once. */
function notes(results: readonly BuildResult[], { failures: most }: Shape): string {
  const noted = notesOf(results)
  if (noted.length === 0) return ''
  const parts = noted.slice(0, most).map(({ text, packages }) => {
    const names = packages.slice(0, most).map(({ plan }) => `${code(plan.package)} for ${code(plan.target.name)}`)
    return `#### ${names.join(', ')}\n\n${preformatted(text.split('\n'))}`
  })
  const more = noted.length > most ? [`… and ${noted.length - most} more; see the output results.`] : []
  return ['### To be looked at', ...parts, ...more].join('\n\n')
}

/** Packages that fell with the same derivation are counted, not repeated: the table has them all. */
function failures(results: readonly BuildResult[], { failures: most, lines }: Shape): string {
  const failed = failuresOf(results)
  if (failed.length === 0) return ''
  const parts = failed.slice(0, most).map((group) => {
    const [{ plan, error = 'It was not built.', log = [] }] = group as readonly [BuildResult]
    const tail = log.slice(-lines)
    const title = `The last ${count(tail.length, 'line')} of the log`
    const folded = lines === 0 || tail.length === 0 ? '' : `\n\n${details(title, preformatted(tail))}`
    const others = group.length === 1 ? '' : `\n\n${prose(fallenWith(group))}`
    return `#### ${code(plan.package)} for ${code(plan.target.name)}\n\n${preformatted(error.split('\n'))}${others}${folded}`
  })
  const more = failed.length > most ? [`… and ${failed.length - most} more failures; see the table and the log.`] : []
  return ['### Failures', ...parts, ...more].join('\n\n')
}

/** What was not tried. */
function skipped(results: readonly BuildResult[], { rows }: Shape): string {
  const all = results.filter(({ status }) => status === 'skipped')
  if (all.length === 0) return ''
  const cells = all
    .slice(0, rows)
    .map(({ plan, error = plan.reason }) => [code(plan.target.name), code(plan.package), prose(error)])
  const more = all.length > rows ? `\n\n… and ${all.length - rows} more.` : ''
  return `### Skipped\n\n${table(['Target', 'Package', 'Why'], cells)}${more}`
}
