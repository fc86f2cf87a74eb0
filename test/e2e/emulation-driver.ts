// Plays main's part, or post's, for the emulation room alone, inside a machine: JSON on standard input, a JSON answer
// on a line of its own. Post finds the folder of the run in STATE_folder, as the runner hands it over.
import { text } from 'node:stream/consumers'
import { ensureEmulators, surveyEmulation } from '../../src/emulation/emulation.ts'
import type { EmulationFacts, Emulator } from '../../src/emulation/types.ts'
import type { QemuSource } from '../../src/inputs/inputs.ts'
import type { Nix } from '../../src/nix/nix.ts'
import type { System } from '../../src/nix/system.ts'
import { parseNixVersion } from '../../src/nix/version.ts'
import { openRunner, reopenRunner } from '../../src/runner/runner.ts'

export interface Job {
  readonly verb: 'survey' | 'ensure' | 'post'
  readonly systems?: readonly string[]
  readonly source?: QemuSource
  /** Version of the Nix in /usr/bin. */
  readonly nix?: string
}

export interface Answer {
  /** Private folder of the run. */
  readonly folder: string
  readonly emulators?: readonly Emulator[]
  readonly facts?: EmulationFacts
  readonly thrown?: string
}

const job = JSON.parse(await text(process.stdin)) as Job
const runner = job.verb === 'post' ? await reopenRunner() : await openRunner()
if (runner === undefined) throw new Error('no folder to go on with')
const systems = (job.systems ?? []) as readonly System[]
const version = job.nix === undefined ? undefined : parseNixVersion(`nix (Nix) ${job.nix}`)
const nix: Nix | undefined = version && {
  bin: '/usr/bin',
  version,
  system: 'x86_64-linux' as System,
  storeDirectory: '/nix/store',
  mode: 'single-user',
  trusted: true,

  substituters: [],
  env: {},
}
let answer: Answer = { folder: runner.facts.folder }
try {
  if (job.verb === 'survey') answer = { ...answer, facts: await surveyEmulation(runner, systems) }
  else if (job.verb === 'post') await runner.undo()
  else {
    const source = job.source ?? { kind: 'auto' }
    answer = { ...answer, emulators: await ensureEmulators(runner, systems, source, nix) }
  }
} catch (cause) {
  answer = { ...answer, thrown: cause instanceof Error ? cause.message : String(cause) }
}
process.stdout.write(`\n${JSON.stringify(answer)}\n`)
await runner.close()
