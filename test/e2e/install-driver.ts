// Plays main's part, or post's, for the install room alone, inside a machine: JSON on standard input, a JSON answer on
// a line of its own. Post finds the folder of the run in STATE_folder, as the runner hands it over.
import { statSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import type { Inputs } from '../../src/inputs/inputs.ts'
import { applySettings, type Installed, installNix, type Settings } from '../../src/install/install.ts'
import { nixCommand } from '../../src/nix/nix.ts'
import { openRunner, reopenRunner } from '../../src/runner/runner.ts'

export interface Job {
  readonly verb: 'install' | 'post'
  readonly inputs?: Partial<Pick<Inputs, 'nixSource' | 'nixVersion' | 'extraNixConfig' | 'githubToken'>>
  readonly apply?: Settings
  /** Commands of the installed Nix to run then: tool and arguments. */
  readonly run?: readonly (readonly string[])[]
}

export interface Answer {
  readonly folder: string
  readonly installed?: Installed
  readonly confMode?: string
  readonly runs?: readonly { readonly exitCode: number; readonly stdout: string; readonly stderr: string }[]
  readonly thrown?: string
  readonly seconds?: number
}

const job = JSON.parse(await text(process.stdin)) as Job
const runner = job.verb === 'post' ? await reopenRunner() : await openRunner()
if (runner === undefined) throw new Error('no folder to go on with')
let answer: Answer = { folder: runner.facts.folder }
try {
  if (job.verb === 'post') await runner.undo()
  else {
    const defaults = {
      nixSource: { kind: 'auto' },
      nixVersion: '2.34.7',
      extraNixConfig: '',
      githubToken: undefined,
    } as const
    const began = performance.now()
    let installed = await installNix(runner, { ...defaults, ...job.inputs })
    answer = { ...answer, installed, seconds: (performance.now() - began) / 1000 }
    if (job.apply !== undefined) installed = await applySettings(runner, installed, job.apply)
    const runs: NonNullable<Answer['runs']>[number][] = []
    for (const [tool = '', ...args] of job.run ?? []) {
      const command = nixCommand(installed.nix, tool, args)
      runs.push(await runner.commands.run(command, { accept: 'any', timeoutSeconds: 120 }))
    }
    const confMode = (statSync(`${runner.facts.folder}/nix.conf`).mode & 0o777).toString(8)
    answer = { ...answer, installed, runs, confMode }
  }
} catch (cause) {
  answer = { ...answer, thrown: cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause) }
}
process.stdout.write(`\n${JSON.stringify(answer)}\n`)
await runner.close()
