import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunnerFacts } from './ports.ts'

const ANSWER_MILLISECONDS = 10_000

/** Whether this user is root, or may become it without a password. */
export async function askPrivilege(): Promise<RunnerFacts['privilege']> {
  if (process.getuid?.() === 0) return 'root'
  // a rule that allows a few commands is not enough: all go through a shell
  const asked = spawn('sudo', ['-n', '--', 'sh', '-c', 'true'], { stdio: 'ignore' })
  const answered = new AbortController()
  // one that hangs is root's, and cannot be ended
  const late = sleep(ANSWER_MILLISECONDS, undefined, answered).then(
    () => {
      asked.unref()
      return []
    },
    () => [],
  )
  const [code] = (await Promise.race([once(asked, 'close').catch(() => []), late])) as unknown[]
  answered.abort()
  return code === 0 ? 'sudo' : 'none'
}
