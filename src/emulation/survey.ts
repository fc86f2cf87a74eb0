import { type System, systemOf } from '../nix/system.ts'
import type { Runner } from '../runner/ports.ts'
import { architectureOf } from './architectures.ts'
import { factsOf, ownOrNot } from './execution.ts'
import { NOT_LINUX, obstacleOf } from './obstacles.ts'
import { openProver } from './prove.ts'
import { canLoadModule, readTable } from './table.ts'
import type { EmulationFacts, SystemFacts } from './types.ts'

/**
 * What this machine executes as it is, found out by running a program of each system; changes nothing outside the run's
 * own folder.
 * @param systems the systems of the targets
 */
export async function surveyEmulation(runner: Runner, systems: readonly System[]): Promise<EmulationFacts> {
  const machine = systemOf(process.arch, process.platform)
  if (machine === undefined || !machine.endsWith('-linux')) {
    return { machine, obstacle: NOT_LINUX, systems: systems.map((system) => ownOrNot(machine, system)) }
  }
  const prover = systems.some((system) => system !== machine) ? await openProver(runner, machine) : undefined
  const facts: SystemFacts[] = []
  for (const system of systems) {
    const architecture = architectureOf(system)
    if (prover === undefined || architecture === undefined || system === machine) facts.push(ownOrNot(machine, system))
    else facts.push(factsOf(machine, system, await prover.execute(architecture)))
  }
  const obstacle =
    prover?.obstacle ?? obstacleOf(readTable().state, runner.facts.privilege, await canLoadModule(runner))
  return { machine, systems: facts, obstacle }
}
