import type { Annotation, Job, StageName, StepMemory } from './job.ts'
import { CommandReader, type WorkflowCommand } from './workflow-commands.ts'

/** Follows both output streams of a process line by line and carries out the commands in them. */
export class StageOutput {
  /** A command was given that fails the step. */
  refused = false
  readonly #job: Job
  readonly #request: { stage: StageName; memory: StepMemory }
  readonly #commands = new CommandReader()
  readonly #rest: (() => void)[] = []

  constructor(job: Job, request: { stage: StageName; memory: StepMemory }) {
    this.#job = job
    this.#request = request
  }

  /** @returns a listener for one stream. */
  stream(): (chunk: Buffer) => void {
    let held = Buffer.alloc(0)
    this.#rest.push(() => {
      if (held.length > 0) this.#line(held.toString('utf8'))
      held = Buffer.alloc(0)
    })
    return (chunk) => {
      held = Buffer.concat([held, chunk])
      for (let end = held.indexOf(10); end >= 0; end = held.indexOf(10)) {
        this.#line(held.subarray(0, end).toString('utf8').replace(/\r$/, ''))
        held = held.subarray(end + 1)
      }
    }
  }

  /** Takes last lines without an end. */
  end(): void {
    for (const flush of this.#rest) flush()
  }

  annotate(level: Annotation['level'], message: string, properties: Record<string, string> = {}): void {
    this.#job.annotations.push({
      level,
      stage: this.#request.stage,
      message: this.#job.masks.hide(message),
      properties,
    })
    this.#show(`##[${level}]${message}`)
  }

  #show(line: string): void {
    const shown = this.#job.masks.hide(line)
    this.#job.lines.push(shown)
    this.#job.onLine(shown)
  }

  #line(line: string): void {
    const command = line.includes('::') || line.includes('##[') ? this.#commands.read(line) : undefined
    if (command) this.#carryOut(command, line)
    else this.#show(line)
  }

  #carryOut(command: WorkflowCommand, line: string): void {
    const { data, properties } = command
    const name = command.name.toLowerCase()
    const show = (): void => this.#show(line)
    const refuse = (): void => {
      this.refused = true
      this.annotate('error', `The \`${name}\` command is disabled`)
    }
    const level = (): void => this.annotate(name as Annotation['level'], data, properties)
    const group = (): void => this.#show(`##[${name}]${data}`)
    const keep = (): void => this.#keep(name, properties.name, data)
    const carryOut: Record<string, () => void> = {
      'stop-commands': () => {
        if (data.length > 6) this.#job.masks.add(data)
        show()
      },
      resume: show,
      'bad-token': () => {
        this.refused = true
        this.annotate('error', `Invoked ::stopCommand:: with token: [${data}]`)
      },
      'add-mask': () => this.#job.masks.add(data),
      error: level,
      warning: level,
      notice: level,
      debug: () => {
        if (this.#job.debug) this.#show(`##[debug]${data}`)
      },
      group,
      endgroup: group,
      'set-output': keep,
      'save-state': keep,
      'set-env': refuse,
      'add-path': refuse,
    }
    carryOut[name]?.() // echo and matchers have no effect that a test could see
  }

  /** The two old commands that still work, which is why foreign output must be kept from giving them. */
  #keep(command: string, name: string | undefined, value: string): void {
    const { outputs, state } = this.#request.memory
    if (name) (command === 'set-output' ? outputs : state)[name] = value
    this.annotate('warning', `The \`${command}\` command is deprecated`)
  }
}
