import { copyFileSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Nix, nixCommand } from '../nix/nix.ts'
import { CommandError } from '../runner/errors.ts'
import type { Runner } from '../runner/ports.ts'
import { type Answer, parseAnswers, type Question } from './answers.ts'

const EVALUATION_LIMIT_SECONDS = 3600

/** What a question came to: an answer, or the text of the evaluation error of one of its lookups. */
export type Asked = Answer | { readonly error: string }

/**
 * Asks a flake in one evaluation. Nix stops at the first error that `tryEval` cannot catch, so where that fails the
 * questions are asked one by one, and then their lookups one by one, to tell what works from what does not.
 * @param url reference of the flake as `nix flake metadata` gave it
 */
export async function askFlake(
  runner: Runner,
  nix: Nix,
  url: string,
  questions: readonly Question[],
): Promise<readonly Answer[]> {
  const together = await evaluate(runner, nix, url, questions)
  if ('answers' in together) return together.answers
  return await inParallel(runner.facts.cpus, questions, (question) => askOne(runner, nix, url, question))
}

async function askOne(runner: Runner, nix: Nix, url: string, question: Question): Promise<Answer> {
  const whole = await evaluate(runner, nix, url, [question])
  if ('answers' in whole && whole.answers[0] !== undefined) return whole.answers[0]
  const bare = await evaluate(runner, nix, url, [{ ...question, lookups: [] }])
  const base: Answer =
    'answers' in bare && bare.answers[0] !== undefined
      ? bare.answers[0]
      : { names: [], systems: [], all: [], lookups: [] }
  const lookups: Answer['lookups'][number][] = []
  for (const lookup of question.lookups) {
    const single = await evaluate(runner, nix, url, [{ ...question, all: false, lookups: [lookup] }])
    const found = 'answers' in single ? single.answers[0]?.lookups[0] : undefined
    lookups.push(found ?? { kind: lookup.kind, status: 'error', error: 'error' in single ? single.error : 'no answer' })
  }
  return { ...base, lookups }
}

async function evaluate(
  runner: Runner,
  nix: Nix,
  url: string,
  questions: readonly Question[],
): Promise<{ answers: readonly Answer[] } | { error: string }> {
  const folder = mkdtempSync(join(runner.facts.folder, 'ask-'))
  for (const file of ['flake.nix', 'answer.nix'])
    copyFileSync(join(runner.facts.assets, 'nix', file), join(folder, file))
  writeFileSync(join(folder, 'request.json'), JSON.stringify({ questions }))
  const args = ['eval', '--json', `path:${folder}#answer`, '--override-input', 'target', url, '--no-write-lock-file']
  const command = nixCommand(nix, 'nix', args)
  const result = await runner.commands.run(command, { accept: 'any', timeoutSeconds: EVALUATION_LIMIT_SECONDS })
  if (result.stopped !== undefined) throw new CommandError(command, result)
  if (result.exitCode !== 0) return { error: result.stderr }
  return { answers: parseAnswers(result.stdout) }
}

/** Runs `work` on each item, at most `width` at once, results in order. */
export async function inParallel<T, R>(
  width: number,
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = new Array(items.length)
  let next = 0
  const lane = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index] as T)
  }
  await Promise.all(Array.from({ length: Math.max(1, Math.min(width, items.length)) }, lane))
  return results
}
