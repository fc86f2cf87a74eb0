import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { explainBriefly } from '../../../src/nix/explain.ts'
import { annotationsOf } from '../../../src/report/annotations.ts'
import { NO_CHECKOUT } from '../../../src/report/checkout.ts'
import { buildManifest } from '../../../src/report/manifest.ts'
import { report } from '../../../src/report/report.ts'
import { outputTexts, resultObjects } from '../../../src/report/results.ts'
import type { RunRecord } from '../../../src/report/types.ts'
import type { Runner } from '../../../src/runner/ports.ts'
import { built, failed, infosOf, pathInfo, plan, pushed, record, storePath, target } from './records.ts'
import { violations } from './schema.ts'

const SCHEMA = JSON.parse(readFileSync(new URL('../../../docs/manifest.schema.json', import.meta.url), 'utf8'))
const TIME = '2026-11-22T14:00:00.000Z'
const FULL = record({
  results: [
    built('hello'),
    failed('broken', 'broken-1.0 failed to build: x'),
    { plan: plan('none', { choice: false }), status: 'failed', seconds: 0, error: 'no' },
  ],
  pathInfos: infosOf(pathInfo('hello', ['zlib', 'hello']), pathInfo('zlib', ['libc']), pathInfo('libc')),
  pushes: [
    pushed(['hello', 'zlib']),
    pushed([], { destination: 'file:///cache', status: 'failed', reason: 'the disk is full' }),
  ],
})

describe('outputs', () => {
  it('results has exactly the fields of the contract', () => {
    const [result] = resultObjects([built('hello')])
    expect(result).toEqual({
      target: 'aarch64-linux',
      package: 'hello',
      strategy: 'cross',
      method: 'declared',
      reason: 'no runner of its own kind, and the flake declares a cross build',
      drvPath: `${storePath('hello')}.drv`,
      outputs: { out: storePath('hello') },
      status: 'built',
      seconds: 75.123,
      closureSize: 3145728,
      error: null,
      notes: [],
    })
    expect(
      resultObjects([{ plan: plan('x', { choice: false }), status: 'failed', seconds: 0, error: 'why' }]),
    ).toMatchObject([{ strategy: null, method: null, drvPath: null, outputs: {}, closureSize: null, error: 'why' }])
  })

  it('plan has every candidate with its facts, cost and reason', () => {
    expect(JSON.parse(outputTexts([built('hello')]).plan)).toEqual([
      {
        target: 'aarch64-linux',
        package: 'hello',
        reason: expect.any(String),
        candidates: [
          {
            strategy: 'cross',
            method: 'declared',
            attribute: 'packages.x86_64-linux.hello-aarch64',
            chosen: true,
            reason: expect.any(String),
            system: 'x86_64-linux',
            drvPath: `${storePath('hello')}.drv`,
            cost: {
              toBuild: { 'x86_64-linux': 3 },
              bytesToFetch: 5242880,
              seconds: 180,
              closure: { 'x86_64-linux': 12 },
            },
            hybrid: false,
          },
          {
            strategy: 'emulated',
            method: null,
            attribute: '',
            chosen: false,
            reason: 'cross is faster',
            system: null,
            drvPath: null,
            cost: null,
            hybrid: false,
          },
        ],
        attempts: [],
      },
    ])
  })

  it('stay valid and below what GitHub takes with ten thousand packages', () => {
    const many = Array.from({ length: 10_000 }, (_, n) => failed(`package-${n}`, 'x'.repeat(5000)))
    const texts = outputTexts(many)
    expect(texts.shortened).toBe(true)
    // in UTF-16
    expect(2 * (texts.results.length + texts.plan.length)).toBeLessThanOrEqual(1_000_000)
    expect(JSON.parse(texts.results).length).toBeGreaterThan(300)
    expect(JSON.parse(texts.plan).length).toBeGreaterThan(1000)
  })
})

