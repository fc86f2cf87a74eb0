import { reopenRunner } from './runner/runner.ts'

const runner = await reopenRunner()
if (runner !== undefined) {
  try {
    await runner.undo()
  } catch (error) {
    runner.fail(error)
  }
  await runner.close()
}
