/** What the client of the cache service waits for. */
type Waiting = 'service' | 'download' | 'work'

/** How the client gets on, by what it prints: another value where it has got on. */
export interface Pace {
  readonly waiting: Waiting
  /** Of the step that was last made. */
  readonly mark: string
}

export const START: Pace = { waiting: 'work', mark: '' }

/**
 * Seconds without a step after which it is not waited for any longer. The client itself asks a service that fails for
 * half a minute and one that hangs for three, and a download that stands still for ten. A storage that does not answer is
 * asked again after 30 s. What it packs, unpacks and sends takes as long as it is allowed to be silent.
 */
export const PACE_SECONDS = { service: 20, download: 60 } as const

const ASKED = /^::debug::\[Request\]/
/** What is printed until the service has given an answer that is one. */
const UNANSWERED = /^::debug::(\[Response\]|Headers:|Body:|Raw Body)|^::add-mask::|^Attempt \d/
const DOWNLOADING = /^::debug::Starting download/
const MOVED = /^(Received|Sent) (\d+) of (\d+)/

/** The pace after another line of the client: the same one where the line is no step forward. */
export function nextPace(pace: Pace, line: string): Pace {
  if (ASKED.test(line)) return { waiting: 'service', mark: line }
  if (pace.waiting === 'service' && UNANSWERED.test(line)) return pace
  const [, verb, bytes, all] = MOVED.exec(line) ?? []
  if (verb !== undefined) {
    const waiting = verb === 'Received' && bytes !== all ? 'download' : 'work'
    const mark = `${verb} ${bytes}`
    return pace.waiting === waiting && pace.mark === mark ? pace : { waiting, mark }
  }
  if (DOWNLOADING.test(line)) return { waiting: 'download', mark: line }
  return pace.waiting === 'download' && line.startsWith('::debug::') ? pace : { waiting: 'work', mark: line }
}

/** Why it is not waited for any longer. @param lines what the client has printed */
export function whyGivenUp({ waiting }: Pace, lines: readonly string[]): string {
  if (waiting === 'work') return 'it took too long'
  const seconds = PACE_SECONDS[waiting]
  if (waiting === 'download') return `the download stood still for ${seconds} s`
  const failure = lines.flatMap((line) => /^Attempt \d.* with error: (.*?)\.? Retrying/.exec(line)?.[1] ?? []).at(-1)
  return failure === undefined
    ? `the service did not answer within ${seconds} s`
    : `the service has failed for ${seconds} s: ${failure}`
}
