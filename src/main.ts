import { askPrivilege } from './runner/privilege.ts'

// sudo takes its time: the rest is loaded meanwhile
const asked = askPrivilege()
const { runPipeline } = await import('./pipeline.ts')
const { inputReader, openRunner } = await import('./runner/runner.ts')

const runner = await openRunner(asked)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void runner.cancel())
try {
  process.exitCode = (await runPipeline(runner, inputReader())) ? 0 : 1
} catch (error) {
  runner.fail(error)
}
await runner.close()
