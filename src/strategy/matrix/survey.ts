import { randomBytes } from 'node:crypto'
import { copyFileSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { explainNix } from '../../nix/explain.ts'
import { evaluation, type Nix, pathReference } from '../../nix/nix.ts'
import { CommandError, UserError } from '../../runner/errors.ts'
import { inParallel } from '../../runner/parallel.ts'
import type { Runner } from '../../runner/ports.ts'
import type { OpenFlake } from '../flake.ts'
import { openMiddle } from './middle.ts'
import {
  doneItems,
  emptyState,
  lockedUrl,
  type SurveyEvent,
  type SurveyState,
  takeError,
  takeLine,
  targetOf,
} from './survey-events.ts'
import { type SurveyRequest, SYSTEMS_ID } from './survey-request.ts'

const EVALUATION_LIMIT_SECONDS = 3600
/** Errors that nothing can catch, each of which ends an evaluation; after these a target's rest is left to its job. */
const MOST_ERRORS_OF_A_TARGET = 10
/** The same among the paths that tell for which systems they are; after these, the paths behind are not asked. */
const MOST_ERRORS_OF_SYSTEMS = 50
/** Caught errors whose message is asked for, an evaluation each. */
const MOST_MESSAGES = 25

const FILES = { 'survey-flake.nix': 'flake.nix', 'survey.nix': 'survey.nix', 'answer.nix': 'answer.nix' } as const

/**
 * Asks a flake all questions in one evaluation. Where an error stops it, another goes on behind the item that failed.
 * @param onPortion called with what is known so far in the middle of the last target, and with a target that is whole
 * @throws UserError where the flake cannot be read, or does not evaluate itself
 */
export async function surveyFlake(
  runner: Runner,
  nix: Nix,
  flake: OpenFlake,
  request: SurveyRequest,
  onPortion: (state: SurveyState, whole?: string) => void,
): Promise<SurveyState> {
  const state = emptyState()
  const errors = new Map<string, number>()
  const isMiddle = openMiddle(request, state)
  const onEvent = ({ event, id }: SurveyEvent) => {
    if (event === 'end') onPortion(state, (JSON.parse(id) as string[])[0])
    else if (event === 'answer' && isMiddle()) onPortion(state)
  }
  for (;;) {
    const givenUp = [...errors].filter(([name, count]) => count >= mostErrors(name)).map(([name]) => name)
    const error = await evaluate(runner, nix, flake, { ...request, givenUp }, { state, only: null, onEvent })
    if (error === undefined) break
    const target = state.open === undefined ? undefined : targetOf(state.open)
    if (state.open === undefined || target === undefined) throw await broken(flake, error)
    takeError(state, state.open, error)
    state.open = undefined
    errors.set(target, (errors.get(target) ?? 0) + 1)
  }
  await askMessages(runner, nix, flake, request, state)
  const systems = state.lookups.get(SYSTEMS_ID)
  const onlyThese = request.targets.every(({ onlyExposed }) => onlyExposed)
  if (onlyThese && systems !== undefined && 'error' in systems) throw await broken(flake, systems.error)
  return state
}

const mostErrors = (target: string): number => (target === 'systems' ? MOST_ERRORS_OF_SYSTEMS : MOST_ERRORS_OF_A_TARGET)

async function broken(flake: OpenFlake, error: string): Promise<UserError> {
  const { url } = await flake.read()
  const { sentence, advice } = explainNix(error)
  return new UserError(`flake: "${url}" does not evaluate: ${sentence} ${advice}`.trim())
}

async function askMessages(
  runner: Runner,
  nix: Nix,
  flake: OpenFlake,
  request: SurveyRequest,
  state: SurveyState,
): Promise<void> {
  const thrown = [...state.thrown]
  const asked = thrown.slice(0, MOST_MESSAGES)
  const errors = await inParallel(runner.facts.cpus, asked, (only) =>
    evaluate(
      runner,
      nix,
      flake,
      { ...request, givenUp: [] },
      { state: { ...emptyState(), lists: new Map(state.lists) }, only, onEvent: () => undefined },
    ),
  )
  for (const [index, id] of thrown.entries())
    takeError(state, id, errors[index] ?? 'error: its evaluation throws an error, whose text was not asked for')
}

/** Where an evaluation's answers go. */
interface Telling {
  readonly state: SurveyState
  /** The one item that is evaluated, for its message. */
  readonly only: string | null
  readonly onEvent: (event: SurveyEvent) => void
}

/** @returns the text of the error that ended the evaluation; undefined where it came to its end */
async function evaluate(
  runner: Runner,
  nix: Nix,
  { reference }: OpenFlake,
  request: SurveyRequest & { readonly givenUp: readonly string[] },
  { state, only, onEvent }: Telling,
): Promise<string | undefined> {
  const mark = `@survey-${randomBytes(12).toString('hex')}`
  const folder = mkdtempSync(join(runner.facts.folder, 'survey-'))
  for (const [file, name] of Object.entries(FILES))
    copyFileSync(join(runner.facts.assets, 'nix', file), join(folder, name))
  const known = Object.fromEntries(state.parts)
  writeFileSync(join(folder, 'request.json'), JSON.stringify({ ...request, mark, only, done: doneItems(state), known }))
  const errors: string[] = []
  const target = ['--override-input', 'target', reference]
  const command = evaluation(nix, [`${pathReference(folder)}#survey`, ...target, '--no-write-lock-file'])
  const result = await runner.commands.run(command, {
    accept: 'any',
    timeoutSeconds: EVALUATION_LIMIT_SECONDS,
    onLine: (line, stream) => {
      if (stream !== 'stderr') return
      const event = takeLine(state, mark, line)
      if (event === undefined) errors.push(line)
      else onEvent(event)
    },
  })
  if (result.stopped !== undefined) throw new CommandError(command, result)
  state.url ??= lockedUrl(errors)
  return result.exitCode === 0 ? undefined : errors.join('\n')
}
