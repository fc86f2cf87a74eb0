import type { Inputs } from '../inputs/inputs.ts'
import type { StorePath } from '../nix/store-path.ts'
import type { Runner } from '../runner/ports.ts'
import type { Plan } from '../strategy/types.ts'
import { checkArchitecture } from './architecture.ts'
import { smokeTest } from './smoke-test.ts'

const SHOWN_FILES = 10

/**
 * Checks a package that was built: its files are for the target, and the workflow's smoke test passes.
 * @param cannotRun why programs of the target do not run here
 * @returns what is wrong; undefined where nothing is
 */
export async function examine(
  runner: Runner,
  inputs: Inputs,
  plan: Plan,
  outputs: readonly StorePath[],
  cannotRun: string | undefined,
): Promise<string | undefined> {
  if (inputs.checkArchitecture) {
    const wrong = await checkArchitecture(outputs, plan.target.system)
    if (wrong.length > 0) return describeWrong(plan, wrong)
  }
  if (inputs.smokeTest !== undefined && cannotRun !== undefined) {
    return `the smoke test cannot run on this machine: ${cannotRun}`
  }
  return inputs.smokeTest && (await smokeTest(runner, inputs.smokeTest, outputs, inputs.silentTimeout))
}

function describeWrong(plan: Plan, wrong: readonly string[]): string {
  const more = wrong.length > SHOWN_FILES ? [`… and ${wrong.length - SHOWN_FILES} more`] : []
  return [
    `${wrong.length} file(s) in the outputs of ${plan.package} are not for ${plan.target.name}:`,
    ...wrong.slice(0, SHOWN_FILES).map((file) => `  ${file}`),
    ...more,
    'Build them for the target, or set check-architecture: false where they are meant to be there.',
  ].join('\n')
}
