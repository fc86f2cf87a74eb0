import { unavailableReason } from './available.ts'
import { prepare } from './prepare.ts'

/** vitest globalSetup: prepares the rig before the first end-to-end test. Where no machine can be made the tests skip. */
export default async function setup(): Promise<void> {
  const reason = unavailableReason()
  if (reason) {
    process.stderr.write(`SKIPPED: tests on a disposable machine: ${reason}\n`)
    return
  }
  await prepare({ log: (line) => process.stdout.write(`${line}\n`) })
}
