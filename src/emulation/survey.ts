import { type System, systemOf } from '../nix/system.ts'
import type { Runner } from '../runner/ports.ts'
import { architectureOf, nativeRule } from './architectures.ts'
import { obstacleOf } from './obstacles.ts'
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
    const obstacle = 'this machine does not run Linux, and only Linux starts emulators'
    return { machine, obstacle, systems: systems.map((system) => ownOrNot(machine, system)) }
  }
  const facts = []
  const foreign = systems.some((system) => system !== machine)
  const prover = foreign ? await openProver(runner, machine) : undefined
  for (const system of systems) {
    const architecture = architectureOf(system)
    const rule = nativeRule(machine, system)
    if (prover === undefined || architecture === undefined || rule === 'own') facts.push(ownOrNot(machine, system))
    else facts.push(factsOf(machine, system, await prover.execute(architecture, rule === 'probe' ? system : undefined)))
  }
  const obstacle = obstacleOf(readTable().state, runner.facts.privilege, await canLoadModule(runner))
  return { machine, systems: facts, obstacle }
}
