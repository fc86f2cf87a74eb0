import { runPipeline } from './pipeline.ts'
import { inputReader, openRunner } from './runner/runner.ts'

const runner = openRunner()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void runner.cancel())
try {
  process.exitCode = (await runPipeline(runner, inputReader())) ? 0 : 1
} catch (error) {
  runner.fail(error)
}
await runner.close()
