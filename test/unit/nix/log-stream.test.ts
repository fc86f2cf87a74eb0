import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLogReader, type LogEvent } from '../../../src/nix/log-stream.ts'
import { LONGEST_LINE, plainLine, plainText } from '../../../src/nix/log-text.ts'
import { recorded, VERSIONS } from './recorded/recorded.ts'

const DRV = '/nix/store/vcyccavr8yzl0ki7di2z1xkqagp54rk6-liba-1.0.drv'
const nix = (record: string): string => `@nix ${record}`
const start = (id: string, type = 105, fields = `["${DRV}","",1,1]`): string =>
  nix(`{"action":"start","fields":${fields},"id":${id},"level":3,"parent":0,"text":"","type":${type}}`)
const result = (id: string, type: number, fields: string): string =>
  nix(`{"action":"result","fields":${fields},"id":${id},"type":${type}}`)
const stop = (id: string): string => nix(`{"action":"stop","id":${id}}`)

function readAll(lines: readonly string[]): LogEvent[] {
  const read = createLogReader()
  return lines.flatMap((line) => read(line) ?? [])
}

describe('the log of a build', () => {
  it.each(VERSIONS)('recorded from Nix %s: three builds in order, with phases and lines', (version) => {
    const events = readAll(recorded(version, 'stream-good').lines)
    const builds = events.flatMap((event) =>
      event.kind === 'build-started' || event.kind === 'build-stopped'
        ? [`${event.kind} ${event.drvPath.slice(44)}`]
        : [],
    )
    expect(builds).toEqual([
      'build-started liba-1.0.drv',
      'build-stopped liba-1.0.drv',
      'build-started libb-2.0.drv',
      'build-stopped libb-2.0.drv',
      'build-started good-1.0.drv',
      'build-stopped good-1.0.drv',
    ])
    const phases = events.filter((event) => event.kind === 'phase').map(({ phase }) => phase)
    expect(phases).toEqual(['unpackPhase', 'buildPhase'])
    const lines = events
      .filter((event) => event.kind === 'log' && event.drvPath === DRV)
      .map((event) => 'text' in event && event.text)
    expect(lines).toContain('red text')
    expect(lines).toContain('bytes \ufffd\ufffd\ufffd')
    expect(events.filter((event) => event.kind === 'plain')).toEqual([])
  })

  it.each(VERSIONS)('recorded from Nix %s: a path copied from a substituter', (version) => {
    const copies = readAll(recorded(version, 'stream-substitute').lines).filter(
      (event) => event.kind === 'copy-started',
    )
    expect(copies).toHaveLength(1)
    expect(copies[0]).toMatchObject({ from: 'file:///tmp/manycache' })
  })

  it.each(VERSIONS)('recorded from Nix %s: errors as messages without escape sequences', (version) => {
    const errors = readAll(recorded(version, 'stream-failures').lines).filter(
      (event) => event.kind === 'message' && event.level === 0,
    )
    expect(errors.length).toBeGreaterThan(3)
    expect(JSON.stringify(errors)).not.toContain('\\u001b')
    expect(JSON.stringify(errors)).toContain('hash mismatch in fixed-output derivation')
  })
})

