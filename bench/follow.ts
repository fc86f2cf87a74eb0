/**
 * What following the log costs: 300 short derivations built by bare `nix build --print-build-logs` and by
 * `nix-store --realise` whose structured log this action follows and prints, in turns on one machine.
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
  const [bare, followed] = [of('bare'), of('followed')]
  const ratios = bare.map(({ seconds }, index) => (followed[index]?.seconds ?? Number.NaN) / seconds)
  console.log(`bare:     median ${median(bare.map(({ seconds }) => seconds)).toFixed(2)} s`)
  console.log(`followed: median ${median(followed.map(({ seconds }) => seconds)).toFixed(2)} s`)
  console.log(`ratios of the rounds: ${ratios.map((ratio) => ratio.toFixed(3)).join(' ')}`)
  console.log(`median ratio: ${median(ratios).toFixed(3)}`)
  const work = (runs: readonly Run[]): number => median(runs.map(({ own, children }) => own + children))
  console.log(`processor time: bare ${work(bare).toFixed(2)} s, followed ${work(followed).toFixed(2)} s`)
  console.log(`  of that following itself: ${median(followed.map(({ own }) => own)).toFixed(2)} s`)
  console.log(`  ratio ${(work(followed) / work(bare)).toFixed(3)}`)
} finally {
  await machine.stop()
}
