import type { Masks } from './masks.ts'
import type { Place } from './place.ts'

export type StageName = 'pre' | 'main' | 'post' | 'run'

export interface Annotation {
  level: 'notice' | 'warning' | 'error'
  stage: StageName
  message: string
  properties: Record<string, string>
}

/** What all stages of a job share and change. */
export interface Job {
  readonly place: Place
  readonly temp: string
  readonly masks: Masks
  readonly debug: boolean
  /** The log as GitHub shows it: masked. */
  readonly lines: string[]
  readonly annotations: Annotation[]
  readonly summaries: string[]
  /** What steps added by GITHUB_ENV and GITHUB_PATH; the last path is searched first. */
  env: Record<string, string>
  paths: string[]
  readonly onLine: (line: string) => void
}

/** What one step keeps between its stages. */
export interface StepMemory {
  state: Record<string, string>
  outputs: Record<string, string>
}
