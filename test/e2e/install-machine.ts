// Plays the install room in a machine that has the repository bound.
import type { Machine, MachineUser } from '../rig/machine.ts'
import type { Answer, Job } from './install-driver.ts'

/** What the runner gives every job, for all users. */
export const runnerFiles =
  'mkdir -p /var/tmp/runner; touch /var/tmp/runner/env /var/tmp/runner/path; chmod -R a+rwX /var/tmp/runner'

/** @throws Error with all output where the driver gives no answer */
export async function driveInstall(
  machine: Machine,
  job: Job,
  env: Record<string, string> = {},
  user?: MachineUser,
): Promise<Answer & { log: string }> {
  const main = `${process.cwd()}/test/e2e/install-driver.ts`
  const result = await machine.run([machine.node('node24'), '--disable-warning=ExperimentalWarning', main], {
    input: JSON.stringify(job),
    env: {
      RUNNER_TEMP: '/var/tmp/runner',
      GITHUB_ENV: '/var/tmp/runner/env',
      GITHUB_PATH: '/var/tmp/runner/path',
      RUNNER_DEBUG: '1',
      ...env,
    },
    ...(user === undefined ? {} : { user }),
  })
  const last = result.stdout.split('\n').findLast((line) => line.startsWith('{'))
  if (last === undefined) throw new Error(`no answer: ${result.stdout}${result.stderr}`)
  return { ...(JSON.parse(last) as Answer), log: result.stdout.replace(last, '') }
}
