import type { SurveyState } from './survey-events.ts'
import { listId, type SurveyRequest } from './survey-request.ts'

/** Half of fewer packages is not worth a look of its own. */
const WORTH_HALVING = 20

/**
 * Tells, after an answer, whether it is the one in the middle of a list of the last target: what is looked up then is
 * not left for when the evaluation has ended.
 */
export function openMiddle(request: SurveyRequest, state: SurveyState): () => boolean {
  /** How many lookups there are then, once that list has begun. */
  let middle: number | undefined
  return () => {
    middle ??= middleOfLast(request, state)
    return state.lookups.size === middle
  }
}

function middleOfLast({ targets }: SurveyRequest, { systems, lists, lookups }: SurveyState): number | undefined {
  const last = targets.findLast(({ onlyExposed, system }) => !onlyExposed || systems?.includes(system))
  for (const ask of last?.asks ?? []) {
    const list = ask.list === null || last === undefined ? undefined : lists.get(listId(last.name, ask.text))
    if (list === undefined || 'error' in list || list.value.names.length < WORTH_HALVING) continue
    return lookups.size + Math.floor((list.value.names.length * ask.lookups.length) / 2)
  }
  return undefined
}
