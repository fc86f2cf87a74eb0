import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createCommands } from '../../../src/runner/commands.ts'
import { CommandError, printCommand, redact } from '../../../src/runner/errors.ts'
import { NOT_THERE } from '../../../src/runner/output.ts'
import { createProcessList, endLeftProcesses } from '../../../src/runner/processes.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'commands-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const commands = (privilege: 'root' | 'sudo' | 'none' = 'none') =>
  createCommands({ privilege, processes: createProcessList(folder), folder, debug: () => undefined })
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

  test('what a signal ended has the exit code that a shell would tell', async () => {
    for (const [signal, exitCode] of [
      ['ABRT', 134],
      ['SEGV', 139],
    ] as const)
      expect(await commands().run(shell(`kill -${signal} $$`), { accept: 'any' })).toMatchObject({ exitCode })
  })

  test('of a line that is too long the beginning and the end are told, once', async () => {
    const lines: string[] = []
    const long = "printf begin; head -c 20000000 /dev/zero | tr '\\0' x; printf 'end\\r\\nnext\\n'"
    for (const script of [long, `${long}; { ${long}; } | head -c 20000008`])
      await commands().run(shell(script), { onLine: (line) => lines.push(line) })
    expect(lines.map((line) => [line.slice(0, 6), line.slice(-6)])).toEqual([
      ['beginx', 'xxxend'],
      ['next', 'next'],
      ['beginx', 'xxxend'],
      ['next', 'next'],
      ['beginx', 'xxxend'],
    ])
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(3_000_000)
  })

  test('what is gathered comes whole, in order, in few pieces, and does not make the end late', async () => {
    const lines: string[] = []
    const times: number[] = []
    const onLine = (line: string): void => {
      times.push(performance.now())
      lines.push(line)
    }
    const slow = 'n=0; while [ $n -lt 400 ]; do n=$((n+1)); echo $n; sleep 0.002; done'
    const { exitCode } = await commands().run(shell(`exec >&2; ${slow}; seq 200000; printf last`), {
      gather: true,
      onLine,
    })
    expect([exitCode, lines.length, lines[0], lines[399], lines[400], lines.at(-1)]).toEqual([
      0,
      200_401,
      '1',
      '400',
      '1',
      'last',
    ])
    const [first = 0, ...rest] = times.slice(100, 400)
    const pieces = rest.filter((time, index) => time - (rest[index - 1] ?? first) > 5).length
    // after a twentieth of the time each, which is more than 200 ms by then
    expect(pieces).toBeLessThan(3 + ((rest.at(-1) ?? 0) - first) / 9)
    const before = performance.now()
    const quick = await commands().run(shell('echo a; echo b >&2; echo c'), { gather: true })
    expect(quick).toMatchObject({ stdout: 'a\nc\n', stderr: 'b\n' })
    expect(performance.now() - before).toBeLessThan(1000)
  })

  test('a long log that is gathered comes whole to a slow reader, in constant memory', async () => {
    let bytes = 0
    let last = ''
    let most = 0
    const before = process.memoryUsage().rss
    const onLine = (line: string): void => {
      if ((bytes + line.length) >> 22 !== bytes >> 22) {
        most = Math.max(most, process.memoryUsage().rss - before)
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30)
      }
      bytes += line.length + 1
      last = line
    }
    const line = 'a line of a log that is as long as lines of logs are, about a hundred characters or a few less'
    const script = `exec >&2; echo first; sleep 0.1; yes '${line}' | head -c ${200 * 2 ** 20}; echo; echo last`
    await commands().run(shell(script), { gather: true, onLine })
    expect([bytes, last]).toEqual([200 * 2 ** 20 + 'first\n\nlast\n'.length, 'last'])
    expect(most).toBeLessThan(100 * 2 ** 20)
  }, 60_000)

  test('what is gathered leaves no file and no open one, also of a program that is not there', async () => {
    const open = () => readdirSync('/proc/self/fd').length
    await commands().run(shell('echo a >&2'), { gather: true })
    const before = open()
    for (let run = 0; run < 5; run += 1) await commands().run(shell('echo a >&2'), { gather: true })
    const missing = await commands().run({ tool: '/nowhere', args: [] }, { gather: true, accept: 'any' })
    expect([open(), readdirSync(folder), missing.stderr]).toEqual([before, ['processes'], NOT_THERE])
  })

  test('where no pipe can be made nothing is gathered, and all comes', async () => {
    const run = createCommands({
      privilege: 'none',
      processes: createProcessList(folder),
      folder: join(folder, 'nowhere'),
      debug: () => undefined,
    }).run
    const { stdout, stderr } = await run(shell('echo a; seq 50000 >&2'), { gather: true })
    expect([stdout, stderr.slice(-12)]).toEqual(['a\n', '49999\n50000\n'])
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

  test('a command that ends before its input is asked why, not the pipe', async () => {
    const endless = async function* () {
      for (;;) yield Buffer.alloc(4096)
    }
    const command = { ...shell('head -c 9000 > /dev/null; echo full >&2; exit 3'), input: endless() }
    expect(await commands().run(command, { accept: 'any' })).toMatchObject({ exitCode: 3, stderr: 'full\n' })
    const broken = async function* () {
      yield Buffer.alloc(4096)
      throw new Error('the download broke off')
    }
    await expect(commands().run({ ...shell('cat'), input: broken() }, { accept: 'any' })).rejects.toThrow('broke off')
  })

  test.each(['TAR_OPTIONS', 'XZ_OPT', 'XZ_DEFAULTS', 'POSIXLY_CORRECT'])('%s does not reach commands', async (name) => {
    process.env[name] = '--strange'
    try {
      expect((await commands().run(shell(`echo "[$${name}]"`))).stdout).toBe('[]\n')
    } finally {
      delete process.env[name]
    }
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
