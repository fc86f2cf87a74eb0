import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { BuildFollower, type FollowOptions } from '../../../src/build/log/follow.ts'
import { createLog } from '../../../src/runner/log.ts'
import { drawLog, playOutput } from '../../rig/drawn-log.ts'
import { recorded, VERSIONS } from '../nix/recorded/recorded.ts'

const path = (name: string): string => `/nix/store/${'a'.repeat(32)}-${name}.drv`
const nix = (record: object): string => `@nix ${JSON.stringify(record)}`
const start = (id: number, name: string, machine = ''): string =>
  nix({ action: 'start', fields: [path(name), machine, 1, 1], id, level: 3, text: '', type: 105 })
const stop = (id: number): string => nix({ action: 'stop', id })
const log = (id: number, text: string): string => nix({ action: 'result', fields: [text], id, type: 101 })
const error = (msg: string): string => nix({ action: 'msg', level: 0, msg })
const counters = (done: number, expected: number): string =>
  nix({ action: 'result', fields: [done, expected, 0, 0], id: 1, type: 105 })
const ALL = nix({ action: 'start', id: 1, level: 0, text: '', type: 104 })

/** A follower on a clock that the test moves. */
function follow(options: Partial<FollowOptions> = {}) {
  const printed: string[] = []
  /** Logs that were printed, by the line over them. */
  const logs: Record<string, readonly string[]> = {}
  const hold = () => {
    const lines: string[] = []
    const print = (title: string): void => {
      printed.push(title)
      logs[title] = lines
    }
    return { add: (line: string) => lines.push(line), save: () => undefined, print }
  }
  const clock = { seconds: 100 }
  const follower = new BuildFollower({
    log: { info: (text) => printed.push(text), hold },
    now: () => clock.seconds * 1000,
    ...options,
  })
  const feed = (...lines: readonly string[]): void => {
    for (const line of lines) follower.line(line)
  }
  return { follower, printed, logs, clock, feed }
}

/** Bytes in the files below a folder. */
const sizeOf = (folder: string): number =>
  (existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [])
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)

const statuses = (follower: BuildFollower): Record<string, string> =>
  Object.fromEntries([...follower.derivations.values()].map(({ name, status }) => [name, status]))

