import { describe, expect, it } from 'vitest'
import { nextPace, START, whyGivenUp } from '../../../src/cache/pace.ts'

/** As the client prints them; a `+` before a line that is a step forward. */
const table: readonly (readonly [string, readonly string[]])[] = [
  [
    'a service that fails, or answers with a page',
    [
      '+::debug::[Request] GetCacheEntryDownloadURL http://x',
      '::debug::[Response] - 500',
      '::debug::Headers: {}',
      '::debug::Body: {}',
      'Attempt 1 of 5 failed with error: Failed request: (500) Internal Server Error. Retrying request in 3000 ms...',
      '::debug::[Response] - 200',
      '::debug::Raw Body: <html>',
      'Attempt 2 of 5 failed with error: not JSON. Retrying request in 4600 ms...',
      '+::warning::Failed to restore: x',
    ],
  ],
  [
    'a restore',
    [
      '+::debug::[Request] GetCacheEntryDownloadURL http://x',
      '::debug::[Response] - 200',
      '::add-mask::abc',
      '::debug::Body: {}',
      '+Cache hit for: k',
      '+::debug::Starting download of archive to: /x',
      '::debug::Use Azure SDK: true',
      '+Received 0 of 9 (0.0%), 0.0 MBs/sec',
      'Received 0 of 9 (0.0%), 0.0 MBs/sec',
      '::debug::again',
      '+Received 5 of 9 (55.0%), 0.0 MBs/sec',
      'Received 5 of 9 (55.0%), 0.1 MBs/sec',
      '+Received 9 of 9 (100.0%), 0.1 MBs/sec',
      '+[command]/bin/tar',
    ],
  ],
  [
    'a save',
    [
      '+::debug::[Request] CreateCacheEntry http://x',
      '+::debug::Attempting to upload cache located at: /x',
      '+Sent 0 of 9 (0.0%), 0.0 MBs/sec',
      'Sent 0 of 9 (0.0%), 0.0 MBs/sec',
      '+Sent 9 of 9 (100.0%), 0.0 MBs/sec',
    ],
  ],
]

describe('a step of the client', () => {
  it.each(table)('in %s', (_, lines) => {
    let pace = START
    const seen = lines.map((marked) => {
      const line = marked.replace(/^\+/, '')
      const next = nextPace(pace, line)
      const step = next !== pace
      pace = next
      return `${step ? '+' : ''}${line}`
    })
    expect(seen).toEqual(lines)
  })

  it('waits for the service, for bytes, or for work', () => {
    const waits = (...lines: string[]) => lines.reduce(nextPace, START).waiting
    expect(waits('::debug::[Request] x')).toBe('service')
    expect(waits('::debug::[Request] x', 'Cache hit for: k')).toBe('work')
    expect(waits('::debug::Starting download of archive to: /x')).toBe('download')
    expect(waits('Received 5 of 9 (55.0%), 0.0 MBs/sec')).toBe('download')
    expect(waits('Received 9 of 9 (100.0%), 0.0 MBs/sec')).toBe('work')
    expect(waits('Sent 5 of 9 (55.0%), 0.0 MBs/sec')).toBe('work')
  })
})

it('the reason for giving up says what was waited for', () => {
  const failed = (text: string) => `Attempt 1 of 5 failed with error: ${text}. Retrying request in 3000 ms...`
  const service = { waiting: 'service', mark: '' } as const
  expect(whyGivenUp(service, [])).toBe('the service did not answer within 20 s')
  expect(whyGivenUp(service, [failed('a'), failed('Failed request: (500) b')])).toBe(
    'the service has failed for 20 s: Failed request: (500) b',
  )
  expect(whyGivenUp({ waiting: 'download', mark: '' }, [])).toBe('the download stood still for 60 s')
  expect(whyGivenUp(START, [])).toBe('it took too long')
})
