import { describe, expect, test } from 'vitest'
import type { Nix } from '../../../src/nix/nix.ts'
import type { Runner } from '../../../src/runner/ports.ts'
import { openMissing } from '../../../src/strategy/missing.ts'

const drv = (name: string) => `/nix/store/${'a'.repeat(32)}-${name}.drv`
const NIX = { bin: '/nix/bin', env: {} } as Nix

/** A Nix that would build all that it is asked for, each with one path to fetch. */
function nixThatBuilds(fails = false) {
  const asked: string[][] = []
  const run = async (command: { args: readonly string[] }, options: { onLine(line: string, from: string): void }) => {
    const paths = command.args.filter((arg) => arg.endsWith('.drv'))
    asked.push(paths.map((path) => path.slice(44, -4)))
    if (fails) throw new Error('cancelled')
    const lines = ['these 2 derivations will be built:', ...paths.map((path) => `  ${path}`)]
    const fetched = ['this path will be fetched (1.0 MiB download, 1.0 MiB unpacked):', `  ${paths[0]?.slice(0, -4)}`]
    for (const line of [...lines, ...fetched]) options.onLine(line, 'stderr')
    return { exitCode: 0, stdout: '', stderr: '', seconds: 0 }
  }
  return { asked, runner: { commands: { run }, log: { warning: () => undefined } } as unknown as Runner }
}

describe('what is missing of derivations that become known in portions', () => {
  test('each is looked up once, and all are told', async () => {
    const { asked, runner } = nixThatBuilds()
    const missing = openMissing(runner, NIX)
    missing.add([drv('a'), drv('b')])
    missing.add([drv('b'), drv('a')])
    missing.add([drv('b'), drv('c')])
    const { graph, fetchable } = await missing.all()
    expect(asked).toEqual([['a', 'b'], ['c']])
    expect([...graph.keys()]).toEqual([drv('a'), drv('b'), drv('c')])
    expect([...fetchable]).toEqual([drv('a'), drv('c')].map((path) => path.slice(0, -4)))
  })

  test('nothing is asked where nothing is known', async () => {
    const { asked, runner } = nixThatBuilds()
    const missing = openMissing(runner, NIX)
    missing.add([])
    expect((await missing.all()).graph.size).toBe(0)
    expect(asked).toEqual([])
  })

  test('what goes wrong is thrown to who asks for all, and no more is looked up', async () => {
    const { asked, runner } = nixThatBuilds(true)
    const missing = openMissing(runner, NIX)
    missing.add([drv('a')])
    missing.add([drv('b')])
    await expect(missing.all()).rejects.toThrow('cancelled')
    expect(asked).toEqual([['a']])
  })
})
