import { buildPlans } from './build/build.ts'
import { ensureEmulators, nixSettings, surveyEmulation } from './emulation/emulation.ts'
import { parseInputs, type ReadInput, secretInputs } from './inputs/parse.ts'
import { refuseUnsupported } from './inputs/unsupported.ts'
import { applySettings, installNix } from './install/install.ts'
import { readFlake } from './nix/flake.ts'
import { systemOf } from './nix/system.ts'
import { preflight, pushClosures } from './push/push.ts'
import { report } from './report/report.ts'
import type { Runner } from './runner/ports.ts'
import { planTargets } from './strategy/plan.ts'

/**
 * The whole job, in order: inputs → install → emulation → strategy → build → push → report.
 * @returns whether everything that was asked for was done
 */
export async function runPipeline(runner: Runner, read: ReadInput): Promise<boolean> {
  for (const secret of secretInputs(read)) runner.log.mask(secret)
  const inputs = parseInputs(read, systemOf(process.arch, process.platform))
}
