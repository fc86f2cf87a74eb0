import { appendFileSync } from 'node:fs'
import * as core from '@actions/core'
import { UserError } from './errors.ts'
import type { Job, Log } from './ports.ts'

/** What later steps see, told to the runner by its files. @throws UserError where one of those cannot be written */
export function createJob(log: Log): Job {
  return {
    output: (name, value) => tell(() => core.setOutput(name, value)),
    exportVariable: (name, value) => tell(() => core.exportVariable(name, value)),
    addPath: (path) => tell(() => core.addPath(path)),
    summary: async (markdown) => {
      const file = process.env.GITHUB_STEP_SUMMARY
      if (!file) return log.debug('GITHUB_STEP_SUMMARY is not set: no job summary')
      try {
        appendFileSync(file, markdown)
      } catch (error) {
        log.warning(`the job summary cannot be written: ${reasonOf(error)}`)
      }
    },
  }
}

/** Remembers something for post. @throws UserError */
export const remember = (name: string, value: string): void => tell(() => core.saveState(name, value))

function tell(work: () => void): void {
  try {
    work()
  } catch (error) {
    throw new UserError(
      `a file in which the runner is told of outputs and variables cannot be written: ${reasonOf(error)}`,
    )
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
