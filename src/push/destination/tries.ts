import { setTimeout as sleep } from 'node:timers/promises'
import { withoutLogin } from '../../nix/store-url.ts'
import { explainStatus, isPassing, type Patience, retryAfterSeconds, waitBefore } from '../retry.ts'
import { DestinationError } from './objects.ts'
import type { Answer } from './transport.ts'

const SHOWN_BODY = 200

/** Bounded tries of one destination's requests; what it asks one request to wait for, all of them wait for. */
export class Tries {
  readonly #patience: Patience
  #pausedUntil = 0

  constructor(patience: Patience) {
    this.#patience = patience
  }

  /** @throws the last failure, where it does not pass or patience is at its end */
  async run<T>(once: () => Promise<T>): Promise<T> {
    let failing: number | undefined
    for (let attempt = 1; ; attempt += 1) {
      const pause = this.#pausedUntil - Date.now()
      if (pause > 0) await sleep(pause)
      try {
        return await once()
      } catch (thrown) {
        const cause = withoutRest(thrown)
        failing ??= Date.now()
        if (!(cause instanceof DestinationError) || !this.#isWorthAnother(cause, attempt, failing)) throw cause
        await sleep(this.#waitAfter(cause, attempt))
      }
    }
  }

  #isWorthAnother(cause: DestinationError, attempt: number, failing: number): boolean {
    const { tries, budgetSeconds } = this.#patience
    return cause.passing && attempt < tries && Date.now() - failing < 1000 * budgetSeconds
  }

  /** Milliseconds. Where the destination asks for a pause, all requests make it. */
  #waitAfter(cause: DestinationError, attempt: number): number {
    const wait = 1000 * waitBefore(attempt, Math.random(), this.#patience, cause.retryAfter)
    if (cause.status === 429 || cause.retryAfter !== undefined)
      this.#pausedUntil = Math.max(this.#pausedUntil, Date.now() + wait)
    return wait
  }
}

/** What reading an answer that began well ends with is an error of its stream, that says nothing of the destination. */
function withoutRest(cause: unknown): unknown {
  const isCut =
    cause instanceof Error &&
    'code' in cause &&
    /^(ECONNRESET|ETIMEDOUT|EPIPE|HPE_\w+|ERR_SSL_\w+)$/.test(String(cause.code))
  if (!isCut || cause instanceof DestinationError) return cause
  return new DestinationError(`the answer breaks off in its middle: ${cause.message}`, { passing: true })
}

/** The error for an answer that is not a success, with the start of what the server said. */
export async function statusError(doing: string, answer: Answer): Promise<DestinationError> {
  const moved = redirection(answer)
  const said = await firstText(answer)
  return new DestinationError(explainStatus(answer.status, doing, moved ?? said), {
    status: answer.status,
    passing: isPassing(answer.status),
    retryAfter: retryAfterSeconds(answer.headers['retry-after'], Date.now()),
  })
}

/** Where an upload is sent on to in a way that would turn it into a download. */
function redirection({ status, headers }: Answer): string | undefined {
  const isMoved = [301, 302, 303].includes(status) && headers.location !== undefined
  return isMoved ? `it goes to ${withoutLogin(headers.location ?? '')}; push there instead` : undefined
}

async function firstText({ body, headers }: Answer): Promise<string> {
  const html = String(headers['content-type'] ?? '').includes('html')
  let text = ''
  try {
    for await (const chunk of body) if (text.length < SHOWN_BODY) text += String(chunk)
  } catch {
    // the status says enough
  }
  return html ? '' : text.replace(/\s+/g, ' ').trim().slice(0, SHOWN_BODY)
}