describe('the manifest', () => {
  it('fits its schema', () => {
    expect(violations(JSON.parse(JSON.stringify(buildManifest(FULL, TIME))), SCHEMA)).toEqual([])
    expect(violations(JSON.parse(JSON.stringify(buildManifest(record(), TIME))), SCHEMA)).toEqual([])
  })

  it.each([
    ['$.version', (manifest: Record<string, unknown>) => ({ ...manifest, version: 2 })],
    ['$: no flake', ({ flake: _, ...rest }: Record<string, unknown>) => rest],
    ['$: more is not allowed', (manifest: Record<string, unknown>) => ({ ...manifest, more: 1 })],
    [
      '$.paths[0].narHash',
      (manifest: Record<string, unknown>) => ({ ...manifest, paths: [{ ...pathInfo('x'), narHash: 'md5' }] }),
    ],
    ['$.createdAt', (manifest: Record<string, unknown>) => ({ ...manifest, createdAt: 'yesterday' })],
  ])('the schema refuses what is wrong at %s', (at, change) => {
    const wrong = change(JSON.parse(JSON.stringify(buildManifest(FULL, TIME))))
    expect(violations(wrong, SCHEMA).join('\n')).toContain(at)
  })

  it('has references before what refers to them, and the places of each path', () => {
    const { paths, destinations, packages } = buildManifest(FULL, TIME)
    expect(paths.map(({ path }) => path)).toEqual([storePath('libc'), storePath('zlib'), storePath('hello')])
    expect(paths.map((path) => path.destinations.length)).toEqual([0, 1, 1])
    expect(destinations).toMatchObject([
      { pushed: 2, pushedBytes: 2000, status: 'ok' },
      { pushed: 0, status: 'failed', reason: 'the disk is full' },
    ])
    expect(packages[0]).toMatchObject({
      attribute: 'packages.x86_64-linux.hello-aarch64',
      outputs: { out: storePath('hello') },
    })
  })

  it('has the signatures that the push added, each once', () => {
    const [kept = ''] = pathInfo('libc').signatures
    const at = (signatures: readonly string[]) => [
      { path: storePath('libc'), status: 'pushed', bytes: 1, signatures } as const,
    ]
    const pushes = [pushed([], { paths: at([kept, 'cache-1:AA==']) }), pushed([], { paths: at(['cache-1:AA==']) })]
    const { paths } = buildManifest(record({ pathInfos: infosOf(pathInfo('libc')), pushes }), TIME)
    expect(paths[0]?.signatures).toEqual([kept, 'cache-1:AA=='])
  })

  it('is made of a chain of ten thousand paths', () => {
    const infos = Array.from({ length: 10_000 }, (_, n) => pathInfo(`p${n}`, n === 9999 ? [] : [`p${n + 1}`]))
    const { paths } = buildManifest(record({ pathInfos: infosOf(...infos) }), TIME)
    expect(paths[0]?.path).toBe(storePath('p9999'))
    expect(paths).toHaveLength(10_000)
  })
})

