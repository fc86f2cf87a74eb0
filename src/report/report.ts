import { join } from 'node:path'
import { type BuildResult, realisedPaths } from '../build/types.ts'
import { formatSeconds } from '../nix/units.ts'
import type { PushedPath } from '../push/types.ts'
import type { Runner } from '../runner/ports.ts'
import { annotationsOf } from './annotations.ts'
import { openCheckout } from './checkout.ts'
import { crossCommands, sharedReference } from './consumer.ts'
import { buildManifest } from './manifest.ts'
import { outputTexts } from './results.ts'
import { renderSummary } from './summary.ts'
import type { RunRecord } from './types.ts'

/**
 * Tells what was done: outputs of the step, the manifest file, the job summary, annotations, a last look in the log.
 * @returns whether everything that was asked for was done
 */
export async function report(runner: Runner, given: RunRecord): Promise<boolean> {
  const record = { ...given, flake: { ...given.flake, shared: sharedReference(given.flake, runner.facts.env) } }
  const { results, pushes, inputs } = record
  const manifest = join(runner.facts.folder, 'manifest.json')
  const content = `${JSON.stringify(buildManifest(record, new Date().toISOString()), undefined, 2)}\n`
  await runner.files.write(manifest, content)
  writeOutputs(runner, record, manifest)
  await runner.job.summary(renderSummary(record))
  for (const result of results) runner.log.info(resultLine(result))
  const commands = crossCommands(results, record.flake.shared)
  if (commands.length > 0)
    await runner.log.group('How to get what was cross-compiled', async () => {
      for (const command of commands) runner.log.info(command)
    })
  const checkout = openCheckout(record.flake.url, runner.facts.workspace)
  for (const { level, text, where } of annotationsOf(results, pushes, inputs.onPushFailure, checkout)) {
    if (level === 'error') runner.log.error(text, where)
    else runner.log.warning(text, where)
  }
  const pushed = pushes.every(({ status }) => status !== 'failed') || inputs.onPushFailure === 'warn'
  return pushed && results.every(({ status }) => status !== 'failed' && status !== 'skipped')
}

function writeOutputs({ job, log }: Runner, record: RunRecord, manifest: string): void {
  const { results, pushes, installed, inputs } = record
  const texts = outputTexts(results)
  if (texts.shortened)
    log.warning('The outputs results and plan were shortened: GitHub takes 1 MB of outputs from a job')
  const paths = pushes.flatMap((push) => push.paths)
  const number = (wanted: readonly PushedPath['status'][]): string =>
    String(paths.filter(({ status }) => wanted.includes(status)).length)
  const bytes = paths.filter(({ status }) => status === 'pushed').reduce((sum, path) => sum + path.bytes, 0)
  const strategies = [...new Set(results.flatMap(({ plan }) => plan.choice?.strategy ?? []))]
  job.output('results', texts.results)
  job.output('plan', texts.plan)
  job.output('store-paths', [...new Set(results.flatMap(realisedPaths))].join('\n'))
  job.output('manifest', manifest)
  job.output('strategy', inputs.targets.length === 1 && strategies.length === 1 ? (strategies[0] ?? '') : '')
  job.output('pushed-paths', number(['pushed']))
  job.output('pushed-bytes', String(bytes))
  job.output('skipped-paths', number(['present', 'upstream']))
  job.output('nix-version', installed.nix.version.text)
  job.output('nix-installed', String(installed.installed))
  job.output('cache-hit', String(record.cacheHit))
}

function resultLine(result: BuildResult): string {
  const { plan, status, seconds } = result
  const how = plan.choice === undefined ? '' : ` (${plan.choice.strategy})`
  const time = seconds > 0 ? ` in ${formatSeconds(seconds)}` : ''
  const paths = realisedPaths(result)
  return `${plan.package} for ${plan.target.name}${how}: ${status}${time}${paths.length === 0 ? '' : `: ${paths.join(' ')}`}`
}
