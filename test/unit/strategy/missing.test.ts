import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Nix } from '../../../src/nix/nix.ts'
import type { Runner } from '../../../src/runner/ports.ts'
import { openMissing } from '../../../src/strategy/missing.ts'

const drv = (name: string) => `/nix/store/${'a'.repeat(32)}-${name}.drv`
const NIX = { bin: '/nix/bin', env: {}, substituters: ['https://cache.example'] as readonly string[] } as Nix
const ALONE = { ...NIX, substituters: [] }

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
  test('each is looked up once, and what was asked for is told', async () => {
    const { asked, runner } = nixThatBuilds()
    const lookUp = openMissing(runner, NIX)
    const first = lookUp([drv('a'), drv('b')])
    const second = lookUp([drv('b'), drv('a')])
    const third = await lookUp([drv('b'), drv('c')])
    expect(asked).toEqual([['a', 'b'], ['c']])
    for (const { graph } of [await first, await second]) expect([...graph.keys()]).toEqual([drv('a'), drv('b')])
    expect([...third.graph.keys()]).toEqual([drv('a'), drv('b'), drv('c')])
    expect([...third.fetchable]).toEqual([drv('a'), drv('c')].map((path) => path.slice(0, -4)))
  })

  test('where no substituter is asked the files tell all; one that cannot be read is for Nix to find', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'missing-'))
    const write = (name: string, inputs: readonly string[]) => {
      const path = join(folder, `${'a'.repeat(32)}-${name}.drv`)
      const needs = inputs.map((input) => `("${input}",["out"])`).join(',')
      writeFileSync(path, `Derive([("out","/o-${name}","","")],[${needs}],[],"x86_64-linux","/bin/sh",[],[])`)
      return path
    }
    try {
      const { asked, runner } = nixThatBuilds()
      const lookUp = openMissing(runner, ALONE)
      const [needed, gone] = [write('needed', []), join(folder, `${'b'.repeat(32)}-gone.drv`)]
      const [one, two, three] = [write('one', [needed]), write('two', [needed]), write('three', [gone])]
      await lookUp([one])
      expect([...(await lookUp([one, two])).graph.keys()].sort()).toEqual([one, two, needed].sort())
      expect(asked).toEqual([])
      expect((await lookUp([three])).graph.has(three)).toBe(true)
      expect(asked.length).toBe(1)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('nothing is asked where nothing is known', async () => {
    const { asked, runner } = nixThatBuilds()
    expect((await openMissing(runner, NIX)([])).graph.size).toBe(0)
    expect(asked).toEqual([])
  })

  test('what goes wrong is thrown to who asks', async () => {
    const { runner } = nixThatBuilds(true)
    const lookUp = openMissing(runner, NIX)
    const first = lookUp([drv('a')])
    await expect(first).rejects.toThrow('cancelled')
    await expect(lookUp([drv('a'), drv('b')])).rejects.toThrow('cancelled')
  })
})