describe('annotations', () => {
  const texts = (...args: Parameters<typeof annotationsOf>) => annotationsOf(...args).map(({ text }) => text)

  it('one for each root failure, the others counted', () => {
    const log = ['one', 'two', 'three', 'four', 'five', 'six']
    const all = [
      failed('curl', 'zlib-1.3, which curl needs, failed to build: it is odd.', log),
      failed('zlib', 'zlib-1.3 failed to build: it is odd.', log),
      failed('other', 'other-1 failed to build: it is even.'),
      built('fine'),
    ]
    const [first = '', second = '', ...none] = texts(all, [], 'fail')
    expect(none).toEqual([])
    expect(first).toContain('zlib for aarch64-linux, cross: zlib-1.3 failed to build: it is odd.')
    expect(first).toContain('1 other package(s) failed with it: curl for aarch64-linux')
    expect(first).toContain('  six')
    expect(first).not.toContain('  one')
    expect(second).toContain('other-1')
  })

  it('those that most fell with come first', () => {
    const shared = (name: string) => failed(name, `zlib-1.3, which ${name} needs, failed to build: it is odd.`)
    const [first = ''] = texts([failed('alone', 'alone-1 failed to build'), shared('a'), shared('b')], [], 'fail')
    expect(first).toContain('1 other package(s) failed with it: b for aarch64-linux')
  })

  it('the right hash is told where the wrong one stands', () => {
    const result = { ...failed('src', 'wrong hash'), mismatch: { name: 'src', wanted: 'sha256-A=', got: 'sha256-B=' } }
    const places = [
      { file: 'a.nix', line: 3 },
      { file: 'b.nix', line: 1 },
    ]
    const [annotation] = annotationsOf([result], [], 'fail', { ...NO_CHECKOUT, placesOf: () => places })
    expect(annotation?.where).toMatchObject({ file: 'a.nix', startLine: 3 })
    expect(annotation?.text).toContain('written at a.nix:3: sha256-B= (the old one is also at b.nix:1)')
  })

  it('so is that of a file that is fetched in an evaluation', () => {
    const text =
      "error: hash mismatch in file downloaded from 'https://example.org/x.txt':\n  specified: sha256:0000000000000000000000000000000000000000000000000001\n  got:       sha256:00xyyr3fi8l6hb839bv3f7yb86yjv7xi1cgh1xnhipym4asvb4aq"
    const seen: unknown[] = []
    const placesOf = (mismatch: unknown) => {
      seen.push(mismatch)
      return [{ file: 'a.nix', line: 3 }]
    }
    const error = `native: it does not evaluate: ${explainBriefly(text)}`
    const [annotation] = annotationsOf([failed('x', error)], [], 'fail', { ...NO_CHECKOUT, placesOf })
    expect(seen).toMatchObject([
      { name: 'x.txt', wanted: 'sha256:0000000000000000000000000000000000000000000000000001' },
    ])
    expect(annotation?.where).toMatchObject({ file: 'a.nix', startLine: 3 })
    expect(annotation?.text).toContain('at a.nix:3: sha256-WJG1tSLV3whtD/CxEPvZ0hu0/HFjrzTQgoai6Eb2vgM=')
  })

  it('at most ten errors, the last of which counts the rest', () => {
    const all = Array.from({ length: 30 }, (_, n) => failed(`p${n}`, `p${n} failed`))
    const annotations = annotationsOf(all, [pushed([], { status: 'failed', reason: 'full' })], 'fail')
    expect(annotations).toHaveLength(10)
    expect(annotations.at(-1)?.text).toBe('22 more failures are in the job summary.')
    // one of each kind is told
    expect(annotations.filter(({ where }) => where.title === 'Push failed')).toHaveLength(1)
    const pushes = Array.from({ length: 12 }, () => pushed([], { status: 'failed', reason: 'full' }))
    const few = annotationsOf(all.slice(0, 3), pushes, 'fail')
    expect(few.filter(({ where }) => where.title === 'Push failed')).toHaveLength(6)
    expect(few.at(-1)?.text).toBe('6 more failures are in the job summary.')
  })

  it('a failed push is an error or a warning, as the workflow wants it', () => {
    const push = [pushed([], { status: 'failed', reason: 'the disk is full' })]
    expect(annotationsOf([], push, 'fail')).toMatchObject([
      { level: 'error', text: expect.stringContaining('the disk is full') },
    ])
    expect(annotationsOf([], push, 'warn')).toMatchObject([{ level: 'warning' }])
  })

  it('an error of evaluation is shown at its place in the checkout', () => {
    const checkout = { ...NO_CHECKOUT, placeIn: (error: string) => ({ file: `sub/${error}`, line: 12 }) }
    const [annotation] = annotationsOf([failed('x', 'part.nix')], [], 'fail', checkout)
    expect(annotation?.where).toMatchObject({ file: 'sub/part.nix', startLine: 12 })
  })
})

