import { type Answer, parseAnswers } from '../answers.ts'
import { isSystemsPart } from './survey-request.ts'

/** What an item of the survey came to. */
export type Outcome<T> = { readonly value: T } | { readonly error: string }

/** What the evaluations have told so far. */
export interface SurveyState {
  /** Locked reference of the flake, where Nix said it. */
  url: string | undefined
  /** The item that an evaluation is at. */
  open: string | undefined
  systems: readonly string[] | undefined
  /** Parts of the systems: the host of a path, or the names below it. */
  readonly parts: Map<string, unknown>
  readonly lists: Map<string, Outcome<{ readonly names: readonly string[]; readonly foreign: readonly string[] }>>
  readonly lookups: Map<string, Outcome<Answer>>
  /** Items whose error was caught: Nix does not tell its message there. */
  readonly thrown: Set<string>
}

export const emptyState = (): SurveyState => ({
  url: undefined,
  open: undefined,
  systems: undefined,
  parts: new Map(),
  lists: new Map(),
  lookups: new Map(),
  thrown: new Set(),
})

const EVENT = /^(begin|answer|thrown|end) ("(?:[^"\\]|\\.)*") (.*)$/

/** What a line of the evaluation tells: that it is at an item, what that came to, or that a target is at its end. */
export interface SurveyEvent {
  readonly event: string
  readonly id: string
}

/**
 * Takes one line of the evaluation's stderr into the state.
 * @param mark the random word that begins the survey's own traces
 * @returns undefined of a line that is none of the survey's
 */
export function takeLine(state: SurveyState, mark: string, line: string): SurveyEvent | undefined {
  const start = line.indexOf(`${mark} `)
  const [, event, quoted = '""', json = 'null'] = EVENT.exec(start < 0 ? '' : line.slice(start + mark.length + 1)) ?? []
  if (event === undefined) return undefined
  const id = JSON.parse(quoted) as string
  state.open = event === 'begin' ? id : undefined
  if (event === 'thrown') state.thrown.add(id)
  if (event === 'answer') takeAnswer(state, id, json)
  return { event, id }
}

function takeAnswer(state: SurveyState, id: string, json: string): void {
  const parts: unknown = JSON.parse(id)
  const length = Array.isArray(parts) ? parts.length : 0
  if (isSystemsPart(id) && length > 1) state.parts.set(id, JSON.parse(json))
  else if (length === 1) state.systems = [...new Set(JSON.parse(json) as string[])]
  else if (length === 2) state.lists.set(id, { value: JSON.parse(json) as { names: string[]; foreign: string[] } })
  else {
    const [answer] = parseAnswers(`[${json}]`)
    if (answer !== undefined) state.lookups.set(id, { value: answer })
  }
}

/**
 * The locked reference of the flake, from what Nix tells of the lock that it does not write, as
 * `nix flake metadata` would tell it.
 */
export function lockedUrl(lines: readonly string[]): string | undefined {
  const place = lines.lastIndexOf("• Added input 'target':")
  return place < 0 ? undefined : /^ +'(.+)' \(\d{4}-\d\d-\d\d\)$/.exec(lines[place + 1] ?? '')?.[1]
}

/** The target of an item; undefined of what belongs to the flake as a whole. */
export function targetOf(id: string): string | undefined {
  const parts = JSON.parse(id) as readonly string[]
  return parts.length > 1 ? parts[0] : undefined
}

/** All derivations that were told of. */
export const derivationsIn = ({ lookups }: SurveyState): readonly string[] =>
  [...lookups.values()].flatMap((outcome) =>
    'value' in outcome
      ? outcome.value.lookups.flatMap((lookup) => (lookup.status === 'derivation' ? [lookup.found.drvPath] : []))
      : [],
  )

/** Notes the error of an item. */
export function takeError(state: SurveyState, id: string, error: string): void {
  const outcome = { error }
  if ((JSON.parse(id) as unknown[]).length === 2) state.lists.set(id, outcome)
  else state.lookups.set(id, outcome)
}

/** Items that the next evaluation leaves out: the lookups that are answered, and all that failed. */
export function doneItems(state: SurveyState): Readonly<Record<string, true>> {
  const failed = [...state.lists].filter(([, outcome]) => 'error' in outcome).map(([id]) => id)
  const thrown = [...state.thrown].filter((id) => !state.lookups.has(id))
  return Object.fromEntries([...state.lookups.keys(), ...failed, ...thrown].map((id) => [id, true as const]))
}
