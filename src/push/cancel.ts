import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { UserError } from '../runner/errors.ts'

/** The runner gives 7.5 s after its first signal; what is under way gets a moment to come to its end. */
const GRACE_SECONDS = 1.5

export const CANCELLED = 'the job was cancelled'

/** The result of the work. @throws UserError soon after the job was cancelled, whatever the work still does */
export async function unlessCancelled<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const ended = work.then(
    () => undefined,
    () => undefined,
  )
  const over = new AbortController()
  const cancelled = once(signal, 'abort', { signal: over.signal }).then(
    () => sleep(GRACE_SECONDS * 1000, undefined, { ref: false }),
    () => undefined,
  )
  if (!signal.aborted) await Promise.race([ended, cancelled])
  over.abort()
  if (!signal.aborted) return await work
  throw new UserError(
    `The push was ended: ${CANCELLED}. What is at the destinations is whole, and the next push goes on from there.`,
  )
}
