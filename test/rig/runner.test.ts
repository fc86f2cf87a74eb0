import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sendSignal } from './processes.ts'
import { Runner, type RunnerOptions } from './runner.ts'

const token = 'ghs_a-token-of-a-test'
const actionYml = `
name: test
inputs:
  script: { default: '' }
  after: { default: '' }
  with space: { default: 1 }
  github-token: { default: '\${{ github.token }}' }
runs: { using: node24, main: main.cjs, post: post.cjs }
`
const head = `const fs = require('node:fs'); const { spawn } = require('node:child_process'); const e = process.env
const put = (name, text) => fs.appendFileSync(e['GITHUB_' + name], text)\n`

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rig-runner-'))
  mkdirSync(join(root, 'action'))
  writeFileSync(join(root, 'action/action.yml'), actionYml)
  writeFileSync(join(root, 'action/main.cjs'), `${head} eval(e.INPUT_SCRIPT)`)
  writeFileSync(join(root, 'action/post.cjs'), `${head} eval(e.INPUT_AFTER)`)
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const runner = (options: Partial<RunnerOptions> = {}): Runner =>
  new Runner({ root: join(root, 'runner'), node: 'host', token, ladder: [300, 300], ...options })
const step = (to: Runner, script: string, after = '') => to.step(join(root, 'action'), { script, after })
const soon = (callback: () => void): void => void setTimeout(callback, 400)

describe('a step', () => {
  it('has its inputs, and defaults with the token', async () => {
    const played = runner()
    const result = await step(played, `put('OUTPUT', 'a=' + e['INPUT_WITH_SPACE'] + e['INPUT_GITHUB-TOKEN'])`)
    expect(result).toMatchObject({ ok: true, outputs: { a: `1${token}` } })
  })

  it('hands state to its post, and environment and paths to later steps', async () => {
    const played = runner()
    await step(
      played,
      `put('STATE', 'id<<E\\n1\\n2\\nE\\n'); put('ENV', 'A=b'); put('PATH', '/first'); put('STEP_SUMMARY', '# s ' + e['INPUT_GITHUB-TOKEN'])`,
      `console.log(JSON.stringify(e.STATE_id))`,
    )
    await played.run('echo "$A $(cut -d: -f1 <<< "$PATH") $(env | grep -c ACTIONS_RUNTIME || true)"')
    await played.finish()
    expect(played.log).toContain('b /first 0')
    expect(played.log).toContain('"1\\n2"')
    expect(played.job.summaries).toEqual(['# s ***'])
  })

  it('gives commands by both forms and on both streams', async () => {
    const played = runner()
    const result = await step(
      played,
      `console.log('x ##[save-state name=a]1'); console.error('::error file=f::bad%0Athing')`,
    )
    expect(result.state).toEqual({ a: '1' })
    expect(played.job.annotations).toContainEqual({
      level: 'error',
      stage: 'main',
      message: 'bad\nthing',
      properties: { file: 'f' },
    })
  })

  it.each([
    ['a broken file', `put('OUTPUT', 'nonsense')`],
    ['a disabled command', `console.log('::set-env name=A::b')`],
    ['a bad stop token', `console.log('::stop-commands::error')`],
    ['an exit code', `process.exitCode = 1`],
  ])('fails by %s and has its post', async (_, script) => {
    const played = runner()
    expect(await step(played, script)).toMatchObject({ ok: false })
    expect((await played.finish()).post).toHaveLength(1)
  })

  it('is refused NODE_OPTIONS and a summary that is too large', async () => {
    const played = runner()
    await step(played, `put('ENV', 'node_options=--x'); put('STEP_SUMMARY', 'x'.repeat(2 ** 20 + 1))`)
    expect(played.messages('error')).toHaveLength(2)
    expect([played.job.env, played.job.summaries]).toEqual([{}, []])
  })

  it('is warned of inputs that are unknown', async () => {
    const played = runner()
    await played.step(join(root, 'action'), { other: '1', SCRIPT: '' })
    expect(played.messages('warning')).toEqual([expect.stringContaining("Unexpected input(s) 'other'")])
  })
})

describe('cancel', () => {
  const stubborn = `for (const s of ['SIGINT', 'SIGTERM']) process.on(s, () => console.log('had ' + s)); setInterval(() => {}, 9)`

  it('goes from SIGINT over SIGTERM to SIGKILL, then skips steps and runs posts', async () => {
    const played = runner()
    soon(() => played.cancel())
    const result = await step(played, stubborn)
    expect(result.stages[0]).toMatchObject({ code: null, signal: 'SIGKILL' })
    expect(played.log).toMatch(/had SIGINT\nhad SIGTERM/)
    expect((await played.run('echo later')).stages).toEqual([])
    expect((await played.finish()).post).toHaveLength(1)
  })

  it('kills at once if asked', async () => {
    const played = runner()
    soon(() => played.kill())
    expect((await step(played, stubborn)).stages[0]).toMatchObject({ signal: 'SIGKILL' })
    expect(played.log).not.toContain('had')
  })

  it('does not signal children, and reports them as orphans', async () => {
    const played = runner()
    soon(() => played.cancel())
    await step(played, `spawn('sleep', ['60'], { stdio: 'ignore' }); setInterval(() => {}, 9)`)
    const { orphans } = await played.finish()
    expect(orphans).toHaveLength(1)
    for (const pid of orphans) sendSignal(pid, 'SIGKILL')
  })
})

describe('leaks', () => {
  it('are found in files, in base64 too', async () => {
    const played = runner({ secrets: [token] })
    await step(played, `fs.writeFileSync(e.HOME + '/a', Buffer.from('${token}').toString('base64'))`)
    expect(played.leaks()).toEqual([expect.stringMatching(/home\/a$/)])
    expect((await played.finish()).leftovers).toEqual([])
  })

  it('are found on command lines', async () => {
    const played = runner({ secrets: [token] })
    await step(played, `require('node:child_process').spawnSync('sh', ['-c', 'sleep 0.3', '${token}'])`)
    expect(played.leaks()).toEqual([expect.stringContaining('command line: sh -c sleep 0.3 ***')])
  })

  it('are not what the log hides', async () => {
    const played = runner({ secrets: [token] })
    await step(played, `console.log('${token}'); console.log('::add-mask::other-secret'); console.log('other-secret')`)
    expect(played.leaks([token, 'other-secret'])).toEqual([])
    expect(played.log).toMatch(/\*\*\*\n\*\*\*$/)
  })
})
