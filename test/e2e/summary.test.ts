import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BuiltDerivation } from '../../src/build/types.ts'
import { ganttChart } from '../../src/report/timeline.ts'
import { machineUsable } from '../rig/available.ts'
import { drawDiagrams } from '../rig/browser.ts'
import { rig } from '../rig/cache.ts'
import { drawLog } from '../rig/drawn-log.ts'
import { Machine } from '../rig/machine.ts'
import { withJob } from './support.ts'

const usable = machineUsable()
const diagramsIn = (markdown: string): string[] =>
  [...markdown.matchAll(/^```mermaid\n(.*?)\n```$/gms)].map(([, text = '']) => text)
const bars = (texts: readonly string[]): string[] => texts.filter((text) => /^[✔✘…]/.test(text))

const derivation = (name: string, more: Partial<BuiltDerivation> = {}): BuiltDerivation => ({
  drvPath: `/nix/store/${'a'.repeat(32)}-x.drv`,
  name,
  machine: '',
  status: 'built',
  start: 0,
  seconds: 3,
  targets: ['aarch64-linux'],
  ...more,
})

describe.skipIf(!usable)('the timeline is one that Mermaid draws', () => {
  let machine: Machine
  beforeAll(async () => {
    machine = await Machine.start({ user: 'root', binds: [{ source: rig.browser }] })
  })
  afterAll(() => machine?.stop())

  test('what cannot be drawn is noticed', async () => {
    const [drawn] = await drawDiagrams(machine, ['gantt\n  dateFormat x\n  section a\n  no times'])
    expect(drawn?.error).toContain('Parse error')
  })

  test('a name is a bar, whatever it is', async () => {
    const odd = [
      'gantt',
      'title x',
      'section',
      'click',
      'a:b;c#d,e',
      '"quoted" \'too\'',
      '%%{init: {}}%%',
      '```',
      'ü–漢字🦀',
    ]
    const names = [...odd, '</text><script>', '#58;', 'done', 'after x', 'x'.repeat(5000), '  ', 'dateFormat x', 'end']
    const all = names.map((name) => derivation(name))
    const [drawn] = await drawDiagrams(machine, [ganttChart(all)])
    expect(drawn?.error).toBe('')
    expect(bars(drawn?.texts ?? [])).toHaveLength(names.length)
    expect(drawn?.texts.join()).toContain('✔ a_b_c_d_e (3.0 s)')
  })

  test('any names, targets and times', async () => {
    const name = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.stringMatching(/^[ :;#,"'%{}<>\\/`-]{0,20}$/))
    const seconds = fc.oneof(fc.double({ min: 0, max: 1e5, noNaN: true }), fc.nat(3))
    const one = fc.record({
      name,
      start: seconds,
      seconds,
      status: fc.constantFrom('built' as const, 'failed' as const, 'stopped' as const),
      targets: fc.array(name, { maxLength: 2 }),
    })
    // in one page, and without shrinking: each failure names its chart
    const charts = fc
      .sample(fc.array(one, { minLength: 1, maxLength: 6 }), 500)
      .map((chart) => chart.map((each) => derivation(each.name, each)))
    const drawn = await drawDiagrams(machine, charts.map(ganttChart))
    const wrong = charts.filter((chart, index) => {
      const { error, texts } = drawn[index] ?? { error: 'nothing', texts: [] }
      return error !== '' || bars(texts).length !== chart.length
    })
    expect(wrong.map(ganttChart)).toEqual([])
  })
})

/** Ten packages of 29 short derivations each: 3 and 4 share one that fails, one of 7 fails by itself. */
const manyFlake = `{
  outputs = _: let
    sh = system: name: script: derivation { inherit system name; builder = "/bin/sh"; args = [ "-c" script ]; };
    leaf = system: name:
      if name == "leaf-3-5" || name == "leaf-4-5" then sh system "leaf-shared" "echo working; echo no luck >&2; exit 7"
      else if name == "leaf-7-1" then sh system name "echo alone; exit 1"
      else if name == "leaf-0-0" then sh system name "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; echo slow > $out"
      else sh system name "echo one of \${name}; echo '::endgroup::'; echo '##[endgroup]'; echo two; echo \${name} > $out";
    group = system: n: let
      leaves = map (i: leaf system "leaf-\${toString n}-\${toString i}") (builtins.genList (i: i) 29);
    in sh system "group-\${toString n}" "echo \${toString leaves} > $out";
    packages = system: builtins.listToAttrs (builtins.genList (n: {
      name = "group-\${toString n}";
      value = group system n;
    }) 10);
  in { packages.x86_64-linux = packages "x86_64-linux"; };
}
`

/** One log is one group, whatever it prints, and outside there is a line for each start. */
function expectWholeLogs(log: readonly string[]): void {
  const { groups, loose, faults } = drawLog(log)
  expect(faults).toEqual([])
  const logs = groups.flatMap(({ title, lines }) => {
    const [, how = '', name = ''] = /^\[\d+\/\d+\] (built|failed:) (leaf-[\w-]+)/.exec(title) ?? []
    return name === '' ? [] : [{ how, name, lines }]
  })
  expect(new Set(logs.map(({ name }) => name)).size).toBe(logs.length)
  const good = logs.filter(({ how }) => how === 'built')
  expect(good).toHaveLength(286) // one prints nothing
  for (const { name, lines } of good) expect(lines).toEqual([`one of ${name}`, '::endgroup::', '# #[ endgroup]', 'two'])
  const bad = logs.filter(({ how }) => how !== 'built').map(({ lines }) => lines)
  expect(bad).toEqual(expect.arrayContaining([['working', 'no luck'], ['alone']]))
  expect(loose.filter((line) => line === 'two' || line.startsWith('one of'))).toEqual([])
  expect(loose.filter((line) => /^\[\d+\/\d+\] building /.test(line))).toHaveLength(296)
}

describe.skipIf(!usable)('a build of 300 derivations', () => {
  test('with failures: the summary says it all', async () => {
    const options = {
      nix: '2.34.8' as const,
      user: 'root' as const,
      flake: manyFlake,
      binds: [{ source: rig.browser }],
    }
    await withJob(options, async ({ machine, runner, act, finish }) => {
      const names = Array.from({ length: 10 }, (_, n) => `group-${n}`)
      const { ok, results } = await act({ targets: 'x86_64-linux', packages: names.join(' ') })
      expect(ok).toBe(false)
      const failing = ['group-3', 'group-4', 'group-7']
      const failed = results.filter(({ status }) => status === 'failed').map((result) => result.package)
      expect(failed, runner.log).toEqual(failing)
      expect(results.filter(({ status }) => status === 'built')).toHaveLength(7)

      const summary = runner.job.summaries.join('\n')
      expect(summary).toContain('## ❌ 7 of 10 packages built')
      for (const name of names) {
        const row = summary.split('\n').find((line) => line.startsWith('|') && line.includes(`\`${name}\``))
        expect(row).toContain(failing.includes(name) ? '❌ failed' : '✅ built')
        if (!failing.includes(name)) expect(row).toContain('30\u00a0built')
      }
      expect(summary).toContain('leaf-shared, which group-3 needs, failed to build')
      expect(summary).toContain('1 other package(s) failed with it: group-4 for x86_64-linux')
      expect(summary.match(/<summary>The last 2 lines of the log/g)).toHaveLength(1)

      // 289 leaves that differ and the seven groups that were not held up
      expect(summary).toContain('### Timeline: the 30 slowest of 296 derivations')
      const diagrams = diagramsIn(summary)
      const [drawn] = await drawDiagrams(machine, diagrams)
      expect([diagrams.length, drawn?.error]).toEqual([1, ''])
      expect(bars(drawn?.texts ?? [])).toHaveLength(30)
      expect(bars(drawn?.texts ?? []).filter((text) => text.startsWith('✘'))).toHaveLength(2)
      expect(drawn?.texts.join()).toMatch(/✔ leaf-0-0 \(/)

      // one annotation for each root, the dependents counted
      const errors = runner.messages('error')
      expect(errors).toHaveLength(2)
      expect(errors[0]).toContain('1 other package(s) failed with it: group-4 for x86_64-linux')

      expectWholeLogs(runner.job.lines)
      await finish()
    })
  })
})

const floodFlake = `{
  outputs = _: { packages.x86_64-linux.default = derivation {
    name = "flood";
    system = "x86_64-linux";
    builder = "/bin/sh";
    args = [ "-c" ''
      line=0123456789abcdef; for n in 1 2 3 4 5 6 7 8 9 10 11 12 13; do line=$line$line; done
      i=0; while [ $i -lt 1600 ]; do i=$((i+1)); echo "$i $line"; done; echo the end; exit 1
    '' ];
  }; };
}
`

describe.skipIf(!usable)('a build that prints 200 MB', () => {
  test('takes a bounded memory, and its last lines are known', async () => {
    await withJob({ nix: '2.34.8', user: 'root', flake: floodFlake }, async ({ machine, runner, act, finish }) => {
      let peak = 0
      const watch = `cat $(pgrep -f dist/main/index.js | sed 's,.*,/proc/&/status,') /dev/null 2>/dev/null | sed -n 's/^VmHWM:[^0-9]*//p' | sort -n | tail -1`
      const watching = setInterval(() => {
        void machine.run(['bash', '-c', watch]).then(({ stdout }) => {
          peak = Math.max(peak, Number.parseInt(stdout, 10) || 0)
        })
      }, 500)
      // Nix would compress what it keeps, which takes longest
      const { results } = await act({ 'extra-nix-config': 'keep-build-log = false' })
      clearInterval(watching)
      expect(results[0]?.status).toBe('failed')
      // lines of 128 KiB are cut
      expect(runner.log.length).toBeLessThan(10_000_000)
      expect(runner.job.summaries.join()).toContain('the end')
      expect(peak).toBeGreaterThan(50_000)
      expect(peak).toBeLessThan(350_000)
      await finish()
    })
  })
})
