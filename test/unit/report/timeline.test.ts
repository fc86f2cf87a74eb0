import { describe, expect, it } from 'vitest'
import type { BuiltDerivation } from '../../../src/build/types.ts'
import { closureParts } from '../../../src/report/closures.ts'
import { renderSummary } from '../../../src/report/summary.ts'
import { ganttChart, timelineSection } from '../../../src/report/timeline.ts'
import { built, infosOf, pathInfo, plan, record, storePath } from './records.ts'

const derivation = (name: string, more: Partial<BuiltDerivation> = {}): BuiltDerivation => ({
  drvPath: `${storePath(name)}.drv`,
  name,
  machine: '',
  status: 'built',
  start: 0,
  seconds: 3,
  targets: ['aarch64-linux'],
  ...more,
})
const lines = (chart: string, part: string): string[] => chart.split('\n').filter((line) => line.includes(part))

describe('the timeline', () => {
  it('is left out where there is nothing to see', () => {
    expect(timelineSection([])).toBe('')
    expect(timelineSection([derivation('a-1')])).toBe('')
    expect(timelineSection([derivation('a-1', { seconds: 0 }), derivation('b-1', { seconds: 0 })])).toBe('')
    expect(renderSummary(record({ results: [built('a')] }))).not.toContain('mermaid')
  })

  it('has a section for each target and one for what several need, each in the order of the starts', () => {
    const chart = ganttChart([
      derivation('late-1', { start: 9 }),
      derivation('early-1', { start: 1, seconds: 2 }),
      derivation('shared-1', { targets: ['aarch64-linux', 'riscv64-linux'], start: 2 }),
      derivation('other-1', { targets: ['riscv64-linux'], status: 'failed', start: 3 }),
    ])
    expect(chart.split('\n').slice(4)).toEqual([
      '  section aarch64-linux',
      '  ✔ early-1 (2.0 s) :1000, 3000',
      '  ✔ late-1 (3.0 s) :9000, 12000',
      '  section riscv64-linux',
      '  ✘ other-1 (3.0 s) :crit, 3000, 6000',
      '  section several targets',
      '  ✔ shared-1 (3.0 s) :2000, 5000',
    ])
  })

  it.each([
    [3, '%Q ms', ':0, 3000'],
    [300, '%s s', ':0, 300000'],
    [7200, '%s min', ':0, 120000'],
  ])('%i seconds have an axis that is the same in all time zones', (seconds, axis, bar) => {
    const chart = ganttChart([derivation('a-1', { seconds })])
    expect(lines(chart, 'axisFormat')).toEqual([`  axisFormat ${axis}`])
    expect(lines(chart, '✔')[0]).toContain(bar)
  })

  it('is bounded: failures and then the slowest stay', () => {
    const many = Array.from({ length: 5000 }, (_, n) => derivation(`${'x'.repeat(200)}-${n}`, { seconds: n }))
    const text = timelineSection([...many, derivation('broken-1', { status: 'failed', seconds: 0.1 })])
    expect(text).toContain('### Timeline: the 30 slowest of 5001 derivations')
    expect(text).toContain('✘ broken-1')
    expect(lines(text, '✔')).toHaveLength(29)
    expect(text.length).toBeLessThan(5000)
  })
})

describe('closures', () => {
  const infos = infosOf(
    { ...pathInfo('app', ['lib', 'app', 'data']), narSize: 50 },
    { ...pathInfo('lib', ['libc']), narSize: 300 },
    { ...pathInfo('libc'), narSize: 4000 },
    { ...pathInfo('data'), narSize: 7 },
  )
  const of = record({
    results: [built('app')],
    pathInfos: infos,
    derivations: [derivation('app'), derivation('data', { status: 'failed' })],
    fetched: new Set([storePath('libc'), storePath('lib')]),
  })

  it('are told by where their paths came from', () => {
    expect(closureParts(of.results[0] as never, of)).toMatchObject({
      built: { paths: 1, bytes: 50 },
      fetched: { paths: 2, bytes: 4300 },
      reused: { paths: 1, bytes: 7 },
    })
  })

  it('are in the table, and their largest paths below', () => {
    const text = renderSummary(of)
    expect(text).toContain('| 3.0\u00a0MiB<br>1\u00a0built<br>2\u00a0fetched<br>1\u00a0reused |')
    expect(text).toContain('libc (3.9 KiB), lib (300 B), app (50 B), data (7 B)')
  })
})

it('what was skipped is told with its reason', () => {
  const error = 'not built: another package failed, and keep-going is false'
  const text = renderSummary(record({ results: [{ plan: plan('late'), status: 'skipped', seconds: 0, error }] }))
  expect(text).toContain(
    `### Skipped\n\n| Target | Package | Why |\n| --- | --- | --- |\n| \`aarch64-linux\` | \`late\` | ${error} |`,
  )
})
