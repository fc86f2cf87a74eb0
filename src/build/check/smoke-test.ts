import { existsSync, mkdtempSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { StorePath } from '../../nix/store-path.ts'
import { CommandError } from '../../runner/errors.ts'
import type { Runner } from '../../runner/ports.ts'
import { formatOf } from './architecture.ts'
import { type Launcher, launchNames, launchScript } from './launcher.ts'

const SMOKE_TEST_LIMIT_SECONDS = 600

/** What only a shell gives a meaning. */
const SHELL_SYNTAX = /^(?:&&|\|\|?|;|>>?|<)$|;$|\$[({A-Za-z_]|`/
const NO_SHELL = " (it is not given to a shell: for shell syntax write bash -c '…')"

/**
 * Runs the workflow's command with the outputs first on PATH. A foreign Linux program runs under the emulator that the
 * kernel finds for it, others by scripts that stand before the outputs on PATH and start them with the launcher.
 * @param launcher with the place of its program
 * @returns why it failed; undefined where it passed
 */
export async function smokeTest(
  runner: Runner,
  words: readonly string[],
  outputs: readonly StorePath[],
  silentSeconds: number,
  launcher: { readonly kind: Launcher; readonly place: string } | undefined,
): Promise<string | undefined> {
  const [tool = '', ...args] = words
  const folders = outputs.map((output) => `${output}/bin`)
  const scripts = launcher === undefined ? [] : [await writeScripts(runner, folders, launcher.kind, launcher.place)]
  const path = [...scripts, ...folders, runner.facts.env.PATH ?? ''].join(':')
  // The program is looked up on that PATH: `env` does it, without a shell.
  const command = {
    tool: 'env',
    args: [`PATH=${path}`, tool, ...args],
    cwd: runner.facts.folder,
    env: launcher?.kind.tool === 'wine' ? wineEnvironment(runner) : {},
  }
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

/** One script for each name of each program of the launcher's format; the first output that has a name wins. */
async function writeScripts(
  runner: Runner,
  folders: readonly string[],
  launcher: Launcher,
  place: string,
): Promise<string> {
  const scripts = mkdtempSync(join(runner.facts.folder, 'programs-'))
  for (const folder of folders.filter((name) => existsSync(name))) {
    for (const file of readdirSync(folder)) {
      const program = join(folder, file)
      if (formatOf(program) !== launcher.format) continue
      for (const name of launchNames(file, launcher)) {
        const script = join(scripts, name)
        const text = launchScript(place, launcher.args, program)
        if (!existsSync(script)) await runner.files.write(script, text, { mode: 0o755 })
      }
    }
  }
  return scripts
}

/** A Windows of this run's own, without menu entries in the user's home and without windows that ask to install Mono. */
function wineEnvironment({ facts }: Runner): Readonly<Record<string, string>> {
  const own = {
    WINEPREFIX: join(facts.folder, 'wine'),
    WINEDEBUG: '-all',
    WINEDLLOVERRIDES: 'mscoree=d;mshtml=d;winemenubuilder.exe=d',
  }
  return Object.fromEntries(Object.entries(own).map(([name, value]) => [name, facts.env[name] ?? value]))
}

function describe(words: readonly string[], { result }: CommandError): string {
  const shown = words.join(' ')
  if (result.stopped !== undefined) return `the smoke test "${shown}" was ended: it took too long or printed nothing`
  const why =
    { 126: ': it cannot be executed on this machine', 127: ': there is no such program in the outputs or on PATH' }[
      result.exitCode
    ] ?? ''
  const tail = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-5).join('\n')
  const hint = words.some((word) => SHELL_SYNTAX.test(word)) ? NO_SHELL : ''
  return `the smoke test "${shown}" failed with exit code ${result.exitCode}${why}${hint}${tail === '' ? '' : `\n${tail}`}`
}
