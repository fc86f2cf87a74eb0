import { mismatchIn } from '../nix/explain-store.ts'
import { bound } from '../nix/log-text.ts'
import { count } from '../nix/units.ts'
import { UserError } from '../runner/errors.ts'
import type { Runner } from '../runner/ports.ts'
import { labelText } from '../strategy/matrix/runners.ts'
import type { LeftOut } from '../strategy/matrix/targets.ts'
import type { Entry, Job, RunnerLabel } from '../strategy/matrix/types.ts'
import { whereOf } from './annotations.ts'
import { openCheckout } from './checkout.ts'
import { renderMatrixSummary } from './matrix-summary.ts'
import { fitting } from './results.ts'
import type { ReportedFlake } from './types.ts'

/** All that the plan action tells. */
export interface MatrixRecord {
  readonly flake: Pick<ReportedFlake, 'url'>
  readonly jobs: readonly Job[]
  readonly entries: readonly Entry[]
  readonly leftOut: readonly LeftOut[]
}

/** One entry of the output `matrix`, as the steps of a job see it. */
export interface MatrixObject {
  readonly target: string
  /** Separated by spaces. */
  readonly packages: string
  readonly strategy: string
  readonly runner: RunnerLabel
  readonly reason: string
  /** Estimated seconds. */
  readonly cost: number
}

const LONGEST_REASON = 300
/** GitHub takes 1 MB of outputs from a job, and counts UTF-16. */
const LONGEST_MATRIX = 500_000

/** The output `matrix`: for `strategy.matrix` as it is. @throws UserError where GitHub would not take it */
function matrixText(jobs: readonly Job[]): string {
  const include = jobs.map(
    ({ target, entries, strategy, runner, reason, cost }): MatrixObject => ({
      target,
      packages: entries.map((entry) => entry.package).join(' '),
      strategy,
      runner,
      reason: bound(reason, LONGEST_REASON),
      cost,
    }),
  )
  const text = JSON.stringify({ include })
  if (text.length <= LONGEST_MATRIX) return text
  throw new UserError(
    `the matrix has ${text.length} characters, and GitHub takes no more than 1 MB of outputs from a job: name fewer packages or targets`,
  )
}

/** The output `plan`: what became of each package. Where it would be too large, the least useful goes first. */
function planText({ entries, jobs }: MatrixRecord): { text: string; shortened: boolean } {
  const objects = entries.map((entry) => ({
    target: entry.target,
    package: entry.package,
    status: entry.status,
    strategy: entry.strategy,
    method: entry.method ?? null,
    reason: entry.reason,
    runner: entry.status === 'skipped' ? null : entry.runner,
    drvPath: entry.drvPath ?? null,
    toBuild: entry.toBuild.length,
    /** Place of its job in the matrix. */
    job: entry.status === 'skipped' ? null : jobs.findIndex((job) => job.entries.includes(entry)),
  }))
  const text = fitting([
    objects,
    objects.map(({ reason, ...rest }) => ({ ...rest, reason: bound(reason, 60) })),
    objects.map(({ reason: _, drvPath: __, runner: ___, method: ____, ...rest }) => rest),
  ])
  return { text, shortened: text !== JSON.stringify(objects) }
}

/** Tells the plan: outputs, job summary, log, a warning for each package that cannot be had. */
export async function reportMatrix(runner: Runner, record: MatrixRecord): Promise<void> {
  const { job, log } = runner
  const { jobs, entries, leftOut } = record
  job.output('matrix', matrixText(jobs))
  job.output('has-jobs', String(jobs.length > 0))
  const plan = planText(record)
  job.output('plan', plan.text)
  if (plan.shortened) log.warning('The output plan was shortened: GitHub takes 1 MB of outputs from a job')
  await job.summary(renderMatrixSummary(record))
  for (const { system, reason } of leftOut) log.info(`${system} is left out: ${reason}`)
  for (const entry of entries.filter(({ status }) => status === 'skipped'))
    log.info(`${entry.package} for ${entry.target} needs no job: ${entry.reason}`)
  for (const [index, { target, strategy, runner: label, entries: own, reason }] of jobs.entries()) {
    const packages = own.map((entry) => entry.package).join(' ')
    log.info(`job ${index + 1}: ${target} (${strategy}) on ${labelText(label)}: ${packages}: ${reason}`)
  }
  warnFailed(runner, record)
  log.info(`${count(jobs.length, 'job')} for ${count(entries.length, 'package')}`)
}

/** GitHub shows ten warnings of a step. */
const MOST_WARNINGS = 9

function warnFailed({ log, facts }: Runner, { entries, flake }: MatrixRecord): void {
  const checkout = openCheckout(flake.url, facts.workspace)
  const placeOf = (reason: string) => {
    const mismatch = mismatchIn(reason)
    return checkout.placeIn(reason) ?? (mismatch && checkout.placesOf(mismatch)[0])
  }
  const failed = entries.filter(({ status }) => status === 'failed')
  for (const entry of failed.slice(0, MOST_WARNINGS))
    log.warning(`${entry.package} for ${entry.target}: ${entry.reason}`, {
      title: 'This job will fail',
      ...whereOf(placeOf(entry.reason)),
    })
  const more = failed.slice(MOST_WARNINGS)
  if (more.length > 0)
    log.warning(
      `${more.length} more cannot be had: ${more.map((entry) => `${entry.package} for ${entry.target}`).join(', ')}`,
    )
}
