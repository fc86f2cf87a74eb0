import { UserError } from '../../runner/errors.ts'
import type { Runner } from '../../runner/ports.ts'
import type { Installed } from '../types.ts'
import { lastWords, probeSocket, remarks } from './daemon.ts'

/**
 * Does what needs the daemon of this run. Where that dies meanwhile, one error says so, with its last words, instead of
 * what followed from it; what else the daemon printed is told at the end.
 * @throws UserError, or what the work throws while the daemon lives
 */
export async function withDaemon<T>(runner: Runner, { wiring }: Installed, work: () => Promise<T>): Promise<T> {
  if (wiring.kind !== 'own-daemon') return await work()
  const lives = async () => (await probeSocket(wiring.daemon.socket)) === 'answers'
  try {
    const done = await work()
    if (await lives()) await tellRemarks(runner)
    else runner.log.warning(died(runner))
    return done
  } catch (error) {
    if (!runner.cancelled.aborted && !(await lives())) {
      const first = (error instanceof Error ? error.message : String(error)).trim()
      throw new UserError(`${died(runner)}\nWhat failed for want of it: ${first}`)
    }
    await tellRemarks(runner)
    throw error
  }
}

const died = (runner: Runner): string =>
  'The Nix daemon that this run had started has died: something killed it, most often the kernel for want of memory ' +
  `(its log would say so: dmesg), or it crashed. It said at last: ${lastWords(runner) || 'nothing'}`

async function tellRemarks(runner: Runner): Promise<void> {
  const lines = remarks(runner)
  if (lines.length === 0) return
  await runner.log.group('What the Nix daemon said', async () => {
    for (const line of lines) runner.log.info(line)
  })
}
