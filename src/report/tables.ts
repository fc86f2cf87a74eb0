import type { BuildResult } from '../build/types.ts'
import { formatBytes, formatSeconds } from '../nix/units.ts'
import type { PushReport } from '../push/types.ts'
import { title } from '../strategy/describe.ts'
import { closureParts } from './closures.ts'
import { code, details, prose, table } from './markdown.ts'
import type { RunRecord } from './types.ts'

/** Nothing is left to be done for it. */
export const isDone = ({ status }: BuildResult): boolean => !['failed', 'skipped'].includes(status)

const MARKS = {
  built: '✅ built',
  substituted: '✅ fetched',
  cached: '✅ there already',
  planned: '📋 planned',
  failed: '❌ failed',
  skipped: '⏭️ skipped',
}
const HEAD = [
  'Status',
  'Target',
  'Package',
  'Strategy',
  'Why',
  'To build, to fetch',
  'Time',
  'Closure, change',
  'Store path, pushed to',
]

/** One row for each target and package. @param most rows at most; failures are the last to go */
export function resultTable(record: RunRecord, most: number): string {
  // where there are too many rows, those that failed are the ones to keep
  const { results } = record
  const shown =
    results.length <= most ? results : [...results].sort((a, b) => Number(isDone(a)) - Number(isDone(b))).slice(0, most)
  const more =
    results.length > shown.length ? `\n\n… and ${results.length - shown.length} more; all are in the outputs.` : ''
  const pushed = pushedPlaces(record.pushes)
  return `${table(
    HEAD,
    shown.map((result) => row(result, record, pushed)),
  )}${more}`
}

function row(
  result: BuildResult,
  record: RunRecord,
  pushed: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const { plan, status, seconds, closureSize } = result
  const choice = plan.choice
  const cost = plan.candidates.find(({ chosen }) => chosen)?.cost
  const toBuild = Object.entries(cost?.toBuild ?? {}).filter(([, number]) => number > 0)
  const work = [
    toBuild.map(([system, number]) => `${number} × ${system}`).join(', ') || 'nothing',
    ...(cost !== undefined && cost.bytesToFetch > 0 ? [formatBytes(cost.bytesToFetch)] : []),
  ]
  const paths = Object.values(choice?.evaluated.outputs ?? {})
  const places = [...new Set(paths.flatMap((path) => pushed.get(path) ?? []))]
  return [
    MARKS[status],
    code(plan.target.name),
    code(plan.package),
    choice === undefined ? '–' : title(choice),
    prose(plan.reason),
    cost === undefined ? '–' : work.map(unbroken).join('<br>'),
    seconds > 0 ? unbroken(formatSeconds(seconds)) : '–',
    closureSize === undefined
      ? '–'
      : [unbroken(formatBytes(closureSize)), ...change(result, record), ...origins(result, record)].join('<br>'),
    paths.length === 0 ? '–' : [...paths.map(code), ...places.map((place) => `→ ${code(place)}`)].join('<br>'),
  ]
}

/** Numbers with their units stay on one line: narrow columns make high rows. */
const unbroken = (text: string): string => prose(text).replaceAll(' ', '\u00a0')

/** How much larger or smaller the closure is than in the last run. */
function change({ plan, closureSize = 0, status }: BuildResult, { earlierSize }: RunRecord): readonly string[] {
  const before = status === 'failed' ? undefined : earlierSize?.(plan.target.name, plan.package)
  if (before === undefined) return []
  const bytes = closureSize - before
  return [unbroken(bytes === 0 ? '± 0' : `${bytes > 0 ? '+' : '−'} ${formatBytes(Math.abs(bytes))}`)]
}

/** Where the paths of the closure came from. */
function origins(result: BuildResult, record: RunRecord): readonly string[] {
  const parts = closureParts(result, record)
  if (parts === undefined || parts.paths.length < 2) return []
  const shares = (['built', 'fetched', 'reused'] as const).filter((name) => parts[name].paths > 0)
  return shares.map((name) => unbroken(`${parts[name].paths} ${name}`))
}

/** Path → destinations that have it. */
function pushedPlaces(pushes: readonly PushReport[]): ReadonlyMap<string, readonly string[]> {
  const places = new Map<string, string[]>()
  for (const { destination, paths } of pushes) {
    for (const { path, status } of paths) {
      if (status !== 'failed')
        places.set(path, [...(places.get(path) ?? []), status === 'upstream' ? 'upstream' : destination])
    }
  }
  return places
}

/** One row for each destination. */
export function pushTable(pushes: readonly PushReport[]): string {
  if (pushes.length === 0) return ''
  const rows = pushes.map(({ destination, status, reason, paths, seconds, verified }) => {
    const of = (wanted: string) => paths.filter((path) => path.status === wanted)
    const bytes = of('pushed').reduce((sum, path) => sum + path.bytes, 0)
    const outcome = { ok: '✅', failed: '❌', skipped: '⏭️' }[status]
    return [
      outcome + (reason === undefined ? '' : ` ${prose(reason)}`),
      code(destination),
      `${of('pushed').length} (${formatBytes(bytes)})`,
      String(of('present').length),
      String(of('upstream').length),
      String(verified),
      formatSeconds(seconds),
    ]
  })
  return `### Pushed\n\n${table(['', 'Destination', 'New paths', 'There already', 'Upstream has', 'Read back', 'Time'], rows)}`
}

/** One row for each foreign system. */
export function emulators({ emulators: all }: RunRecord): string {
  if (all.length === 0) return ''
  const rows = all.map((emulator) => {
    const version = emulator.status === 'failed' ? '–' : prose(emulator.version ?? 'unknown')
    return [
      code(emulator.system),
      emulator.status === 'failed' ? '❌ failed' : emulator.status,
      version,
      prose(emulator.reason),
    ]
  })
  return `### Emulators\n\n${table(['System', 'Status', 'QEMU', 'What was done'], rows)}`
}

/** What was tried and failed before what is in the table. */
export function fallbacks(results: readonly BuildResult[]): string {
  const rows = results.flatMap(({ plan, attempts = [] }) =>
    attempts.map((attempt) => [
      code(plan.target.name),
      code(plan.package),
      attempt.plan.choice === undefined ? '–' : title(attempt.plan.choice),
      plan.choice === undefined ? '–' : title(plan.choice),
      prose((attempt.error ?? '').split('\n')[0] ?? ''),
    ]),
  )
  return rows.length === 0
    ? ''
    : `### Fell back\n\n${table(['Target', 'Package', 'Tried first', 'Then', 'Why it failed'], rows)}`
}

/** Why the other strategies were not taken. */
export function alternatives(results: readonly BuildResult[]): string {
  const rows = results.flatMap(({ plan }) =>
    plan.candidates
      .filter(({ chosen }) => !chosen)
      .map((candidate) => [code(plan.target.name), code(plan.package), title(candidate), prose(candidate.reason)]),
  )
  return rows.length === 0
    ? ''
    : details('Strategies that were not taken', table(['Target', 'Package', 'Strategy', 'Why not'], rows))
}
