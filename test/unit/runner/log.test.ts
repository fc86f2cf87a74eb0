import { describe, expect, test } from 'vitest'
import { createLog } from '../../../src/runner/log.ts'

/** What the real runner would obey of a log, by its rules: `::name::` at line start, `##[name]` anywhere. */
function obeyed(text: string): string[] {
  const commands: string[] = []
  let token = ''
  for (const line of text.split('\n')) {
    const stop = /^::stop-commands::(\w+)$/.exec(line)
    if (stop !== null && token === '') token = stop[1] ?? ''
    else if (token !== '' && line === `::${token}::`) token = ''
    else if (token === '' && (/^\s*::[\w-]+.*::/.test(line) || line.includes('##['))) commands.push(line)
  }
  return commands
}

function record(use: (log: ReturnType<typeof createLog>) => void): string {
  let text = ''
  const log = createLog((part) => {
    text += part
  })
  use(log)
  log.end()
  return text
}

describe('log', () => {
  test.each([
    '::error::no',
    '##[save-state name=pid]1',
    'x> ##[add-mask]e',
    '  ::set-output name=a::b',
    '::add-mask::x',
  ])('prints %s as text', (line) => {
    const text = record((log) => log.info(line))
    expect(text).toContain(line)
    expect(obeyed(text)).toEqual([])
  })

  test('a text of several lines cannot end the protection', () => {
    expect(obeyed(record((log) => log.info('a\n::error::b\n::stop-commands::x\n::x::\n::error::c')))).toEqual([])
  })

  test('takes passwords out of URLs', () => {
    expect(record((log) => log.info('copying to https://me:secret@example.org/c'))).not.toContain('secret')
  })
})