describe.each(VERSIONS)('runs recorded from Nix %s', (version) => {
  it('builds of which all succeed', () => {
    const { follower, printed, logs, clock } = follow()
    for (const line of recorded(version, 'stream-good').lines) {
      clock.seconds += 0.5
      follower.line(line)
    }
    follower.finish()
    expect(statuses(follower)).toEqual({ 'liba-1.0': 'built', 'libb-2.0': 'built', 'good-1.0': 'built' })
    expect(follower.errors).toEqual([])
    const starts = printed.filter((line) => line.includes('] building'))
    expect(starts).toEqual(['[1/3] building liba-1.0', '[2/3] building libb-2.0', '[3/3] building good-1.0'])
    expect(printed.findLast((line) => line.includes('built'))).toMatch(/^\[3\/3\] built good-1\.0 in [\d.]+ s$/)
    const logOf = (name: string) => Object.entries(logs).find(([title]) => title.includes(`built ${name}`))?.[1]
    expect(logOf('liba-1.0')).toContain('red text')
    expect(logOf('libb-2.0')).toContain('::error::hacked')
    expect(follower.derivations.get('/nix/store/vcyccavr8yzl0ki7di2z1xkqagp54rk6-liba-1.0.drv')).toMatchObject({
      phase: 'buildPhase',
      lastLines: [],
    })
  })

  it('a remote builder, which tells of its own builds and counters within', () => {
    const { follower, printed, logs } = follow()
    for (const line of recorded(version, 'stream-remote').lines) follower.line(line)
    follower.finish()
    expect(statuses(follower)).toEqual({ fail: 'failed', good: 'built', good2: 'built' })
    const all = [...follower.derivations.values()]
    expect(all.filter(({ machine }) => !machine.startsWith('ssh-ng://root@127.0.0.1'))).toEqual([])
    expect(all.find(({ name }) => name === 'fail')?.lastLines).toEqual(['one'])
    const told = printed.flatMap(
      (line) => /^\[(\d+)\/3\] (.*) on ssh-ng:\/\/root@127\.0\.0\.1(?! *\?)/.exec(line)?.slice(1, 3).join(' ') ?? [],
    )
    expect(told.sort()).toEqual([
      '1 building fail',
      '1 failed: fail',
      '2 building good',
      '2 built good',
      '3 building good2',
      '3 built good2',
    ])
    expect(printed.filter((line) => /not finished|more of the log/.test(line))).toEqual([])
    expect(Object.values(logs).flat().sort()).toEqual(['hi', 'one'])
  })

  it('failures of four kinds, and what fell with them', () => {
    const { follower, clock } = follow({ limits: { silent: 2, total: 0 } })
    const { lines } = recorded(version, 'stream-failures')
    const hung = /"id":(\d+),.*hung-1\.0\.drv/.exec(
      lines.find((line) => line.includes('building') && line.includes('hung-1.0.drv')) ?? '',
    )?.[1]
    for (const line of lines) {
      clock.seconds += line === `@nix {"action":"stop","id":${hung}}` ? 2 : 0.001
      follower.line(line)
    }
    follower.finish()
    expect(statuses(follower)).toEqual({
      'hung-1.0': 'silent',
      'fod.txt': 'failed',
      'killed-1.0': 'failed',
      'bad-3.0': 'failed',
    })
    const bad = [...follower.derivations.values()].find(({ name }) => name === 'bad-3.0')
    expect(bad?.lastLines).toHaveLength(25)
    expect(bad?.lastLines.at(-1)).toBe('bad line 40')
    expect(bad?.error).toContain('failed with exit code 2')
    expect([...follower.dependents].map((drv) => drv.slice(44)).sort()).toEqual(['all-1.0.drv', 'needsbad-1.0.drv'])
    expect(follower.errors.filter(({ text }) => /dependenc|build of/.test(text))).toEqual([])
    const blamed = follower.errors.map(({ drvPath }) => drvPath?.slice(44)).sort()
    expect(blamed).toEqual(expect.arrayContaining(['bad-3.0.drv', 'fod.txt.drv', 'killed-1.0.drv']))
  })
})

