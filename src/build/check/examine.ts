import type { Inputs } from '../../inputs/inputs.ts'
import type { Nix } from '../../nix/nix.ts'
import type { StorePath } from '../../nix/store-path.ts'
import type { System } from '../../nix/system.ts'
import type { Runner } from '../../runner/ports.ts'
import type { Plan } from '../../strategy/types.ts'
import { checkArchitecture } from './architecture.ts'
import { launcherFor } from './launcher.ts'
import { smokeTest } from './smoke-test.ts'

const SHOWN_FILES = 10

/** What is wrong with a package, or what could not be tried. */
export interface Examined {
  readonly error?: string
  readonly notes?: readonly string[]
  /** What is wrong is that its files are for another system. */
  readonly notForTarget?: boolean
}

/**
 * Checks a package that was built: its files are for the target, and the workflow's smoke test passes.
 * @param cannotRun why programs of the target do not run here
 */
export async function examine(
  runner: Runner,
  inputs: Inputs,
  { system: machine }: Pick<Nix, 'system'>,
  plan: Plan,
  outputs: readonly StorePath[],
  cannotRun: string | undefined,
): Promise<Examined> {
  if (inputs.checkArchitecture) {
    const wrong = await checkArchitecture(outputs, plan.target.system, machine)
    if (wrong.length > 0) return { error: describeWrong(plan, wrong), notForTarget: true }
  }
  if (inputs.smokeTest === undefined) return {}
  if (cannotRun !== undefined) return { error: `the smoke test cannot run on this machine: ${cannotRun}` }
  const launcher = findLauncher(runner, plan.target.system, machine)
  if (typeof launcher === 'string') return skipped(runner, plan, launcher)
  const error = await smokeTest(runner, inputs.smokeTest, outputs, inputs.silentTimeout, launcher)
  return error === undefined ? {} : { error }
}

/** What starts programs of the target; undefined where the kernel does, a text where nothing here can. */
function findLauncher(runner: Runner, target: System, machine: System) {
  const kind = launcherFor(target, machine)
  if (kind === undefined || typeof kind === 'string') return kind
  const place = runner.commands.find(kind.tool)
  return place === undefined ? `${kind.tool} is not installed here` : { kind, place }
}

function skipped(runner: Runner, plan: Plan, why: string): Examined {
  const note = `The smoke test was skipped: ${why}, and nothing else starts ${plan.target.system} programs.`
  runner.log.info(`smoke-test> ${plan.package} for ${plan.target.name}: ${note}`)
  return { notes: [note] }
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
