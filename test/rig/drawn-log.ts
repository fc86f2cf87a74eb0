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
  const groups: { title: string; lines: string[] }[] = []
  const [loose, faults]: [string[], string[]] = [[], []]
  let open: { title: string; lines: string[] } | undefined
  for (const line of lines) {
    const [, name, rest = ''] = /^\s*(?:##)?\[(group|endgroup)\](.*)$/.exec(line) ?? []
    if (name !== undefined && (name === 'group') === (open !== undefined))
      faults.push(`${line}${open === undefined ? '' : ` inside of ${open.title}`}`)
    if (name === 'group') {
      open = { title: rest, lines: [] }
      groups.push(open)
    } else if (name === 'endgroup') open = undefined
    // the two ends of a stretch without commands; their token is masked
    else if (!/^::(?:stop-commands::\*\*\*|\*\*\*::)$/.test(line)) (open?.lines ?? loose).push(line)
  }
  if (open !== undefined) faults.push(`${open.title} has no end`)
  return { groups, loose, faults }
}

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
