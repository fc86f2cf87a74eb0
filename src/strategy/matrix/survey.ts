import { randomBytes } from 'node:crypto'
import { copyFileSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { explainNix } from '../../nix/explain.ts'
import { type Nix, nixCommand, pathReference } from '../../nix/nix.ts'
import { CommandError, UserError } from '../../runner/errors.ts'
import { inParallel } from '../../runner/parallel.ts'
import type { Runner } from '../../runner/ports.ts'
import type { OpenFlake } from '../flake.ts'
import { doneItems, emptyState, mergeStates, type SurveyState, takeError, takeLine, targetOf } from './survey-events.ts'
import type { SurveyRequest } from './survey-request.ts'

const EVALUATION_LIMIT_SECONDS = 3600
/** Errors that nothing can catch, each of which ends an evaluation; after these a target's rest is left to its job. */
const MOST_ERRORS_OF_A_TARGET = 10
/** Caught errors whose message is asked for, an evaluation each. */
const MOST_MESSAGES = 25

const FILES = { 'survey-flake.nix': 'flake.nix', 'survey.nix': 'survey.nix', 'answer.nix': 'answer.nix' } as const

/** Part of the targets: each `of`th that the flake has, from `index` on. */
interface Share {
  readonly index: number
  readonly of: number
}

const ALL: Share = { index: 0, of: 1 }

/**
 * Asks a flake all questions in one evaluation, or in two beside each other where there are processors for both and
 * nothing has to be fetched twice. Where an error stops one, another goes on behind the item that failed.
 * @throws UserError where the flake cannot be read, or does not evaluate itself
 */
export async function surveyFlake(
  runner: Runner,
  nix: Nix,
  flake: OpenFlake,
  request: SurveyRequest,
): Promise<SurveyState> {
  const of = flake.isAtHand && runner.facts.cpus > 1 && request.targets.length > 1 ? 2 : 1
  const shares = Array.from({ length: of }, (_, index) => ({ index, of }))
  const parts = await inParallel(of, shares, (share) => surveyShare(runner, nix, flake, request, share))
  const state = parts.reduce(mergeStates)
  await askMessages(runner, nix, flake, request, state)
  return state
}

async function surveyShare(
  runner: Runner,
  nix: Nix,
  flake: OpenFlake,
  request: SurveyRequest,
  share: Share,
): Promise<SurveyState> {
  const state = emptyState()
  const errors = new Map<string, number>()
  for (;;) {
    const givenUp = [...errors].filter(([, count]) => count >= MOST_ERRORS_OF_A_TARGET).map(([name]) => name)
    const error = await evaluate(runner, nix, flake, { ...request, share, givenUp }, { state, only: null })
    if (error === undefined) return state
    const target = state.open === undefined ? undefined : targetOf(state.open)
    if (state.open === undefined || target === undefined) {
      const { url } = await flake.read()
      const { sentence, advice } = explainNix(error)
      throw new UserError(`flake: "${url}" does not evaluate: ${sentence} ${advice}`.trim())
    }
    takeError(state, state.open, error)
    state.open = undefined
    errors.set(target, (errors.get(target) ?? 0) + 1)
  }
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
      { ...request, share: ALL, givenUp: [] },
      { state: { ...emptyState(), lists: new Map(state.lists) }, only },
    ),
  )
  for (const [index, id] of thrown.entries())
    takeError(state, id, errors[index] ?? 'error: its evaluation throws an error, whose text was not asked for')
}

/** @returns the text of the error that ended the evaluation; undefined where it came to its end */
async function evaluate(
  runner: Runner,
  nix: Nix,
  { reference }: OpenFlake,
  request: SurveyRequest & { readonly share: Share; readonly givenUp: readonly string[] },
  { state, only }: { readonly state: SurveyState; readonly only: string | null },
): Promise<string | undefined> {
  const mark = `@survey-${randomBytes(12).toString('hex')}`
  const folder = mkdtempSync(join(runner.facts.folder, 'survey-'))
  for (const [file, name] of Object.entries(FILES))
    copyFileSync(join(runner.facts.assets, 'nix', file), join(folder, name))
  writeFileSync(join(folder, 'request.json'), JSON.stringify({ ...request, mark, only, done: doneItems(state) }))
  const errors: string[] = []
  const args = [
    'eval',
    '--json',
    `${pathReference(folder)}#survey`,
    '--override-input',
    'target',
    reference,
    '--no-write-lock-file',
  ]
  const command = nixCommand(nix, 'nix', args)
  const result = await runner.commands.run(command, {
    accept: 'any',
    timeoutSeconds: EVALUATION_LIMIT_SECONDS,
    onLine: (line, stream) => {
      if (stream === 'stderr' && !takeLine(state, mark, line)) errors.push(line)
    },
  })
  if (result.stopped !== undefined) throw new CommandError(command, result)
  return result.exitCode === 0 ? undefined : errors.join('\n')
}
