import { runPlan } from './plan-pipeline.ts'
import { inputReader, openRunner } from './runner/runner.ts'

const runner = openRunner()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void runner.cancel())
try {
  await runPlan(runner, inputReader('plan'))
} catch (error) {
  runner.fail(error)
}
await runner.close()