describe('how a build ended', () => {
  it.each([
    ['its message before the stop', [error(`builder for '${path('x-1')}' failed with exit code 1`), stop(2)]],
    [
      'its message after the stop',
      [stop(2), error(`Cannot build '${path('x-1')}'.\n       Reason: builder failed with exit code 1.`)],
    ],
    ['no message of its own', [stop(2), error('something else')]],
  ])('failed, with %s', (_, ending) => {
    const { follower, printed, feed } = follow()
    feed(ALL, start(2, 'x-1'), counters(0, 1), ...ending)
    follower.finish()
    expect(statuses(follower)).toEqual({ 'x-1': 'failed' })
    expect(printed.filter((line) => line.includes('failed: x-1'))).toHaveLength(1)
  })

  it('two that end together, one well, are told apart by the message', () => {
    const { follower, feed } = follow()
    feed(ALL, start(2, 'bad-1'), start(3, 'good-1'), counters(1, 2))
    feed(error(`builder for '${path('bad-1')}' failed with exit code 1`), stop(2), stop(3))
    follower.finish()
    expect(statuses(follower)).toEqual({ 'bad-1': 'failed', 'good-1': 'built' })
  })

  it('when it was counted as done or failed, where Nix 2.8 tells the stop only at its own end', () => {
    const { follower, feed, clock } = follow()
    feed(ALL, start(2, 'short-1'), start(3, 'bad-1'), start(4, 'long-1'), counters(0, 3), log(4, 'goes on'))
    clock.seconds += 5
    feed(counters(1, 3), log(4, 'and on'))
    clock.seconds += 5
    feed(error(`builder for '${path('bad-1')}' failed with exit code 1`))
    clock.seconds += 10
    feed(counters(2, 3))
    clock.seconds += 100
    feed(stop(4), stop(3), stop(2))
    follower.finish()
    const told = [...follower.derivations.values()].map(({ name, status, seconds }) => [name, status, seconds])
    expect(told).toEqual([
      ['short-1', 'built', 5],
      ['bad-1', 'failed', 10],
      ['long-1', 'built', 20],
    ])
  })

  it('counts on where Nix counts anew after a build during evaluation', () => {
    const { follower, feed } = follow()
    feed(ALL, start(2, 'a-1'), counters(1, 1), stop(2), counters(0, 1), start(3, 'b-1'), counters(1, 1), stop(3))
    expect(statuses(follower)).toEqual({ 'a-1': 'built', 'b-1': 'built' })
  })

  it.each([
    ['silent', 'of silence', 10, { silent: 10, total: 60 }, 5],
    ['silent', '', 10, { silent: 10, total: 60 }, 5],
    ['timeout', '', 60, { silent: 10, total: 60 }, 55],
    ['timeout', '', 60, { silent: 0, total: 60 }, 5],
  ] as const)('%s: timed out %s after %i s', (status, words, seconds, limits, printing) => {
    const { follower, feed, clock } = follow({ limits })
    feed(ALL, start(2, 'x-1'))
    clock.seconds += printing
    feed(log(2, 'line'))
    clock.seconds += status === 'silent' ? seconds : seconds - printing
    const named = words === '' ? '' : `building of '${path('x-1')}^out' from .drv file `
    feed(stop(2), error(`error: ${named}timed out after ${seconds} seconds ${words}`.trim()))
    follower.finish()
    expect(statuses(follower)).toEqual({ 'x-1': status })
  })

  it('a limit of nix.conf is none of ours', () => {
    const { follower, feed, clock } = follow({ limits: { silent: 0, total: 0 } })
    feed(ALL, start(2, 'x-1'))
    clock.seconds += 20
    feed(stop(2), error('error: timed out after 20 seconds'))
    follower.finish()
    expect(statuses(follower)).toEqual({ 'x-1': 'failed' })
    expect(follower.derivations.get(path('x-1'))?.error).toContain('timed out after 20 seconds')
  })

  it('was not finished when Nix was ended', () => {
    const { follower, feed, printed, clock } = follow()
    feed(start(2, 'x-1'))
    clock.seconds += 90
    follower.finish()
    expect(statuses(follower)).toEqual({ 'x-1': 'stopped' })
    expect(printed.at(-1)).toBe('[1/1] not finished: x-1 after 1 min 30 s')
  })
})

