import { expect, test } from 'vitest'
import { createTerminalLog } from '../../../src/runner/terminal.ts'

function record(columns: number, rows: number) {
  let text = ''
  const write = (part: string): void => {
    text += part
  }
  const log = createTerminalLog({ write, size: () => ({ columns, rows }) }, false)
  return { log, text: () => text }
}

test('secrets are hidden everywhere, and no command is printed', async () => {
  const { log, text } = record(80, 24)
  log.mask('hush-hush\nsecond-line')
  log.info('a hush-hush b')
  log.error('second-line', { title: 'x', file: 'flake.nix', startLine: 3 })
  log.status?.({}, ['status of hush-hush'])
  await log.group('hush-hush', async () => log.info('https://me:pass@host'))
  log.debug('not asked for')
  log.end()
  expect(text()).not.toMatch(/hush-hush|second-line|::|pass|not asked/)
  expect(text()).toContain('*** (flake.nix:3)')
})

test('the lines of several owners are drawn below the log, cut to the window, and taken away', () => {
  const { log, text } = record(10, 5)
  const [one, two] = [{}, {}]
  log.status?.(one, ['1'.repeat(30), 'b'])
  log.status?.(two, ['c', 'd'])
  expect(text().endsWith(`\u001b[2A\r\u001b[J${'1'.repeat(9)}\nb\nc\n`)).toBe(true)
  log.info('line')
  expect(text().endsWith(`\u001b[3A\r\u001b[Jline\n${'1'.repeat(9)}\nb\nc\n`)).toBe(true)
  log.status?.(one, [])
  log.end()
  expect(text().endsWith('\u001b[2A\r\u001b[J')).toBe(true)
})
