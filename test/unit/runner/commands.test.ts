import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createCommands } from '../../../src/runner/commands.ts'
import { CommandError, printCommand, redact } from '../../../src/runner/errors.ts'
import { createProcessList, endLeftProcesses } from '../../../src/runner/processes.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'commands-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const commands = (privilege: 'root' | 'sudo' | 'none' = 'none') =>
  createCommands({ privilege, processes: createProcessList(folder), debug: () => undefined })
const shell = (script: string) => ({ tool: 'sh', args: ['-c', script] })

describe('run', () => {
  test('gives output, lines and exit code', async () => {
    const lines: string[] = []
    const result = await commands().run(shell('echo a; echo b >&2; printf c; exit 3'), {
      accept: [3],
      onLine: (line, stream) => lines.push(`${stream}:${line}`),
    })
    expect(result).toMatchObject({ exitCode: 3, stdout: 'a\nc', stderr: 'b\n' })
    expect(lines.sort()).toEqual(['stderr:b', 'stdout:a', 'stdout:c'])
  })

  test('what is gathered comes whole, in order, in few pieces, and does not make the end late', async () => {
    const lines: string[] = []
    const pieces: number[] = []
    const onLine = (line: string): void => {
      const time = performance.now()
      if (lines.length < 45 && time - (pieces.at(-1) ?? 0) > 5) pieces.push(time)
      lines.push(line)
    }
    const script =
      'for n in 1 2 3 4 5; do for m in 1 2 3 4 5 6 7 8 9; do echo $n $m; sleep 0.002; done; done; seq 200000; echo last'
    const { exitCode } = await commands().run(shell(script), { gather: true, discardStdout: true, onLine })
    expect([exitCode, lines.length, lines[0], lines[44], lines[45], lines.at(-1)]).toEqual([
      0,
      200_046,
      '1 1',
      '5 9',
      '1',
      'last',
    ])
    // one in 10 ms
    expect(pieces.length).toBeLessThan(3 + ((pieces.at(-1) ?? 0) - (pieces[0] ?? 0)) / 9)
    const quick = await commands().run(shell('echo a; echo b'), { gather: true })
    expect(quick.stdout).toBe('a\nb\n')
  })

  test('runs again what another process was in the way of, and nothing else', async () => {
    const counted = (words: string) => ({
      ...shell(`echo x >> ${folder}/runs; [ $(wc -l < ${folder}/runs) -ge 3 ] || { echo "${words}" >&2; exit 1; }`),
      busy: /is busy/,
    })
    const runs = () => readFileSync(join(folder, 'runs'), 'utf8').length / 2
    expect((await commands().run(counted('the database is busy'))).exitCode).toBe(0)
    expect(runs()).toBe(3)
    rmSync(join(folder, 'runs'))
    expect((await commands().run(counted('another fault'), { accept: 'any' })).exitCode).toBe(1)
    expect(runs()).toBe(1)
  })

  test('passes words as they are', async () => {
    const { stdout } = await commands().run({ tool: 'printf', args: ['%s|', '$(id)', ';', '`x`', 'a b'] })
    expect(stdout).toBe('$(id)|;|`x`|a b|')
  })

  test('an abort ends the command, before it began too', async () => {
    const abort = new AbortController()
    const running = commands().run(shell('sleep 30'), { signal: abort.signal, accept: 'any' })
    setTimeout(() => abort.abort(), 50)
    await expect(running).rejects.toMatchObject({ result: { stopped: 'cancelled' } })
    const late = commands().run(shell('sleep 30'), { signal: abort.signal, accept: 'any' })
    await expect(late).rejects.toMatchObject({ result: { stopped: 'cancelled' } })
  })

  test('a failure shows the command, the exit code and what it printed, without secrets', async () => {
    const failing = commands().run({ ...shell('echo oh hunter2 >&2; exit 7'), secrets: ['hunter2'] })
    await expect(failing).rejects.toThrow(/sh -c .* failed with exit code 7:\noh \*\*\*/)
    await expect(failing).rejects.not.toThrow(/hunter2/)
  })

  test('a tool that is not there is a failure', async () => {
    await expect(commands().run({ tool: 'no-such-tool', args: [] })).rejects.toThrow(/no-such-tool failed.*not there/s)
  })

  test.each([
    ['silent', { silentSeconds: 0.3 }],
    ['timeout', { timeoutSeconds: 0.3 }],
  ] as const)('a limit (%s) ends the whole process group', async (stopped, options) => {
    const marker = `${Math.random()}`
    const result = commands().run(shell(`bash -c 'exec -a ${marker} sleep 60' & wait`), options)
    await expect(result).rejects.toMatchObject({ result: { stopped } })
    expect(runningWith(marker)).toEqual([])
  })

  test('cancelling ends what runs and refuses what comes', async () => {
    const { run, cancel } = commands()
    const running = run(shell('sleep 60'), { accept: 'any' })
    const ended = expect(running).rejects.toMatchObject({ result: { stopped: 'cancelled' } })
    await cancel()
    await ended
    await expect(run(shell('true'))).rejects.toBeInstanceOf(CommandError)
  })

  test('inputs and runner tokens do not reach commands', async () => {
    process.env['INPUT_SIGNING-KEY'] = 'secret-key'
    process.env.ACTIONS_RUNTIME_TOKEN = 'secret-token'
    const { stdout } = await commands().run({ tool: 'env', args: [], env: { EXTRA: '1' } })
    expect(stdout).toContain('EXTRA=1')
    expect(stdout).not.toMatch(/secret-(key|token)/)
  })

  test('root is refused with advice where there is none', async () => {
    await expect(commands('none').run(shell('true'), { asRoot: true })).rejects.toThrow(
      /needs root.*sudo without a password/,
    )
  })

  test('secrets are not given to sudo in its arguments', async () => {
    const command = { tool: 'true', args: [], env: { TOKEN: 'hunter2' }, secrets: ['hunter2'] }
    await expect(commands('sudo').run(command, { asRoot: true })).rejects.toThrow(/secret/)
  })

  test('what a killed run left is ended, and nothing else', async () => {
    const list = createProcessList(folder)
    const recorded: number[] = []
    const pid = await commands().startDetached(
      shell('sleep 60'),
      join(folder, 'log'),
      async (started) => void recorded.push(started),
    )
    expect(recorded).toEqual([pid])
    list.add(pid)
    expect(await endLeftProcesses(folder, false)).toBe(1)
    expect(await endLeftProcesses(folder, false)).toBe(0)
  })
})

test.each([
  ['https://user:pa-ss@host/x', 'https://***@host/x'],
  ['ssh://host:22/x', 'ssh://host:22/x'],
])('redact %s', (text, expected) => {
  expect(redact(text, [])).toBe(expected)
})

test('printCommand quotes what needs it', () => {
  expect(printCommand({ tool: 'nix', args: ['build', 'a b', '.#x'] })).toBe('nix build "a b" ".#x"')
})

function runningWith(text: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && commandLine(pid).includes(text) && !commandLine(pid).includes('vitest')
    } catch {
      return false
    }
  })
}

const commandLine = (pid: string): string => readFileSync(`/proc/${pid}/cmdline`, 'utf8')
