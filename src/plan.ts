import { askPrivilege } from './runner/privilege.ts'

// sudo takes its time: the rest is loaded meanwhile
const asked = askPrivilege()
const { runPlan } = await import('./plan-pipeline.ts')
const { inputReader, openRunner } = await import('./runner/runner.ts')

const runner = await openRunner(asked)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void runner.cancel())
try {
  await runPlan(runner, inputReader('plan'))
} catch (error) {
  runner.fail(error)
}
await runner.close()
