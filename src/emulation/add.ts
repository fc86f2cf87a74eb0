import { release } from 'node:os'
import type { System } from '../nix/system.ts'
import { CommandError } from '../runner/errors.ts'
import type { Runner } from '../runner/ports.ts'
import type { Architecture } from './architectures.ts'
import type { Finding, Found } from './find.ts'
import { registerRefusal } from './obstacles.ts'
import type { Prover } from './prove.ts'
import { type Decision, entryName, flagsFor, registrationLine } from './registrations.ts'
import { readEntry, register, unregister } from './table.ts'

/** What became of one architecture; its systems share it. */
export type Outcome =
  | { readonly status: 'kept' | 'registered' | 'replaced'; interpreter?: string; version?: string; reason: string }
  | { readonly status: 'failed'; readonly reason: string }

export interface Work {
  readonly runner: Runner
  readonly prover: Prover
  readonly machine: System
  readonly tag: string
}

export type Registration = Extract<Decision, { action: 'register' }>

/** Registers a found emulator as was decided, and proves it; takes it out again where it does not work. */
export async function add(
  work: Work,
  architecture: Architecture,
  decision: Registration,
  found: Finding | undefined,
): Promise<Outcome> {
  if (found === undefined || !('path' in found)) {
    const advice = 'install Debian’s qemu-user-static, or give qemu-source a folder with a static one'
    return { status: 'failed', reason: `${found?.missing ?? 'no emulator was found'}; ${advice}` }
  }
  const name = entryName(architecture, work.tag)
  const refusal = await tryRegister(work, architecture, decision, name, found)
  if (refusal !== undefined) return { status: 'failed', reason: refusal }
  const [entry] = readEntry(name)
  const execution = await work.prover.execute(architecture)
  if (entry?.flags.includes('F') !== true || execution.kind !== 'emulated') {
    await unregister(work.runner, name)
    const detail = execution.kind === 'none' ? execution.detail : 'the kernel did not take flag F'
    return { status: 'failed', reason: `${found.path} was registered, but our test program did not run: ${detail}` }
  }
  const { path: interpreter, version, origin } = found
  const reason = `registered ${interpreter} from ${origin}, flags ${entry.flags}${decision.reason && `; it ${decision.reason}`}`
  const status = decision.over.length > 0 || decision.stale ? 'replaced' : 'registered'
  return { status, interpreter, reason, ...(version && { version }) }
}

/** Writes the entry; gives why the kernel refused it. */
async function tryRegister(
  { runner }: Work,
  architecture: Architecture,
  decision: Registration,
  name: string,
  { path, version }: Found,
): Promise<string | undefined> {
  try {
    if (decision.stale) await unregister(runner, name)
    await register(runner, name, path, registrationLine(name, architecture, path, flagsFor(release(), version)))
    return undefined
  } catch (error) {
    return registerRefusal(said(error), path)
  }
}

/** What a failed write or command said. */
export function said(error: unknown): string {
  if (error instanceof CommandError) return error.result.stderr
  return error instanceof Error ? error.message : String(error)
}
