import { cpSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { evaluation, type Nix, pathReference } from '../nix/nix.ts'
import { CommandError } from '../runner/errors.ts'
import { inParallel } from '../runner/parallel.ts'
import type { Runner } from '../runner/ports.ts'
import { type Answer, parseAnswers, type Question } from './answers.ts'
import type { OpenFlake } from './flake.ts'
import { makeStandIn, wantedStandIn } from './stand-in.ts'

const EVALUATION_LIMIT_SECONDS = 3600
/** Distinct nixpkgs in the graph of one flake, times targets. */
const MOST_STAND_INS = 50

/** What a question came to: an answer, or the text of the evaluation error of one of its lookups. */
export type Asked = Answer | { readonly error: string }

/**
 * Asks a flake in one evaluation. Nix stops at the first error that `tryEval` cannot catch, so where that fails the
 * questions are asked one by one, and then their lookups one by one, to tell what works from what does not.
 * @param signal ends the evaluation
 * @throws UserError where the flake cannot be read at all
 */
export async function askFlake(
  runner: Runner,
  nix: Nix,
  flake: OpenFlake,
  questions: readonly Question[],
  signal?: AbortSignal,
): Promise<readonly Answer[]> {
  const ask = (some: readonly Question[]) => evaluate(runner, nix, flake, some, signal)
  const together = await ask(questions)
  if ('answers' in together) return together.answers
  return await inParallel(runner.facts.cpus, questions, (question) => askOne(ask, question))
}

type Ask = (questions: readonly Question[]) => Promise<{ answers: readonly Answer[] } | { error: string }>

async function askOne(ask: Ask, question: Question): Promise<Answer> {
  const whole = await ask([question])
  if ('answers' in whole && whole.answers[0] !== undefined) return whole.answers[0]
  const listed = await ask([{ ...question, lookups: [] }])
  const bare =
    'error' in listed && question.list !== null ? await ask([{ ...question, lookups: [], blind: true }]) : listed
  const base: Answer = {
    ...(('answers' in bare && bare.answers[0]) || { names: [], systems: [], all: [], lookups: [] }),
    ...('error' in listed ? { listError: listed.error } : {}),
  }
  const lookups: Answer['lookups'][number][] = []
  for (const lookup of question.lookups) {
    const single = await ask([{ ...question, list: null, bare: true, lookups: [lookup] }])
    const found = 'answers' in single ? single.answers[0]?.lookups[0] : undefined
    lookups.push(found ?? { kind: lookup.kind, status: 'error', error: 'error' in single ? single.error : 'no answer' })
  }
  return { ...base, lookups }
}

/** One evaluation, again for each stand-in tree that the views ask for (strategy/cross/stand-ins.nix). */
async function evaluate(
  runner: Runner,
  nix: Nix,
  { reference, read }: OpenFlake,
  questions: readonly Question[],
  signal: AbortSignal | undefined,
): ReturnType<Ask> {
  const folder = mkdtempSync(join(runner.facts.folder, 'ask-'))
  cpSync(join(runner.facts.assets, 'nix'), folder, { recursive: true })
  const request = { questions, build: nix.system, folder: /[?&]dir=([^&#]+)/.exec(reference)?.[1] ?? '' }
  writeFileSync(join(folder, 'request.json'), JSON.stringify(request))
  const views = viewsFolder(runner)
  const overrides = ['--override-input', 'target', reference, '--override-input', 'cross', pathReference(views)]
  const command = evaluation(nix, [`${pathReference(folder)}#answer`, ...overrides, '--no-write-lock-file'])
  for (let tries = 0; ; tries++) {
    const limits = { timeoutSeconds: EVALUATION_LIMIT_SECONDS, ...(signal === undefined ? {} : { signal }) }
    const result = await runner.commands.run(command, { accept: 'any', ...limits })
    if (result.stopped !== undefined) throw new CommandError(command, result)
    if (result.exitCode === 0) return { answers: parseAnswers(result.stdout) }
    const wanted = wantedStandIn(result.stderr)
    await read() // what is no flake fails every evaluation, and this says why
    if (wanted === undefined || tries >= MOST_STAND_INS) return { error: result.stderr }
    makeStandIn(views, wanted, nix.system, questions)
  }
}

/** The folder of cross views of this run, a flake; stand-in trees are made in it. */
function viewsFolder(runner: Runner): string {
  const folder = join(runner.facts.folder, 'cross')
  if (!existsSync(folder)) {
    cpSync(join(runner.facts.assets, 'cross'), folder, { recursive: true })
    mkdirSync(join(folder, 'trees'))
  }
  return folder
}
