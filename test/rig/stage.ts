import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { addPaths, type FileCommand, fileCommands, parsePairs, summaryLimit } from './file-commands.ts'
import type { Job, StageName, StepMemory } from './job.ts'
import { StageOutput } from './stage-output.ts'

export interface StageResult {
  stage: StageName
  /** Exit code; null where a signal ended it. */
  code: number | null
  signal: NodeJS.Signals | null
  /** Exit code 0 and no command that the runner refuses. */
  ok: boolean
  seconds: number
  /** Its output stayed open for 5 s after it ended: something that it started still holds it. */
  outputHeld: boolean
}

export interface StageRequest {
  stage: StageName
  argv: readonly string[]
  cwd: string
  env: Record<string, string>
  memory: StepMemory
  /** Called with a function that signals the program. */
  onStart: (signal: (name: NodeJS.Signals) => void) => void
}

/** Runs one process of a step as the runner does and takes in all that it says. */
export async function runStage(job: Job, request: StageRequest): Promise<StageResult> {
  const started = Date.now()
  const files = makeFiles(job)
  const env: Record<string, string> = { ...request.env }
  for (const [name, file] of Object.entries(files)) env[`GITHUB_${name}`] = file
  const reader = new StageOutput(job, request)
  const child = job.place.spawn(request.argv, request.cwd, env)
  child.stdout?.on('data', reader.stream())
  child.stderr?.on('data', reader.stream())
  request.onStart((name) => job.place.signal(child, name))

  const closed = once(child, 'close')
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  const patience = new AbortController()
  const outputHeld = await Promise.race([closed.then(() => false), sleep(5000, true, { signal: patience.signal })])
  patience.abort()
  if (outputHeld) {
    child.stdout?.destroy()
    child.stderr?.destroy()
  }
  reader.end()
  takeFiles(job, request, files, reader)
  return {
    stage: request.stage,
    code,
    signal,
    ok: code === 0 && !reader.refused,
    seconds: (Date.now() - started) / 1000,
    outputHeld,
  }
}

type Files = Record<FileCommand, string>

function makeFiles(job: Job): Files {
  const id = randomUUID()
  const files = Object.entries(fileCommands).map(
    ([name, prefix]) => [name, join(job.temp, '_runner_file_commands', prefix + id)] as const,
  )
  for (const [, file] of files) job.place.write(file, '')
  return Object.fromEntries(files) as Files
}

/** The runner reads its files when the process has ended; a broken one fails the step, the others still count. */
function takeFiles(job: Job, request: StageRequest, files: Files, reader: StageOutput): void {
  const text = (name: FileCommand): string => readFileSync(job.place.view(files[name]), 'utf8')
  const take: Record<FileCommand, () => void> = {
    PATH: () => {
      job.paths = addPaths(job.paths, text('PATH'))
    },
    ENV: () => {
      for (const [name, value] of parsePairs(text('ENV'))) {
        if (name.toUpperCase() === 'NODE_OPTIONS')
          reader.annotate('error', "Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.")
        else job.env[name] = value
      }
    },
    STEP_SUMMARY: () => {
      const { size } = statSync(job.place.view(files.STEP_SUMMARY))
      if (size > summaryLimit)
        reader.annotate(
          'error',
          `$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k, got ${Math.floor(size / 1024)}k`,
        )
      else if (size > 0) job.summaries.push(job.masks.hide(text('STEP_SUMMARY')))
    },
    STATE: () => void Object.assign(request.memory.state, Object.fromEntries(parsePairs(text('STATE')))),
    OUTPUT: () => void Object.assign(request.memory.outputs, Object.fromEntries(parsePairs(text('OUTPUT')))),
  }
  for (const name of Object.keys(fileCommands) as FileCommand[]) {
    try {
      take[name]()
    } catch (error) {
      reader.refused = true
      reader.annotate(
        'error',
        `Unable to process file command '${name.toLowerCase()}' successfully. ${(error as Error).message}`,
      )
    }
    job.place.remove(files[name])
  }
}
