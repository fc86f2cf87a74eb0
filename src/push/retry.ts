/** How often and how long a request is tried again. */
export interface Patience {
  readonly tries: number
  readonly baseSeconds: number
  readonly capSeconds: number
  /** Seconds after its first failure from which on a request is not tried again. */
  readonly budgetSeconds: number
}

export const PATIENCE: Patience = { tries: 6, baseSeconds: 0.5, capSeconds: 20, budgetSeconds: 180 }
/** For a look before the build, which takes seconds. */
export const BRIEF_PATIENCE: Patience = { tries: 3, baseSeconds: 0.5, capSeconds: 2, budgetSeconds: 20 }
/** Longest wait that a destination may ask for by Retry-After. */
const LONGEST_RETRY_AFTER = 120

/**
 * Seconds before try `attempt + 1`: what the destination asked for, plus jitter; else full jitter over an exponential
 * window, with a floor so that a destination that is restarting gets time. @param attempt failed tries so far, from 1
 * @param random in [0, 1)
 */
export function waitBefore(attempt: number, random: number, patience: Patience, retryAfter?: number): number {
  if (retryAfter !== undefined) return Math.min(retryAfter, LONGEST_RETRY_AFTER) + random * 0.5
  const window = Math.min(patience.capSeconds, patience.baseSeconds * 2 ** (attempt - 1))
  return window * (0.25 + 0.75 * random)
}

/** Seconds of a Retry-After header (RFC 9110 10.2.3: seconds or a date). @param now milliseconds */
export function retryAfterSeconds(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined
  if (/^\d+$/.test(header.trim())) return Number(header)
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000)
}

/** Statuses that another try may cure: time-outs, rate limits, faults of the server, but not "not implemented" or "full". */
export const isPassing = (status: number): boolean =>
  status === 408 ||
  status === 425 ||
  status === 429 ||
  (status >= 500 && status !== 501 && status !== 505 && status !== 507)

/** What an HTTP status means for somebody who pushes. @param doing `reading nix-cache-info`, … */
export function explainStatus(status: number, doing: string, hint = ''): string {
  const meaning =
    {
      301: 'it redirects uploads',
      302: 'it redirects uploads',
      303: 'it redirects uploads',
      401: 'it wants credentials, or those given are wrong',
      403: 'these credentials may not do that',
      404: 'there is no such place',
      405: 'it does not allow that, so that it is no place that can be pushed to',
      409: 'a folder above it is missing and the server does not make it',
      411: 'the server wants no upload without length',
      413: 'the object is larger than the server takes (nginx: client_max_body_size)',
      429: 'too many requests',
      507: 'its disk is full',
    }[status] ?? (status >= 500 ? 'the server is in trouble' : 'unexpected answer')
  return `${doing}: HTTP ${status}, ${meaning}${hint === '' ? '' : ` (${hint})`}`
}
