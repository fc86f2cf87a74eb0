import { cpSync, existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type ActionFile, readAction, withDefaults } from './action-file.ts'
import type { Job, StageName, StepMemory } from './job.ts'
import { type Folder, findLeaks, SecretWatch } from './leaks.ts'
import type { Machine } from './machine.ts'
import { Masks } from './masks.ts'
import { hostPlace, machinePlace, type NodeName, type Place } from './place.ts'
import { processesWith } from './processes.ts'
import { baseEnvironment, type RunnerDirs } from './runner-environment.ts'
import { runStage, type StageResult } from './stage.ts'

export interface RunnerOptions {
  /** Runs the action in this machine as its user; on this host without. */
  machine?: Machine
  /** The runner's folder: `_work` of a self-hosted runner. On the host it is needed, and its `home` stands for $HOME. */
  root?: string
  /** `node24` (default, as GitHub does) or the node that runs the tests. */
  node?: NodeName
  /** Added to the environment of every step. */
  env?: Record<string, string>
  /** What `${{ github.token }}` is. Default: empty. */
  token?: string
  /** Values that the workflow has from `secrets`: masked from the start and watched for on command lines. */
  secrets?: readonly string[]
  debug?: boolean
  onLine?: (line: string) => void
  /** Milliseconds from SIGINT to SIGTERM and from there to SIGKILL. */
  ladder?: readonly [number, number]
}

export interface StepResult extends StepMemory {
  id: string
  ok: boolean
  stages: StageResult[]
}

export interface FinishResult {
  /** Post stages, last step first. */
  post: (StageResult & { id: string })[]
  /** What is left in RUNNER_TEMP, which the real runner empties only when the next job begins. */
  leftovers: string[]
  /** Host's ids of processes that carry this job's RUNNER_TRACKING_ID. The real runner kills these; a daemon started by sudo has none. */
  orphans: number[]
}

interface Step extends StepMemory {
  id: string
  dir: string
  runs: ActionFile['runs']
  inputs: Record<string, string>
  env: Record<string, string>
}

/**
 * Plays actions/runner for one job: each stage of an action in a process of its own, with the real contract of files,
 * log commands, masks, state, order, and cancellation.
 */
export class Runner {
  readonly dirs: RunnerDirs
  readonly base: Record<string, string>
  readonly job: Job
  /** What the watch saw on command lines. */
  readonly commandLines: SecretWatch
  readonly #place: Place
  readonly #options: RunnerOptions
  readonly #posts: Step[] = []
  #failed = false
  #cancelled = false
  #signal: ((name: NodeJS.Signals) => void) | undefined
  #timers: NodeJS.Timeout[] = []

