import { count, formatSeconds } from '../nix/units.ts'
import { labelText } from '../strategy/matrix/runners.ts'
import type { Entry, Job } from '../strategy/matrix/types.ts'
import { code, details, prose, table } from './markdown.ts'
import type { MatrixRecord } from './matrix.ts'

/** GitHub drops a summary above 1 MiB. */
const LARGEST = 900 * 1024

/** The job summary of the plan: its jobs, what cannot be had, what needs no job. */
export function renderMatrixSummary(record: MatrixRecord): string {
  for (const rows of [500, 100, 10]) {
    const text = render(record, rows)
    if (Buffer.byteLength(text) <= LARGEST) return text
  }
  return `${headline(record)}\n\nThe rest would be larger than GitHub takes; see the outputs and the log.\n`
}

function render(record: MatrixRecord, rows: number): string {
  const { jobs, entries, leftOut, flake } = record
  const of = (status: Entry['status']): readonly Entry[] => entries.filter((entry) => entry.status === status)
  const parts = [
    headline(record),
    `Flake ${code(flake.url)}`,
    jobTable(jobs, rows),
    packageTable('### These cannot be had; their jobs will fail', of('failed'), rows),
    folded('Packages that need no job', of('skipped'), rows),
    leftOut.length === 0
      ? ''
      : details(
          'Systems that are left out',
          table(
            ['System', 'Why'],
            leftOut.map(({ system, reason }) => [code(system), prose(reason)]),
          ),
        ),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function headline({ jobs, entries }: MatrixRecord): string {
  const failed = entries.filter(({ status }) => status === 'failed').length
  const skipped = entries.filter(({ status }) => status === 'skipped').length
  const also = [
    ...(skipped > 0 ? [`${skipped} need none`] : []),
    ...(failed > 0 ? [`${failed} cannot be had`] : []),
  ].map((text) => `, ${text}`)
  return `## ${failed > 0 ? '⚠️' : '🗺️'} ${count(jobs.length, 'job')} for ${count(entries.length, 'package')}${also.join('')}`
}

const MOST_NAMES = 12

function jobTable(jobs: readonly Job[], rows: number): string {
  if (jobs.length === 0) return 'There is nothing to build.'
  const cells = jobs.slice(0, rows).map(({ target, strategy, runner, entries, cost, reason }) => {
    const names = entries.slice(0, MOST_NAMES).map((entry) => code(entry.package))
    const more = entries.length > MOST_NAMES ? [`and ${entries.length - MOST_NAMES} more`] : []
    const derivations = new Set(entries.flatMap(({ toBuild }) => toBuild)).size
    const builds = `${derivations} (${cost === 0 ? 'unknown' : formatSeconds(cost)})`
    return [code(target), strategy, code(labelText(runner)), [...names, ...more].join(' '), builds, prose(reason)]
  })
  const head = ['Target', 'Strategy', 'Runner', 'Packages', 'To build (estimate)', 'Why']
  return [table(head, cells), ...moreRows(jobs.length, rows)].join('\n\n')
}

function packageTable(heading: string, entries: readonly Entry[], rows: number): string {
  if (entries.length === 0) return ''
  const cells = entries.slice(0, rows).map((entry) => [code(entry.target), code(entry.package), prose(entry.reason)])
  return [heading, table(['Target', 'Package', 'Why'], cells), ...moreRows(entries.length, rows)]
    .filter((part) => part !== '')
    .join('\n\n')
}

const folded = (title: string, entries: readonly Entry[], rows: number): string =>
  entries.length === 0 ? '' : details(title, packageTable('', entries, rows))

const moreRows = (length: number, rows: number): readonly string[] =>
  length > rows ? [`… and ${length - rows} more; see the output ${code('plan')}.`] : []
