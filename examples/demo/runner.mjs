// The part of a GitHub runner that an action sees: environment, file commands, main and post, cancellation.

import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { createCancellation } from './cancel.mjs'
import { createLog, createMasks } from './log.mjs'
import { bold, dim, print, red, yellow } from './terminal.mjs'

// What the runner itself sets: a job that runs this demo must not have its own changed.
const OF_THE_RUNNER = /^(GITHUB|RUNNER|ACTIONS|INPUT|STATE)_/
const FILE_COMMANDS = ['OUTPUT', 'STATE', 'ENV', 'PATH', 'STEP_SUMMARY']
const SECRETS = ['signing-key', 'github-token']

// Milliseconds for the streams of a stage that has ended: something that it left running may hold them open.
const STREAM_WAIT = 5000

/**
 * @param {object} options
 * @param {string} options.action the folder of action.yml
 * @param {Map<string, { default: string }>} options.known
 * @param {Record<string, string>} options.inputs
 */
export function createRunner({ action, known, inputs }) {
  const temp = mkdtempSync(join(tmpdir(), 'nix-multiarch-demo-'))
  const masks = createMasks()
  for (const name of SECRETS) masks.add(inputs[name] ?? '')
  const env = jobEnvironment(temp, action)
  for (const [name, input] of known) env[`INPUT_${name.toUpperCase()}`] = inputs[name] ?? input.default
  const job = { temp, masks, env, state: {}, outputs: {}, summary: '' }
  return {
    /** Exit code of main, or 1 where only post failed. */
    async run() {
      const cancellation = createCancellation()
      const main = await runStage('main', join(action, 'dist/main/index.js'), job, cancellation)
      cancellation.toPost()
      const post = await runStage('post', join(action, 'dist/post/index.js'), job, cancellation)
      if (cancellation.end()) return main || 130
      return main || (post === 0 ? 0 : 1)
    },
    outputs: () => mapValues(job.outputs, masks.hide),
    summary: () => masks.hide(job.summary),
    cleanUp() {
      try {
        rmSync(temp, { recursive: true, force: true })
      } catch (error) {
        print(yellow(`Warning: ${temp} could not be removed: ${error.message}`), process.stderr)
      }
    },
  }
}

const mapValues = (record, f) => Object.fromEntries(Object.entries(record).map(([key, value]) => [key, f(value)]))

function jobEnvironment(temp, action) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !OF_THE_RUNNER.test(name)))
  const folder = (name) => {
    mkdirSync(join(temp, name), { mode: 0o700 })
    return join(temp, name)
  }
  const event = join(temp, 'event.json')
  writeFileSync(event, '{}')
  return {
    ...env,
    CI: 'true',
    GITHUB_ACTION_PATH: action,
    GITHUB_EVENT_NAME: 'workflow_dispatch',
    GITHUB_EVENT_PATH: event,
    GITHUB_JOB: 'demo',
    // Where npm was called: it runs scripts in the folder of package.json.
    GITHUB_WORKSPACE: process.env.INIT_CWD ?? process.cwd(),
    RUNNER_ARCH: { x64: 'X64', ia32: 'X86', arm64: 'ARM64', arm: 'ARM' }[process.arch] ?? process.arch.toUpperCase(),
    RUNNER_OS: { linux: 'Linux', darwin: 'macOS', win32: 'Windows' }[process.platform] ?? process.platform,
    RUNNER_ENVIRONMENT: 'self-hosted',
    RUNNER_NAME: 'demo',
    RUNNER_TEMP: folder('temp'),
    RUNNER_TOOL_CACHE: folder('tools'),
    ...(process.env.RUNNER_DEBUG === undefined ? {} : { RUNNER_DEBUG: process.env.RUNNER_DEBUG }),
  }
}

