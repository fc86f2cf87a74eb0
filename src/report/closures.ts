import { type BuildResult, realisedPaths } from '../build/types.ts'
import type { PathInfo } from '../nix/json.ts'
import { storeName } from '../nix/store-path.ts'
import { formatBytes } from '../nix/units.ts'
import { code, details, prose, table } from './markdown.ts'
import type { RunRecord } from './types.ts'

const MOST_ROWS = 50
const MOST_PATHS = 4

/** What a closure consists of, by where its paths came from in this run. */
export interface Closure {
  readonly paths: readonly PathInfo[]
  readonly built: Share
  readonly fetched: Share
  /** In the store before the run. */
  readonly reused: Share
}

interface Share {
  readonly paths: number
  /** NAR size. */
  readonly bytes: number
}

/** The closure of all outputs of a result; undefined where it was not realised. */
export function closureParts(
  result: BuildResult,
  { pathInfos, derivations, fetched }: Pick<RunRecord, 'pathInfos' | 'derivations' | 'fetched'>,
): Closure | undefined {
  const found = new Map<string, PathInfo>()
  const open: string[] = [...realisedPaths(result)]
  if (open.length === 0) return undefined
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const info = pathInfos.get(path)
    if (info === undefined || found.has(path)) continue
    found.set(path, info)
    open.push(...info.references)
  }
  const built = new Set(derivations.filter(({ status }) => status === 'built').map(({ drvPath }) => drvPath))
  const of = (wanted: string): Share => {
    const paths = [...found.values()].filter((info) => sourceOf(info, built, fetched) === wanted)
    return { paths: paths.length, bytes: paths.reduce((sum, { narSize }) => sum + narSize, 0) }
  }
  return { paths: [...found.values()], built: of('built'), fetched: of('fetched'), reused: of('reused') }
}

const sourceOf = ({ path, deriver }: PathInfo, built: ReadonlySet<string>, fetched: ReadonlySet<string>) =>
  fetched.has(path) ? 'fetched' : deriver !== undefined && built.has(deriver) ? 'built' : 'reused'

/** What the closures consist of, the largest first, folded. */
export function closureSection(record: RunRecord): string {
  const realised = record.results
    .filter(({ closureSize }) => closureSize !== undefined)
    .sort((a, b) => (b.closureSize ?? 0) - (a.closureSize ?? 0))
  const rows = realised.slice(0, MOST_ROWS).flatMap((result) => {
    const closure = closureParts(result, record)
    return closure === undefined || closure.paths.length < 2 ? [] : [{ result, closure }]
  })
  if (rows.length === 0) return ''
  const cells = rows.map(({ result: { plan, closureSize = 0 }, closure }) => [
    code(plan.target.name),
    code(plan.package),
    `${formatBytes(closureSize)} in ${closure.paths.length} paths`,
    share(closure.built),
    share(closure.fetched),
    share(closure.reused),
    largest(closure.paths),
  ])
  const more = realised.length > MOST_ROWS ? `\n\n… and ${realised.length - MOST_ROWS} smaller ones.` : ''
  const head = ['Target', 'Package', 'Closure', 'Built', 'Fetched', 'Reused', 'Largest paths']
  return details('What the closures consist of', `${table(head, cells)}${more}`)
}

const share = ({ paths, bytes }: Share): string => (paths === 0 ? '–' : `${formatBytes(bytes)} in ${paths}`)

const largest = (paths: readonly PathInfo[]): string =>
  [...paths]
    .sort((a, b) => b.narSize - a.narSize)
    .slice(0, MOST_PATHS)
    .map(({ path, narSize }) => `${prose(storeName(path))} (${formatBytes(narSize)})`)
    .join(', ')
