/**
 * What following the log costs: 300 short derivations built by bare `nix build --print-build-logs` and by
 * `nix-store --realise` whose structured log this action follows and prints, in turns on one machine; and both commands
 * with their logs in a file, which nobody reads. Processor time is that of all processes, builders and Node included (but
 * not Node's start: an action runs anyway).
 *
 *     test/rig/.cache/node24/node bench/follow.ts [ROUNDS] [DERIVATIONS] [LINES]
 */
import { join } from 'node:path'
import { Machine } from '../test/rig/machine.ts'
import { median } from './median.ts'

const repository = join(import.meta.dirname, '..')
const [rounds = '9', derivations = '300', lines = '10'] = process.argv.slice(2)
const machine = await Machine.start({ user: 'root', nix: '2.34.8', binds: [{ source: repository }], size: '8g' })
try {
  const driver = [machine.node('node24'), join(repository, 'bench/follow-driver.ts'), rounds, derivations, lines]
  const { code, stdout, stderr } = await machine.run(driver, { timeout: 3_600_000 })
  if (code !== 0) throw new Error(stdout + stderr)
  type Run = { name: string; round: number; seconds: number; own: number; children: number }
  const runs = [...stdout.matchAll(/^RESULT (.*)$/gm)].map(([, text = '']) => JSON.parse(text) as Run)
  const of = (name: string) => runs.filter((run) => run.name === name).sort((a, b) => a.round - b.round)
  const bare = of('bare')
  for (const name of new Set(runs.map((run) => run.name))) {
    const compare = (amount: (run: Run) => number): string => {
      const ratios = of(name).map((run, index) => amount(run) / amount(bare[index] as Run))
      const [low, high] = [Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(3))
      return `${median(of(name).map(amount)).toFixed(2)} s (× ${median(ratios).toFixed(3)}, ${low} to ${high})`
    }
    const own = median(of(name).map((run) => run.own)).toFixed(2)
    const work = compare((run) => run.own + run.children)
    console.log(
      `${name}: processor time ${work}, of it Node's ${own} s; by the clock ${compare(({ seconds }) => seconds)}`,
    )
  }
} finally {
  await machine.stop()
}
