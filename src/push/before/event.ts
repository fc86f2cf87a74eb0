/** What the event that started the workflow says of where the code comes from. */
export interface EventFacts {
  /** GITHUB_EVENT_NAME. */
  readonly name: string
  /** GITHUB_ACTOR. */
  readonly actor: string
  /** GITHUB_REPOSITORY, `owner/name`. */
  readonly repository: string
  /** Repository that the code to be built comes from, where the event names one; undefined where it was deleted too. */
  readonly headRepository: string | undefined
}

/** Whether this run may push, with the reason as a sentence for a notice where it may not. */
export type PushDecision = { readonly push: true } | { readonly push: false; readonly reason: string }

const FROM_OUTSIDE = ['pull_request', 'pull_request_target', 'workflow_run', 'pull_request_review']

/**
 * Whether a run may push. Code that strangers propose is built but not signed and published: their workflows get no
 * secrets (pull_request from a fork, Dependabot), or get them though they should not use them (pull_request_target,
 * workflow_run after a fork's run, issue_comment): GitHub security guide "Keeping your workflows secure".
 */
export function decidePush(event: EventFacts): PushDecision {
  const no = (why: string): PushDecision => ({ push: false, reason: `Nothing is pushed: ${why}.` })
  if (event.actor === 'dependabot[bot]' && event.name.startsWith('pull_request'))
    return no('this is a pull request by Dependabot, which gets no secrets')
  if (event.name === 'issue_comment')
    return no('the workflow was started by a comment (issue_comment), which anyone can write')
  if (!FROM_OUTSIDE.includes(event.name)) return { push: true }
  if (event.headRepository === event.repository) return { push: true }
  const from = event.headRepository ?? 'a repository that is gone'
  return no(`the code comes from ${from}, not from ${event.repository} (${event.name})`)
}

/** The facts from the environment and the parsed JSON of GITHUB_EVENT_PATH. */
export function eventFacts(env: Readonly<Record<string, string | undefined>>, payload: unknown): EventFacts {
  const head =
    text(payload, 'pull_request', 'head', 'repo', 'full_name') ??
    text(payload, 'workflow_run', 'head_repository', 'full_name')
  return {
    name: env.GITHUB_EVENT_NAME ?? '',
    actor: env.GITHUB_ACTOR ?? '',
    repository: env.GITHUB_REPOSITORY ?? '',
    headRepository: head,
  }
}

function text(value: unknown, ...names: readonly string[]): string | undefined {
  let here: unknown = value
  for (const name of names) {
    if (typeof here !== 'object' || here === null) return undefined
    here = (here as Record<string, unknown>)[name]
  }
  return typeof here === 'string' ? here : undefined
}