  constructor(options: RunnerOptions) {
    const { machine, root = machine ? join(machine.home, 'work') : undefined } = options
    if (!root) throw new Error('a runner on the host needs a root folder')
    this.#options = options
    this.#place = machine ? machinePlace(machine) : hostPlace(join(root, 'home'))
    this.dirs = { temp: join(root, '_temp'), tools: join(root, '_tool'), workspace: join(root, 'repo/repo') }
    for (const dir of [this.#place.home, ...Object.values(this.dirs), join(this.dirs.temp, '_runner_file_commands')])
      this.#place.folder(dir)
    const event = join(this.dirs.temp, '_github_workflow/event.json')
    this.#place.folder(dirname(event))
    this.#place.write(event, '{}')
    this.base = {
      ...baseEnvironment(this.#place, this.dirs, event),
      ...(options.debug && { RUNNER_DEBUG: '1' }),
      ...options.env,
    }
    const masks = new Masks()
    const secrets = [...(options.secrets ?? []), ...(options.token ? [options.token] : [])]
    for (const secret of [...secrets, this.base.ACTIONS_RUNTIME_TOKEN ?? '']) masks.add(secret)
    this.commandLines = new SecretWatch(secrets)
    this.job = {
      place: this.#place,
      temp: this.dirs.temp,
      masks,
      debug: options.debug ?? false,
      lines: [],
      annotations: [],
      summaries: [],
      env: {},
      paths: [],
      onLine: options.onLine ?? (() => {}),
    }
  }

  /** The log so far, masked. */
  get log(): string {
    return this.job.lines.join('\n')
  }

  /** Messages of annotations of one level. */
  messages(level: 'notice' | 'warning' | 'error'): string[] {
    return this.job.annotations.filter((each) => each.level === level).map((each) => each.message)
  }

  /** Copies a folder of the host into the workspace, as actions/checkout would. @returns its path there. */
  checkout(from: string, into = '.'): string {
    const to = join(this.dirs.workspace, into)
    this.#place.folder(to)
    cpSync(from, this.#place.view(to), { recursive: true, verbatimSymlinks: true })
    this.#place.own(this.dirs.workspace)
    return to
  }

  /** Runs an action's pre and main. Its post waits for `finish`, even if main fails. @param dir Has action.yml; a path in the machine, if there is one. */
  async step(
    dir: string,
    inputs: Record<string, string> = {},
    { id = basename(dir), env = {} as Record<string, string> } = {},
  ): Promise<StepResult> {
    const action = readAction(this.#place.view(dir))
    if (this.#cancelled) return { id, state: {}, outputs: {}, stages: [], ok: false }
    const known = Object.keys(action.inputs ?? {}).map((name) => name.toLowerCase())
    const unexpected = Object.keys(inputs).filter((name) => !known.includes(name.toLowerCase()))
    if (unexpected.length > 0) {
      const message = `Unexpected input(s) '${unexpected.join("', '")}', valid inputs are ['${known.join("', '")}']`
      this.job.annotations.push({ level: 'warning', stage: 'main', message, properties: {} })
    }
    const step: Step = {
      id,
      dir,
      runs: action.runs,
      inputs: withDefaults(action, inputs, this.#options.token ?? ''),
      env,
      state: {},
      outputs: {},
    }
    const stages: StageResult[] = []
    if (action.runs.pre) stages.push(await this.#actionStage(step, 'pre', action.runs.pre))
    // before main runs: a main that crashes has its post all the same
    if (action.runs.post) this.#posts.push(step)
    stages.push(await this.#actionStage(step, 'main', action.runs.main))
    return { id, state: step.state, outputs: step.outputs, stages, ok: stages.every((stage) => stage.ok) }
  }

  /** A `run:` step, with what earlier steps put into the environment. */
  async run(script: string, env: Record<string, string> = {}): Promise<StepResult> {
    const memory: StepMemory = { state: {}, outputs: {} }
    if (this.#cancelled) return { id: 'run', ...memory, stages: [], ok: false }
    const stage = await this.#stage(
      'run',
      ['/bin/bash', '--noprofile', '--norc', '-eo', 'pipefail', '-c', script],
      memory,
      { env, noTokens: true },
    )
    return { id: 'run', ...memory, stages: [stage], ok: stage.ok }
  }

  /**
   * What GitHub does when a run is cancelled: SIGINT to the node process alone, 7.5 s, SIGTERM, 2.5 s, SIGKILL. Later steps are
   * skipped, posts still run.
   */
  cancel(): void {
    this.#cancelled = true
    const [first, second] = this.#options.ladder ?? [7500, 2500]
    const signal = this.#signal
    signal?.('SIGINT')
    this.#timers.push(
      setTimeout(() => signal?.('SIGTERM'), first),
      setTimeout(() => signal?.('SIGKILL'), first + second),
    )
  }

  /** `kill -9` of the node process, as when memory runs out. */
  kill(): void {
    this.#signal?.('SIGKILL')
  }

  /** Runs the posts, last step first, and looks at what the job leaves behind. */
  async finish(): Promise<FinishResult> {
    const post: FinishResult['post'] = []
    for (let step = this.#posts.pop(); step; step = this.#posts.pop()) {
      if (this.#wanted(step.runs['post-if'] ?? 'always()') && step.runs.post) {
        post.push({ id: step.id, ...(await this.#actionStage(step, 'post', step.runs.post)) })
      }
    }
    const temp = this.#place.view(this.dirs.temp)
    const leftovers = existsSync(temp) ? readdirSync(temp).filter((name) => !name.startsWith('_')) : []
    return { post, leftovers, orphans: processesWith(this.base.RUNNER_TRACKING_ID ?? '') }
  }

  /**
   * Where a secret (or its base64) is to be seen: in the log, annotations, summaries, environment, on a command line while the
   * job ran, or in a file of RUNNER_TEMP, HOME, the workspace and, in a machine, anything else that was changed.
   */
  leaks(secrets: readonly string[] = this.#options.secrets ?? [], folders: readonly string[] = []): string[] {
    const texts = [
      ...this.job.lines.map((text, line) => ({ at: `log line ${line + 1}`, text })),
      ...this.job.annotations.map(({ message }) => ({ at: 'annotation', text: message })),
      ...this.job.summaries.map((text) => ({ at: 'summary', text })),
      { at: 'GITHUB_ENV', text: JSON.stringify(this.job.env) },
    ]
    const here = (path: string): Folder => ({ path, at: path })
    const machine = this.#options.machine
    const searched = machine
      ? // the copy-on-write layer has all that was changed but for what lies in memory of its own
        [
          { path: machine.upperDir, at: '/' },
          ...['/tmp', '/run', '/dev/shm'].map((at) => ({ path: machine.path(at), at })),
        ]
      : [this.dirs.temp, this.#place.home, this.dirs.workspace].map(here)
    return [...findLeaks(secrets, texts, [...searched, ...folders.map(here)]), ...this.commandLines.seen]
  }

  #wanted(condition: string): boolean {
    const answers: Record<string, boolean> = {
      'always()': true,
      'success()': !this.#failed && !this.#cancelled,
      'failure()': this.#failed,
      'cancelled()': this.#cancelled,
      '!cancelled()': !this.#cancelled,
    }
    const answer = answers[condition.replace(/^\$\{\{\s*(.*?)\s*\}\}$/, '$1')]
    if (answer === undefined) throw new Error(`post-if: cannot evaluate ${condition}`)
    return answer
  }

  async #actionStage(step: Step, stage: StageName, script: string): Promise<StageResult> {
    this.job.lines.push(...(stage === 'post' ? ['Post job cleanup.'] : [`##[group]Run ${step.id}`, '##[endgroup]']))
    const env: Record<string, string> = { ...step.env, GITHUB_ACTION: step.id, GITHUB_ACTION_PATH: step.dir }
    for (const [name, value] of Object.entries(step.inputs))
      env[`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`] = value
    for (const [name, value] of Object.entries(step.state)) env[`STATE_${name}`] = value
    const argv = [this.#place.node(this.#options.node ?? 'node24'), join(step.dir, script)]
    return this.#stage(stage, argv, step, { env })
  }

  async #stage(
    stage: StageName,
    argv: readonly string[],
    memory: StepMemory,
    { env = {} as Record<string, string>, noTokens = false },
  ): Promise<StageResult> {
    const full: Record<string, string> = { ...this.base, ...this.job.env, ...env }
    full.PATH = [...[...this.job.paths].reverse(), this.job.env.PATH ?? this.base.PATH ?? ''].join(':')
    // only JavaScript and container actions are given the service's tokens
    if (noTokens) for (const name of Object.keys(full).filter((each) => each.startsWith('ACTIONS_'))) delete full[name]
    this.commandLines.start()
    const result = await runStage(this.job, {
      stage,
      argv,
      cwd: this.dirs.workspace,
      env: full,
      memory,
      onStart: (signal) => {
        this.#signal = signal
      },
    })
    this.commandLines.stop()
    this.#signal = undefined
    for (const timer of this.#timers.splice(0)) clearTimeout(timer)
    this.#failed ||= !result.ok
    return result
  }
}