describe('what is printed', () => {
  it('names, numbers, machines', () => {
    const { follower, feed, printed, clock } = follow({
      total: 12,
      heartbeat: 1000,
      describe: (drvPath) => (drvPath === path('hello-2.12') ? 'hello-2.12 for aarch64-linux (emulated)' : undefined),
    })
    feed(ALL, start(2, 'hello-2.12'), start(3, 'zlib-1.3', 'ssh://far'))
    clock.seconds += 75
    feed(counters(1, 2), stop(2), error(`builder for '${path('zlib-1.3')}' failed with exit code 2`), stop(3))
    expect(printed).toEqual([
      '[1/12] building hello-2.12 for aarch64-linux (emulated)',
      '[2/12] building zlib-1.3 on ssh://far',
      '[1/12] built hello-2.12 for aarch64-linux (emulated) in 1 min 15 s',
      '[2/12] failed: zlib-1.3 on ssh://far after 1 min 15 s: builder failed with exit code 2',
    ])
    expect(follower.dependents.size).toBe(0)
  })

  it('a log in one piece under the line of its end, and the last lines of what failed below it', () => {
    const { feed, printed, logs } = follow()
    const many = Array.from({ length: 20 }, (_, n) => `b ${n}`)
    feed(ALL, start(2, 'a-1'), start(3, 'b-1'), start(4, 'quiet-1'), log(2, 'a 1'), ...many.map((line) => log(3, line)))
    feed(log(2, 'a 2'), counters(1, 3), stop(2))
    feed(error(`builder for '${path('b-1')}' failed with exit code 2`), stop(3), counters(2, 3), stop(4))
    const [built, failed] = [
      '[1/3] built a-1 in 0.0 s',
      '[2/3] failed: b-1 after 0.0 s: builder failed with exit code 2',
    ]
    expect(printed.slice(3)).toEqual([
      built,
      failed,
      ...many.slice(-10).map((line) => `  ${line}`),
      '[3/3] built quiet-1 in 0.0 s',
    ])
    expect(logs).toEqual({ [built]: ['a 1', 'a 2'], [failed]: many })
  })

  it('what a build has printed until Nix was ended', () => {
    const { follower, feed, printed, logs } = follow()
    feed(start(2, 'x-1'), log(2, 'so far'))
    follower.finish()
    expect(logs).toEqual({ '[1/1] not finished: x-1 after 0.0 s': ['so far'] })
    expect(printed.at(-1)).toBe('  so far')
  })

  it('a sign of life every 30 s, with counts and how far the longest builds are', () => {
    const { follower, feed, printed, clock } = follow({ total: 9 })
    feed(ALL, start(2, 'a-1'), nix({ action: 'result', fields: ['buildPhase'], id: 2, type: 104 }))
    feed(log(2, 'CC a.o'), log(2, ' '))
    clock.seconds += 29
    follower.tick()
    expect(printed).toHaveLength(1)
    feed(start(3, 'b-1'), start(4, 'c-1'), start(5, 'd-1'), log(3, 'CC b.o'))
    feed(
      nix({ action: 'start', fields: ['http://c'], id: 9, type: 101, text: '', level: 4 }),
      nix({ action: 'result', fields: [3145728, 9, 0, 0], id: 9, type: 105 }),
    )
    clock.seconds += 2
    follower.tick()
    follower.tick()
    expect(printed.slice(4)).toEqual([
      'still building after 31 s: 0 built, 4 running, 5 left, 3.0 MiB fetched',
      '  a-1: 31 s, buildPhase, silent for 31 s, line 2: CC a.o',
      '  b-1: 2.0 s, line 1: CC b.o',
      '  c-1: 2.0 s, nothing printed',
    ])
    clock.seconds += 30
    follower.tick()
    expect(printed).toHaveLength(12)
  })

  it('a sign of life while something large is fetched', () => {
    const { follower, feed, printed, clock } = follow()
    feed(nix({ action: 'start', fields: ['/nix/store/x', 'http://c', 'local'], id: 7, type: 100, text: '', level: 3 }))
    clock.seconds += 40
    follower.tick()
    feed(stop(7))
    clock.seconds += 40
    follower.tick()
    expect(printed.slice(1)).toEqual(['still fetching after 40 s: 0 built, 0 running, 0 left'])
  })

  it('nothing when nothing runs', () => {
    const { follower, printed, clock } = follow()
    clock.seconds += 1000
    follower.tick()
    follower.finish()
    expect(printed).toEqual([])
  })

  it('warnings and errors that belong to no derivation', () => {
    const { feed, printed, follower } = follow()
    feed(
      nix({ action: 'msg', level: 1, msg: 'warning: odd' }),
      error('error: no such thing'),
      nix({ action: 'msg', level: 4, msg: 'chatter' }),
    )
    feed(error('error: no such thing'), 'a line of ssh')
    expect(printed).toEqual(['warning: odd', 'error: no such thing', 'error: no such thing', 'a line of ssh'])
    expect(follower.errors).toEqual([{ text: 'error: no such thing' }])
  })
})

