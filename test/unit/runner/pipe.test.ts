import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openPipe, PIPE_SIZE } from '../../../src/runner/pipe.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pipe-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('who writes short lines does not wait for a reader who is elsewhere', async () => {
  const pipe = openPipe(folder)
  if (pipe === undefined) throw new Error('no pipe')
  expect(readdirSync(folder)).toEqual([])
  // as short as Nix's shortest record; a socket holds 171 of them
  const line = '@nix {"action":"stop","id":167503724545}\n'
  const count = Math.floor(PIPE_SIZE / line.length) - 100
  const script = `n=0; while [ $n -lt ${count} ]; do n=$((n+1)); printf '%s\\n' "$1" >&2; done`
  const writer = spawn('sh', ['-c', script, 'sh', line.trim()], { stdio: ['ignore', 'ignore', pipe.end] })
  closeSync(pipe.end)
  expect(await once(writer, 'exit', { signal: AbortSignal.timeout(5000) })).toEqual([0, null])
  let text = ''
  pipe.reader.setEncoding('utf8').on('data', (piece: string) => {
    text += piece
  })
  await once(pipe.reader, 'close')
  expect(text).toBe(line.repeat(count))
})

test('there is none where it cannot have a name', () => {
  expect(openPipe(join(folder, 'nowhere'))).toBeUndefined()
})
