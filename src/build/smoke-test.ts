import type { StorePath } from '../nix/store-path.ts'
import { CommandError } from '../runner/errors.ts'
import type { Runner } from '../runner/ports.ts'

const SMOKE_TEST_LIMIT_SECONDS = 600

/**
 * Runs the workflow's command with the outputs first on PATH. A foreign program runs under the emulator that the
 * kernel finds for it.
 * @returns why it failed; undefined where it passed
 */
export async function smokeTest(
  runner: Runner,
  words: readonly string[],
  outputs: readonly StorePath[],
  silentSeconds: number,
): Promise<string | undefined> {
  const [tool = '', ...args] = words
  const folders = outputs.map((output) => `${output}/bin`)
  const path = [...folders, runner.facts.env.PATH ?? ''].join(':')
  // The program is looked up on that PATH: `env` does it, without a shell.
  const command = { tool: 'env', args: [`PATH=${path}`, tool, ...args], cwd: runner.facts.folder }
  try {
    await runner.commands.run(command, {
      timeoutSeconds: SMOKE_TEST_LIMIT_SECONDS,
      ...(silentSeconds > 0 ? { silentSeconds } : {}),
      onLine: (line) => runner.log.info(`smoke-test> ${line}`),
    })
    return undefined
  } catch (error) {
    if (!(error instanceof CommandError) || error.result.stopped === 'cancelled') throw error
    return describe(words, error)
  }
}

function describe(words: readonly string[], { result }: CommandError): string {
  const shown = words.join(' ')
  if (result.stopped !== undefined) return `the smoke test "${shown}" was ended: it took too long or printed nothing`
  const why =
    { 126: ': it cannot be executed on this machine', 127: ': there is no such program in the outputs or on PATH' }[
      result.exitCode
    ] ?? ''
  const tail = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-5).join('\n')
  return `the smoke test "${shown}" failed with exit code ${result.exitCode}${why}${tail === '' ? '' : `\n${tail}`}`
}