describe('the report', () => {
  async function run(of: RunRecord) {
    const outputs: Record<string, string> = {}
    const written: Record<string, string> = {}
    const said = { info: [] as string[], error: [] as string[], warning: [] as string[], summary: [] as string[] }
    const runner = {
      facts: { folder: '/run', env: {} },
      files: { write: async (path: string, content: string) => void Object.assign(written, { [path]: content }) },
      job: {
        output: (name: string, value: string) => void Object.assign(outputs, { [name]: value }),
        summary: async (markdown: string) => void said.summary.push(markdown),
      },
      log: {
        info: (text: string) => void said.info.push(text),
        group: (_: string, body: () => Promise<void>) => body(),
        error: (text: string) => void said.error.push(text),
        warning: (text: string) => void said.warning.push(text),
      },
    } as unknown as Runner
    return { success: await report(runner, of), outputs, written, said }
  }

  it('writes all outputs of the contract, the manifest, the summary and the annotations', async () => {
    const { success, outputs, written, said } = await run(FULL)
    expect(success).toBe(false)
    expect(outputs).toMatchObject({
      'store-paths': storePath('hello'),
      manifest: '/run/manifest.json',
      'pushed-paths': '2',
      'pushed-bytes': '2000',
      'skipped-paths': '0',
      'nix-version': '2.34.8',
      'nix-installed': 'false',
      'cache-hit': 'false',
    })
    expect(Object.keys(outputs).sort()).toEqual(
      [
        'cache-hit',
        'manifest',
        'nix-installed',
        'nix-version',
        'plan',
        'pushed-bytes',
        'pushed-paths',
        'results',
        'skipped-paths',
        'store-paths',
        'strategy',
      ].sort(),
    )
    expect(violations(JSON.parse(written['/run/manifest.json'] ?? ''), SCHEMA)).toEqual([])
    expect(said.summary).toHaveLength(1)
    expect(said.error).toHaveLength(3)
    expect(said.info).toContain(`hello for aarch64-linux (cross): built in 1 min 15 s: ${storePath('hello')}`)
  })

  it('is a success only where everything was done', async () => {
    const failedPush = pushed([], { status: 'failed', reason: 'full' })
    const of = async (more: Partial<RunRecord>) => (await run(record(more))).success
    expect(await of({ results: [built('a')], pushes: [pushed(['a'])] })).toBe(true)
    expect(await of({ results: [built('a'), failed('b', 'x')] })).toBe(false)
    expect(await of({ results: [{ ...built('a'), status: 'skipped' }] })).toBe(false)
    expect(await of({ results: [{ ...built('a'), status: 'planned' }] })).toBe(true)
    expect(await of({ results: [built('a')], pushes: [failedPush] })).toBe(false)
    const warn = { targets: [target('aarch64-linux')], onPushFailure: 'warn' as const, dryRun: false }
    expect(await of({ inputs: warn, results: [built('a')], pushes: [failedPush] })).toBe(true)
  })

  it('tells the strategy where there is one target and one answer', async () => {
    const strategy = async (more: Partial<RunRecord>) => (await run(record(more))).outputs.strategy
    expect(await strategy({ results: [built('a'), built('b')] })).toBe('cross')
    const absent = { plan: plan('x', { choice: false }), status: 'failed', seconds: 0 } as const
    expect(await strategy({ results: [built('a'), absent] })).toBe('cross')
    expect(await strategy({ results: [built('a'), built('b', { strategy: 'emulated' })] })).toBe('')
    const two = {
      targets: [target('aarch64-linux'), target('riscv64-linux')],
      onPushFailure: 'fail' as const,
      dryRun: false,
    }
    expect(await strategy({ inputs: two, results: [built('a')] })).toBe('')
  })
})