/** Runs one entry file. What it wrote to the file commands lands in the job; a broken file fails the stage. */
async function runStage(stage, script, job, cancellation) {
  const files = {}
  for (const name of FILE_COMMANDS) {
    files[`GITHUB_${name}`] = join(job.temp, `${stage}-${name.toLowerCase()}`)
    writeFileSync(files[`GITHUB_${name}`], '', { mode: 0o600 })
  }
  const state = mapKeys(job.state, (name) => `STATE_${name}`)
  const env = { ...job.env, ...state, ...files }

  print(`${bold(`Nix Multi-Arch: ${stage}`)} ${dim(`(dist/${stage}/index.js, Node ${process.versions.node})`)}`)
  const began = Date.now()
  const code = await runNode(script, env, createLog(sinks(job)), cancellation)
  const seconds = ((Date.now() - began) / 1000).toFixed(1)
  const verdict =
    code === 0 ? dim(`${stage} is done, ${seconds} s`) : red(`${stage} failed, exit code ${code}, ${seconds} s`)
  print(`${verdict}\n`)

  try {
    Object.assign(job.state, parseFileCommand(readFileSync(files.GITHUB_STATE, 'utf8')))
    Object.assign(job.outputs, parseFileCommand(readFileSync(files.GITHUB_OUTPUT, 'utf8')))
    Object.assign(job.env, parseFileCommand(readFileSync(files.GITHUB_ENV, 'utf8')))
    const folders = readFileSync(files.GITHUB_PATH, 'utf8')
      .split(/\r?\n/)
      .filter((line) => line !== '')
    job.env.PATH = [...folders.reverse(), job.env.PATH ?? ''].join(delimiter)
    job.summary += readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8')
    return code
  } catch (error) {
    print(red(`Error: ${stage}: ${error.message}`))
    return code || 1
  }
}

const mapKeys = (record, f) => Object.fromEntries(Object.entries(record).map(([key, value]) => [f(key), value]))

const sinks = (job) => ({
  masks: job.masks,
  saveState: (name, value) => {
    job.state[name] = value
  },
  setOutput: (name, value) => {
    job.outputs[name] = value
  },
})

/** `name=value`, or `name<<END`, lines, `END`: the format of GITHUB_OUTPUT, GITHUB_STATE and GITHUB_ENV. */
export function parseFileCommand(text) {
  const values = {}
  const lines = text.split('\n')
  while (lines.length > 0) {
    const line = lines.shift()
    if (line === '') continue
    const [, name, operator, rest] = /^(.*?)(=|<<)(.*)$/.exec(line) ?? []
    if (!name) throw new Error(`a file command has the line '${line}'`)
    if (operator === '=') {
      values[name] = rest
      continue
    }
    const end = lines.indexOf(rest)
    if (end < 0) throw new Error(`a file command has no end of '${name}'`)
    values[name] = lines
      .splice(0, end + 1)
      .slice(0, -1)
      .join('\n')
  }
  return values
}

function runNode(script, env, log, cancellation) {
  return new Promise((resolve) => {
    // In a process group of its own, so that Ctrl-C reaches it once, from us, and not its children: as on a runner.
    const child = spawn(process.execPath, [script], {
      cwd: env.GITHUB_WORKSPACE,
      env,
      detached: true,
      // A terminal gets the action's own live view.
      stdio: ['ignore', process.stdout.isTTY ? 'inherit' : 'pipe', 'pipe'],
    })
    const release = cancellation.of(child)
    const streams = [child.stdout, child.stderr].filter((stream) => stream !== null)
    for (const stream of streams)
      createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', log)
    child.once('exit', () => setTimeout(() => streams.forEach((stream) => void stream.destroy()), STREAM_WAIT).unref())
    const done = (code) => {
      release()
      resolve(code)
    }
    child.once('error', (error) => {
      print(red(`Error: ${error.message}`))
      done(1)
    })
    child.once('close', (code, signal) => done(code ?? 128 + constants.signals[signal]))
  })
}
