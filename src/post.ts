import { reopenRunner } from './runner/runner.ts'

const runner = reopenRunner()
if (runner !== undefined) {
  try {
    await runner.undo()
  } catch (error) {
    runner.fail(error)
  }
  await runner.close()
}
