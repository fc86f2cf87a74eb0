import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { QemuSource } from '../inputs/inputs.ts'
import type { Nix } from '../nix/nix.ts'
import { type System, systemOf } from '../nix/system.ts'
import type { Runner } from '../runner/ports.ts'
import { add, type Outcome, type Registration, said, type Work } from './add.ts'
import { type Architecture, architectureOf } from './architectures.ts'
import type { Execution } from './execution.ts'
import { findEmulators } from './find.ts'
import { failure, mountRefusal, NOT_LINUX, obstacleOf, UNKNOWN } from './obstacles.ts'
import { openProver, type Prover } from './prove.ts'
import { type Decision, decide, entryFault } from './registrations.ts'
import { canLoadModule, mountTable, readTable, type Table } from './table.ts'
import type { Emulator } from './types.ts'

/**
 * Makes this machine execute the programs of foreign systems: keeps the registered emulators that serve, finds and
 * registers others, and proves each by running a program in an empty root. All of it is undone in post.
 * @param systems those that the machine executes by itself are left out of the result
 * @param nix for the source `nix`; undefined where there is none yet
 * @returns one result a system; `failed` with what failed, why and what to do
 */
export async function ensureEmulators(
  runner: Runner,
  systems: readonly System[],
  source: QemuSource,
  nix: Nix | undefined,
): Promise<readonly Emulator[]> {
  const machine = systemOf(process.arch, process.platform)
  const foreign = [...new Set(systems)].filter((system) => system !== machine)
  if (machine === undefined || !machine.endsWith('-linux')) {
    return foreign.map((system) => failed(system, NOT_LINUX))
  }
  const architectures = new Set(foreign.flatMap((system) => architectureOf(system) ?? []))
  if (architectures.size === 0) return foreign.map((system) => failed(system, UNKNOWN))
  const work: Work = { runner, machine, prover: await openProver(runner, machine), tag: tagOf(runner) }
  const executions = new Map<Architecture, Execution>()
  for (const architecture of architectures) executions.set(architecture, await work.prover.execute(architecture))
  const outcomes = await settle(work, executions, source, nix)
  return foreign.flatMap((system) => {
    const architecture = architectureOf(system)
    if (architecture === undefined) return [failed(system, UNKNOWN)]
    const outcome = outcomes.get(architecture)
    return outcome === undefined ? [] : [emulatorOf(system, outcome)]
  })
}

const failed = (system: System, why: string): Emulator => ({ system, status: 'failed', reason: failure(system, why) })

const emulatorOf = (system: System, outcome: Outcome): Emulator =>
  outcome.status === 'failed'
    ? failed(system, outcome.reason)
    : { system, interpreter: undefined, version: undefined, ...outcome }

/** Runner agents of one machine share the kernel's table; the steps of one agent's jobs follow each other. */
function tagOf({ facts }: Runner): string {
  const agent = [facts.env.RUNNER_NAME ?? '', facts.env.RUNNER_TEMP ?? facts.folder].join('\n')
  return createHash('sha256').update(agent).digest('hex').slice(0, 8)
}

/** Decides for each architecture that is not native, and does what was decided. */
async function settle(
  work: Work,
  executions: ReadonlyMap<Architecture, Execution>,
  source: QemuSource,
  nix: Nix | undefined,
): Promise<ReadonlyMap<Architecture, Outcome>> {
  const foreign = [...executions].filter(([, execution]) => execution.kind !== 'native')
  const enough = foreign.every(([, execution]) => execution.kind === 'emulated')
  const { table, obstacle, mounted } = await openTable(work, enough)
  // A table mounted in a user namespace is a new one: what the machine's own served until now is not in it.
  const wanted = mounted ? await executeAll(work.prover, foreign) : foreign
  const outcomes = new Map<Architecture, Outcome>()
  const toRegister = new Map<Architecture, Registration>()
  for (const [architecture, execution] of wanted) {
    const decision = decideFor(work, architecture, execution, table)
    if (decision.action === 'keep') outcomes.set(architecture, await keep(work.runner, decision, execution))
    else if (obstacle === undefined) toRegister.set(architecture, decision)
    else outcomes.set(architecture, { status: 'failed', reason: obstacle })
  }
  if (toRegister.size === 0) return outcomes
  const found = await findEmulators({ ...work, nix }, source, [...toRegister.keys()])
  for (const [architecture, decision] of toRegister) {
    outcomes.set(architecture, await add(work, architecture, decision, found.get(architecture.name)))
  }
  return outcomes
}

const executeAll = async (prover: Prover, before: readonly (readonly [Architecture, Execution])[]) =>
  await Promise.all(before.map(async ([each]) => [each, await prover.execute(each)] as const))

function decideFor({ tag, prover }: Work, architecture: Architecture, execution: Execution, table: Table): Decision {
  const faults = new Map<string, string>()
  for (const entry of table.entries) {
    const fault = entryFault(entry, existsSync(entry.interpreter))
    if (fault !== undefined) faults.set(entry.name, fault)
  }
  const serves = execution.kind === 'emulated'
  return decide({ architecture, entries: table.entries, serves, isolated: prover.isolated, faults, tag })
}

/**
 * Reads the table and mounts it where it is not and something has to be registered.
 * @param enough every emulator that is wanted serves already
 */
async function openTable(
  { runner, prover }: Work,
  enough: boolean,
): Promise<{ table: Table; obstacle: string | undefined; mounted: boolean }> {
  const table = readTable()
  const obstacle = prover.obstacle ?? obstacleOf(table.state, runner.facts.privilege, await canLoadModule(runner))
  if (enough || obstacle !== undefined || table.state === 'mounted') {
    return { table, obstacle, mounted: false }
  }
  try {
    await mountTable(runner)
  } catch (error) {
    return { table, obstacle: mountRefusal(said(error)), mounted: false }
  }
  runner.log.info('mounted binfmt_misc; post unmounts it')
  const own = readTable()
  return { table: own, obstacle: obstacleOf(own.state, runner.facts.privilege, true), mounted: true }
}

async function keep(
  runner: Runner,
  decision: Extract<Decision, { action: 'keep' }>,
  execution: Execution,
): Promise<Outcome> {
  const { entry, adopt, reason } = decision
  // An entry of ours that an earlier step or a killed job left is taken out with this run.
  if (adopt && entry !== undefined) {
    await runner.journal.record({ kind: 'unregister', entry: entry.name, interpreter: entry.interpreter, shared: true })
  }
  const version = execution.kind === 'emulated' ? execution.version : undefined
  return { status: 'kept', reason, ...(entry && { interpreter: entry.interpreter }), ...(version && { version }) }
}

export { nixSettings } from './settings.ts'
export { surveyEmulation } from './survey.ts'
