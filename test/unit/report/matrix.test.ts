import { marked } from 'marked'
import { describe, expect, it } from 'vitest'
import { reportMatrix } from '../../../src/report/matrix.ts'
import type { Runner } from '../../../src/runner/ports.ts'
import type { Entry, Job } from '../../../src/strategy/matrix/types.ts'

const entry = (name: string, over: Partial<Entry> = {}): Entry => ({
  target: 'x86_64-linux',
  package: name,
  status: 'planned',
  strategy: 'native',
  reason: 'the runner is x86_64-linux itself: ubuntu-24.04',
  runner: 'ubuntu-24.04',
  native: ['x86_64-linux'],
  drvPath: `/nix/store/${'a'.repeat(32)}-${name}.drv`,
  toBuild: [`/nix/store/${'a'.repeat(32)}-${name}.drv`],
  ...over,
})
const jobOf = (entries: readonly Entry[]): Job => ({
  target: 'x86_64-linux',
  strategy: 'native',
  runner: 'ubuntu-24.04',
  entries,
  reason: 'why',
  cost: 60,
})

async function told(entries: readonly Entry[], jobs: readonly Job[] = [jobOf(entries)]) {
  const outputs: Record<string, string> = {}
  const said = { info: [] as string[], warning: [] as string[], summary: [] as string[] }
  const runner = {
    facts: { workspace: '/nowhere' },
    job: {
      output: (name: string, value: string) => void Object.assign(outputs, { [name]: value }),
      summary: async (markdown: string) => void said.summary.push(markdown),
    },
    log: {
      info: (text: string) => void said.info.push(text),
      warning: (text: string) => void said.warning.push(text),
    },
  } as unknown as Runner
  await reportMatrix(runner, { flake: { url: 'github:a/b' }, jobs, entries, leftOut: [] })
  return { outputs, ...said, summary: said.summary.join() }
}

describe('the plan that is told', () => {
  it('a matrix as GitHub takes it, and the place of each package in it', async () => {
    const [a, b, c] = [entry('a'), entry('b'), entry('c', { status: 'skipped', reason: 'a cache has it' })]
    const { outputs, warning } = await told([a, b, c], [jobOf([b]), jobOf([a])])
    expect(JSON.parse(outputs.matrix ?? '')).toEqual({
      include: ['b', 'a'].map((packages) => ({
        target: 'x86_64-linux',
        packages,
        strategy: 'native',
        runner: 'ubuntu-24.04',
        reason: 'why',
        cost: 60,
      })),
    })
    expect(outputs['has-jobs']).toBe('true')
    expect(JSON.parse(outputs.plan ?? '').map((each: { job: unknown }) => each.job)).toEqual([1, 0, null])
    expect(warning).toEqual([])
  })

  it('two thousand packages stay whole and below what GitHub takes, and are said to be shortened', async () => {
    const { outputs, warning, summary } = await told(Array.from({ length: 2000 }, (_, n) => entry(`package-${n}`)))
    expect(2 * ((outputs.plan ?? '').length + (outputs.matrix ?? '').length)).toBeLessThan(1_000_000)
    expect(JSON.parse(outputs.plan ?? '')).toHaveLength(2000)
    expect(warning).toEqual([expect.stringContaining('plan was shortened')])
    expect(Buffer.byteLength(summary)).toBeLessThan(1024 * 1024)
  })

  it('no more than ten warnings, the last of which names the rest', async () => {
    const failing = Array.from({ length: 30 }, (_, n) => entry(`p${n}`, { status: 'failed', reason: 'it is odd' }))
    const { warning } = await told(failing)
    expect(warning).toHaveLength(10)
    expect(warning.at(-1)).toMatch(/^21 more cannot be had: p9 for x86_64-linux, .*p29 for x86_64-linux$/)
  })

  it('any name stays in its cell', async () => {
    const names = ['a|b', '</table><h1>x', '`tick`', '![x](y)', '@user', '#1', '$x$', 'a\nb'].map((name) =>
      JSON.stringify(name),
    )
    const all = names.flatMap((name) =>
      (['planned', 'failed', 'skipped'] as const).map((status) => entry(name, { status, reason: name })),
    )
    const html = await marked.parse((await told(all)).summary)
    expect(html).not.toMatch(/<h1|<img|<a /)
    for (const row of html.match(/<tr>.*?<\/tr>/gs) ?? []) expect(row.match(/<t[dh]>/g)?.length).toBeOneOf([2, 3, 6])
  })

  it('a matrix that GitHub would not take is an error that says so', async () => {
    const names = Array.from({ length: 3000 }, (_, n) => entry(`${'x'.repeat(200)}-${n}`))
    await expect(told(names)).rejects.toThrow(/GitHub takes no more than 1 MB/)
  })
})