describe('records', () => {
  it('keeps ids apart that a JavaScript number cannot tell apart', () => {
    const [one, other] = ['18014398509481984', '18014398509481985']
    expect(Number(one)).toBe(Number(other))
    const second = DRV.replace('liba', 'libz')
    const events = readAll([
      start(one),
      start(other, 105, `["${second}","",1,1]`),
      result(one, 101, '["first"]'),
      result(other, 101, '["second"]'),
      stop(one),
      result(other, 101, '["still there"]'),
    ])
    const logs = events.filter((event) => event.kind === 'log')
    expect(logs).toEqual([
      { kind: 'log', drvPath: DRV, text: 'first' },
      { kind: 'log', drvPath: second, text: 'second' },
      { kind: 'log', drvPath: second, text: 'still there' },
    ])
  })

  it('is not misled by what looks like an id in a log line', () => {
    const events = readAll([start('1'), result('1', 101, '["{\\"id\\":12345678901234567890,\\"parent\\":3}"]')])
    expect(events[1]).toEqual({ kind: 'log', drvPath: DRV, text: '{"id":12345678901234567890,"parent":3}' })
  })

  it.each([
    ['an activity type of a later Nix', start('1', 113, '["/nix/store/x",1]')],
    ['a result type of a later Nix', result('1', 109, '["/nix/store/x"]')],
    ['an action of a later Nix', nix('{"action":"dance","id":1}')],
    ['a result of an activity that never started', result('77', 101, '["text"]')],
    ['a stop of an activity that never started', stop('77')],
    ['what is expected', result('1', 106, '[101,0]')],
    ['an empty line', ''],
  ])('says nothing of %s', (_, line) => {
    expect(createLogReader()(line)).toBeUndefined()
  })

  it.each([
    ['a line of a wrapper', 'warning: hello', 'warning: hello'],
    ['a line that only ends like a record', 'x "type":106}', 'x "type":106}'],
    ['broken JSON', '@nix {"action":', '@nix {"action":'],
    ['JSON that is no object', '@nix [1]', '@nix [1]'],
    ['a line with colours', '\u001b[31mred\u001b[0m', 'red'],
  ])('passes on %s', (_, line, text) => {
    expect(createLogReader()(line)).toEqual({ kind: 'plain', text })
  })

  it('counts builds and copies, and the bytes of downloads once', () => {
    const events = readAll([
      start('1', 104, '[]'),
      result('1', 105, '[2,5,1,1]'),
      start('2', 101, '["http://cache"]'),
      result('2', 105, '[100,1000,0,0]'),
      result('2', 105, '[100,1000,0,0]'),
      result('2', 105, '[1000,1000,0,0]'),
    ])
    expect(events[0]).toEqual({ kind: 'progress', of: 'builds', done: 2, expected: 5, running: 1, failed: 1 })
    expect(events.slice(1)).toEqual([
      { kind: 'bytes', bytes: 100 },
      { kind: 'bytes', bytes: 900 },
    ])
  })

  it('names the remote machine of a build', () => {
    expect(createLogReader()(start('1', 105, `["${DRV}","ssh://builder",1,1]`))).toEqual({
      kind: 'build-started',
      drvPath: DRV,
      machine: 'ssh://builder',
    })
  })

  it('cuts a line of 20 MB to its beginning, without parsing it whole', () => {
    const read = createLogReader()
    read(start('9007199254740995'))
    const event = read(result('9007199254740995', 101, `["begin ${'x\\n'.repeat(7_000_000)}"]`))
    expect(event).toMatchObject({ kind: 'log', drvPath: DRV })
    const { text } = event as { text: string }
    expect(text.length).toBeLessThan(LONGEST_LINE + 100)
  })

  it('never throws, and forgets activities that do not stop', () => {
    const read = createLogReader()
    for (let n = 0; n < 100_000; n += 1) read(start(String(n), 105, `["${DRV}-${n}","",1,1]`))
    expect(read(result('0', 101, '["forgotten"]'))).toBeUndefined()
    expect(read(result('99999', 101, '["remembered"]'))).toMatchObject({ text: 'remembered' })
  })

  it('survives any line', () => {
    const json = fc.jsonValue().map((value) => nix(JSON.stringify(value)))
    const almost = fc.record({
      action: fc.constantFrom('start', 'stop', 'result', 'msg', 'x'),
      id: fc.oneof(fc.nat(5), fc.string(), fc.constant(null)),
      type: fc.oneof(fc.integer({ min: 99, max: 113 }), fc.string()),
      fields: fc.oneof(fc.array(fc.oneof(fc.string(), fc.integer())), fc.jsonValue()),
      level: fc.oneof(fc.nat(7), fc.string()),
      msg: fc.oneof(fc.string({ unit: 'binary' }), fc.constant(null)),
    })
    const records = almost.map((value) => nix(JSON.stringify(value)))
    const cut = records.chain((line) => fc.nat(line.length).map((length) => line.slice(0, length)))
    fc.assert(
      fc.property(fc.array(fc.oneof(json, records, cut, fc.string({ unit: 'binary' }))), (lines) => {
        for (const event of readAll(lines)) {
          if ('text' in event && event.kind !== 'message') expect(event.text).toMatch(/^(?:\t|\P{Cc})*$/u)
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('plain text', () => {
  it.each([
    ['colours', '\u001b[1;31mred\u001b[0m', 'red'],
    ['cursor movements', 'a\u001b[2K\u001b[1Gb', 'ab'],
    ['a link', '\u001b]8;;http://x\u0007text\u001b]8;;\u001b\\', 'text'],
    ['a title that never ends', '\u001b]0;title', ''],
    ['other controls', 'a\u0000\u0008\u007f\u009bb', 'ab'],
    ['text that reads backwards', 'a\u202eb', 'ab'],
    ['tabs and umlauts, which stay', 'a\tä€😀', 'a\tä€😀'],
  ])('takes out %s', (_, text, plain) => {
    expect(plainText(text)).toBe(plain)
  })

  it.each([
    ['progress', '10%\r50%\r100%', '100%'],
    ['a carriage return at the end', 'one\rtwo\r', 'two'],
    ['nothing but carriage returns', '\r\r', ''],
    ['a line feed inside', 'a\nb', 'a b'],
  ])('of a line with %s', (_, text, plain) => {
    expect(plainLine(text)).toBe(plain)
  })
})
