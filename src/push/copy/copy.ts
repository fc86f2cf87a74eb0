import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Nix } from '../../nix/nix.ts'
import { newCommand } from '../../nix/store.ts'
import { withoutLogin } from '../../nix/store-url.ts'
import type { Command, Runner } from '../../runner/ports.ts'
import { type Patience, waitBefore } from '../retry.ts'
import { fatalReason, lastWords } from './copy-plan.ts'

const PATIENCE: Patience = { tries: 4, baseSeconds: 2, capSeconds: 30, budgetSeconds: 4 * 3600 }

/** A `nix` command that speaks to another store: believes no cached lookup, goes through no proxy to this machine. */
export async function freshCommand(
  runner: Runner,
  nix: Nix,
  args: readonly string[],
  more: Partial<Command> = {},
): Promise<Command> {
  const cache = join(runner.facts.folder, `lookups-${randomBytes(6).toString('hex')}`)
  await runner.files.makeDirectory(cache, { mode: 0o700 })
  const { no_proxy, NO_PROXY } = runner.facts.env
  const direct = ['127.0.0.1', no_proxy ?? NO_PROXY].filter((text) => text).join(',')
  const env = { XDG_CACHE_HOME: cache, no_proxy: direct, NO_PROXY: direct, ...more.env }
  return newCommand(nix, args, { ...more, env })
}

/** Content in a file of mode 0600 while `work` runs. The journal knows of it before it is there. */
export async function withSecretFile<T>(
  runner: Runner,
  content: string,
  work: (path: string) => Promise<T>,
): Promise<T> {
  const path = join(runner.facts.folder, `secret-${randomBytes(8).toString('hex')}`)
  await runner.journal.record({ kind: 'remove', path, root: false })
  try {
    await runner.files.write(path, content, { mode: 0o600 })
    return await work(path)
  } finally {
    await runner.files.remove(path)
  }
}

/**
 * Runs a `nix copy` under a watchdog, in bounded tries; each brings only what is still missing.
 * @param command made anew for each try, so that no try believes what an earlier one looked up
 * @param silentSeconds without a line of output until it is ended
 * @throws Error with the reason of the last try
 */
export async function copyWithTries(
  runner: Runner,
  command: () => Promise<Command>,
  silentSeconds: number,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await runner.commands.run(await command(), {
      accept: 'any',
      silentSeconds,
      discardStdout: true,
      onLine: (line) => runner.log.debug(withoutLogin(line)),
    })
    if (result.exitCode === 0 && result.stopped === undefined) return
    const fatal = fatalReason(result.stderr)
    const words = lastWords(result.stderr)
    const reason = result.stopped === 'silent' ? `no progress for ${silentSeconds} s` : words
    if (fatal !== undefined || attempt >= PATIENCE.tries)
      throw new Error(fatal === undefined ? reason : `${fatal} (${words})`)
    const wait = waitBefore(attempt, Math.random(), PATIENCE)
    runner.log.info(`nix copy failed (${reason}); again in ${wait.toFixed(0)} s`)
    await sleep(wait * 1000)
  }
}
