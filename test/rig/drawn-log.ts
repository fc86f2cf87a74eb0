import type { Job } from './job.ts'
import { Masks } from './masks.ts'
import type { Place } from './place.ts'
import { StageOutput } from './stage-output.ts'

/** A log as its page draws it. */
export interface DrawnLog {
  readonly groups: readonly { readonly title: string; readonly lines: readonly string[] }[]
  /** What stands outside of all groups. */
  readonly loose: readonly string[]
  /** Groups inside of groups, ends without a group, groups without an end. */
  readonly faults: readonly string[]
}

/**
 * The page knows a group by lines that begin with `##[group]` or `[group]`, whoever wrote them, and has no groups inside of
 * groups: the next one ends the one before.
 * @param lines as the runner writes them on, commands carried out
 */
export function drawLog(lines: readonly string[]): DrawnLog {
  const drawing = new Drawing()
  for (const line of lines) if (!PAUSE.test(line)) drawing.line(line)
  drawing.end()
  return drawing
}

class Drawing implements DrawnLog {
  readonly groups: { title: string; lines: string[] }[] = []
  readonly loose: string[] = []
  readonly faults: string[] = []
  #open: { title: string; lines: string[] } | undefined

  line(line: string): void {
    const [, name, title = ''] = MARK.exec(line) ?? []
    if (name === undefined) (this.#open?.lines ?? this.loose).push(line)
    else if (name === 'group') this.#start(title)
    else this.#stop()
  }

  end(): void {
    if (this.#open !== undefined) this.faults.push(`${this.#open.title} has no end`)
  }

  #start(title: string): void {
    if (this.#open !== undefined) this.faults.push(`${title} begins inside of ${this.#open.title}`)
    this.#open = { title, lines: [] }
    this.groups.push(this.#open)
  }

  #stop(): void {
    if (this.#open === undefined) this.faults.push(`an end after ${this.groups.at(-1)?.title} has ended`)
    this.#open = undefined
  }
}

const MARK = /^\s*(?:##)?\[(group|endgroup)\](.*)$/
/** The two ends of a stretch without commands; their token is masked. */
const PAUSE = /^::(?:stop-commands::\*\*\*|\*\*\*::)$/

/** What the runner makes of an action's output. */
export function playOutput(text: string): Job {
  const job: Job = {
    place: undefined as unknown as Place, // reading needs none
    temp: '',
    masks: new Masks(),
    debug: false,
    lines: [],
    annotations: [],
    summaries: [],
    env: {},
    paths: [],
    onLine: () => {},
  }
  const output = new StageOutput(job, { stage: 'main', memory: { state: {}, outputs: {} } })
  output.stream()(Buffer.from(text))
  output.end()
  return job
}