describe('with the log of the job', () => {
  const folder = mkdtempSync(join(tmpdir(), 'follow-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  it('follows 200 MB of log in constant memory and little room on disk', { timeout: 120_000 }, () => {
    let [bytes, disk] = [0, 0]
    const write = (text: string): void => {
      bytes += text.length
    }
    const follower = new BuildFollower({ log: createLog(write, folder), now: () => 0 })
    const line = log(2, 'x'.repeat(1000))
    follower.line(start(2, 'x-1'))
    global.gc?.()
    const before = process.memoryUsage().heapUsed
    for (let n = 0; n < 200_000; n += 1) {
      follower.line(line)
      if (n % 10_000 === 0 && n > 0) disk = Math.max(disk, sizeOf(join(folder, 'held')))
    }
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100_000_000)
    expect(bytes).toBeLessThan(100)
    expect(disk).toBeGreaterThan(8_000_000)
    expect(disk).toBeLessThan(30_000_000)
    follower.finish()
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100_000_000)
    expect(bytes).toBeGreaterThan(20_000_000)
    expect(bytes).toBeLessThan(30_000_000)
    expect(sizeOf(join(folder, 'held'))).toBe(0)
    expect(follower.derivations.get(path('x-1'))).toMatchObject({ lines: 200_000 })
  })

  const texts = fc.constantFrom('plain', '::endgroup::', '##[endgroup]', '[group]x', '::group::y', '::error::z', '')
  const endings = fc.constantFrom('end', 'fail', 'wait')
  const step = fc.record({
    run: fc.nat(1),
    build: fc.nat(4),
    what: fc.oneof({ weight: 6, arbitrary: texts }, { weight: 1, arbitrary: endings }),
  })
  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

  /** Plays the steps; gives what is printed, and the lines that each build has printed. */
  function playSteps(steps: readonly Step[]) {
    let text = ''
    const jobLog = createLog((part) => {
      text += part
    }, folder)
    const clock = { seconds: 0 }
    const runs = [0, 1].map(() => new BuildFollower({ log: jobLog, now: () => clock.seconds * 1000 }))
    const wanted = new Map<string, string[]>()
    const ended = new Set<string>()
    const end = (follower: BuildFollower, name: string, id: number, failed: boolean): void => {
      ended.add(name)
      if (failed) follower.line(error(`builder for '${path(name)}' failed with exit code 1`))
      follower.line(stop(id))
    }
    const say = (follower: BuildFollower, name: string, id: number, lines: readonly string[]): void => {
      for (const line of lines) follower.line(log(id, line))
      const shown = lines.map((line) => line.replace('##[', '# #[').replace(/\[(?=(end)?group)/, '[ '))
      wanted.set(name, [...(wanted.get(name) ?? []), ...shown])
    }
    const play = ({ run, build, what }: Step, index: number): void => {
      const [name, id, follower] = [`r${run}b${build}-1`, build + 2, runs[run] as BuildFollower]
      if (ended.has(name)) return
      if (!follower.derivations.has(path(name))) follower.line(start(id, name))
      if (what === 'wait') clock.seconds += 31
      else if (what === 'fail' || what === 'end') end(follower, name, id, what === 'fail')
      else say(follower, name, id, [`${index} of ${name}`, what])
    }
    steps.forEach(play)
    for (const follower of runs) follower.finish()
    jobLog.end()
    return { text, wanted }
  }

  it('two runs side by side, in any order: each log is one piece, whole, with nothing else in it', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const { text, wanted } = playSteps(steps)
        const job = playOutput(text)
        const { groups, loose, faults } = drawLog(job.lines)
        expect([faults, job.annotations]).toEqual([[], []])
        const found = groups.map(({ title, lines }) => [/r\db\d-1/.exec(title)?.[0], lines] as const)
        expect(Object.fromEntries(found)).toEqual(Object.fromEntries(wanted))
        expect(found).toHaveLength(wanted.size)
        // outside there are lines of ours alone; those of builds are indented
        expect(loose.filter((line) => !/^(?: {2}|\[\d\/\d\] |still )/.test(line))).toEqual([])
      }),
      { numRuns: 300 },
    )
  })
})

it('survives any order of records', () => {
  const step = fc.oneof(
    fc.tuple(fc.nat(4), fc.nat(4)).map(([id, name]) => start(id + 2, `p${name}-1`)),
    fc.nat(8).map(stop),
    fc.nat(8).map((id) => log(id, 'text')),
    fc.nat(5).map((done) => counters(done, 5)),
    fc.nat(4).map((name) => error(`builder for '${path(`p${name}-1`)}' failed with exit code 1`)),
    fc.constant(error('timed out after 1 seconds')),
    fc.string(),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (lines) => {
      const { follower, feed } = follow()
      feed(ALL, ...lines)
      follower.finish()
      for (const { status } of follower.derivations.values())
        expect(['built', 'failed', 'silent', 'timeout', 'stopped']).toContain(status)
    }),
  )
})
