import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { HttpClient } from '@actions/http-client'
import { redact } from './errors.ts'
import type { Consumer, Download } from './ports.ts'
import { httpsProxy } from './proxy.ts'

export interface NetworkLimits {
  /** How often a download is tried in all. */
  readonly tries: number
  /** Seconds without a byte, of one try. */
  readonly idleSeconds: number
  /** Seconds of one try. */
  readonly totalSeconds: number
  /** Seconds before the second try; doubled for each further one. */
  readonly backoffSeconds: number
  /** The longest `Retry-After` that is waited for. */
  readonly longestWaitSeconds: number
}

/** What a download is held to. */
export interface Bounds extends NetworkLimits {
  readonly cancelled: AbortSignal
}

const REDIRECTS = 5

/** What ended a try. `retry` false: a further try would end the same way. */
export class FailedTry extends Error {
  readonly retry: boolean
  readonly waitSeconds: number | undefined
  readonly kind: FaultKind | undefined
  constructor(message: string, more: { retry: boolean; waitSeconds?: number | undefined; kind?: FaultKind }) {
    super(message)
    this.retry = more.retry
    this.waitSeconds = more.waitSeconds
    this.kind = more.kind
  }
}

/** What is wrong, where it is not the answer: the bytes, a server that nobody here vouches for, or no way to it. */
type FaultKind = 'hash' | 'certificate' | 'connection'

/** The bytes are right, and who was given them failed. */
class ConsumerFault extends Error {}

/** A megabyte with what it needs: read only by a run that asks a server something. */
export async function openClient(...options: ConstructorParameters<typeof HttpClient>): Promise<HttpClient> {
  const toolkit = await import('@actions/http-client')
  const proxy = httpsProxy(process.env)?.url
  if (proxy !== undefined) process.env.https_proxy = proxy // the one name and form that the toolkit knows
  return new toolkit.HttpClient(...options)
}

/** @throws what the consumer made of the right bytes: another try would end the same way. */
export function asFailedTry(error: unknown): FailedTry {
  if (error instanceof FailedTry) return error
  if (error instanceof ConsumerFault) throw error.cause
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const text = error instanceof Error ? error.message || code || error.name : String(error)
  if (/CERT|_SIGNATURE$/.test(code)) return certificateFault(code, text)
  const why = text === 'aborted' ? 'the connection was cut (aborted)' : redact(text, [])
  return new FailedTry(why, { retry: true, kind: 'connection' })
}

function certificateFault(code: string, text: string): FailedTry {
  const why = text.replace(/; if the root CA is installed locally.*/, '')
  if (!/^(UNABLE|DEPTH|SELF)/.test(code)) return new FailedTry(why, { retry: false })
  const advice = 'Name the file with the certificate of its CA in NIX_SSL_CERT_FILE or NODE_EXTRA_CA_CERTS.'
  return new FailedTry(`its certificate is not trusted: ${why}. ${advice}`, { retry: false, kind: 'certificate' })
}

/** One try of a download. @throws FailedTry */
export async function oneTry(what: Download, consume: Consumer, limits: Bounds): Promise<void> {
  const { cancelled } = limits
  const client = await openClient('nix-multiarch', [], {
    allowRedirects: false,
    allowRetries: false,
    socketTimeout: limits.idleSeconds * 1000,
  })
  let abort: (error: Error) => void = () => undefined
  const ended = new Promise<never>((_, reject) => {
    abort = reject
  })
  const tooLong = new FailedTry(`it took longer than ${limits.totalSeconds} s`, { retry: true })
  const total = setTimeout(() => abort(tooLong), limits.totalSeconds * 1000)
  const cancel = () => abort(new FailedTry('the job was cancelled', { retry: false }))
  if (cancelled.aborted) cancel()
  cancelled.addEventListener('abort', cancel)
  try {
    const message = await Promise.race([open(client, what.url), ended])
    try {
      checkAnswer(message, what)
      // on the total limit the bytes end with that error, so that the consumer ends too
      ended.catch((error: Error) => message.destroy(error))
      await pass(message, what, consume, limits.idleSeconds)
    } finally {
      message.destroy()
    }
  } finally {
    clearTimeout(total)
    cancelled.removeEventListener('abort', cancel)
    client.dispose()
  }
}

/** Follows redirects itself: none to http, none to another host with our credentials. */
async function open(client: HttpClient, start: string): Promise<IncomingMessage> {
  let url = new URL(start)
  const first = url
  for (let hops = 0; hops <= REDIRECTS; hops += 1) {
    refuseInsecure(url)
    const { message } = await client.get(url.href, url.host === first.host ? credentials(first) : {})
    const target = message.headers.location
    if (![301, 302, 303, 307, 308].includes(message.statusCode ?? 0) || target === undefined) return message
    message.destroy()
    if (!URL.canParse(target, url.href)) throw new FailedTry('the server redirects to what is no URL', { retry: false })
    const next = new URL(target, url)
    if (url.protocol === 'https:' && next.protocol !== 'https:') {
      throw new FailedTry(`the server redirects from https to ${shownUrl(next.href)}`, { retry: false })
    }
    url = next
  }
  throw new FailedTry(`more than ${REDIRECTS} redirects`, { retry: false })
}

/** http is for loopback only: what it carries can be changed on the way. */
function refuseInsecure(url: URL): void {
  const loopback = ['localhost', '[::1]'].includes(url.hostname) || /^127\.\d+\.\d+\.\d+$/.test(url.hostname)
  if (url.protocol === 'https:' || (url.protocol === 'http:' && loopback)) return
  throw new FailedTry(`only https is allowed (and http from this machine), not ${shownUrl(url.href)}`, { retry: false })
}

const credentials = (url: URL): Record<string, string> => {
  if (url.username === '') return {}
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

function checkAnswer(message: IncomingMessage, what: Download): void {
  const status = message.statusCode ?? 0
  if (status !== 200) {
    const retry = status >= 500 || [408, 425, 429].includes(status)
    const waitSeconds = retryAfter(message.headers['retry-after'], Date.now())
    throw new FailedTry(`the server answered ${status} ${message.statusMessage ?? ''}`.trim(), { retry, waitSeconds })
  }
  if (Number(message.headers['content-length'] ?? 0) > what.maxBytes) throw tooLarge(what)
}

const tooLarge = (what: Download) => new FailedTry(`it is larger than ${what.maxBytes} bytes`, { retry: false })

/** Hands the bytes on as they come. The hash is found out also where the consumer gave up: it tells why. */
async function pass(message: IncomingMessage, what: Download, consume: Consumer, idleSeconds: number): Promise<void> {
  message.setTimeout(idleSeconds * 1000, () => message.destroy(new Error(`no data for ${idleSeconds} s`)))
  const bytes = checked(message, what)
  let broken: unknown
  const next = async () => {
    try {
      return await bytes.next()
    } catch (error) {
      broken = error
      throw error
    }
  }
  // without `return`: a consumer that gives up does not end the bytes
  const fault = await consume({ [Symbol.asyncIterator]: () => ({ next }) }).then(
    () => undefined,
    (cause: unknown) => new ConsumerFault('', { cause }),
  )
  while (broken === undefined && !(await next()).done);
  if (broken !== undefined) throw broken
  if (fault !== undefined) throw fault
}

/** The bytes; instead of their end a FailedTry where they are too few, too many or wrong. */
async function* checked(message: IncomingMessage, what: Download): AsyncGenerator<Uint8Array, undefined> {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > what.maxBytes) throw tooLarge(what)
    hash.update(chunk)
    yield chunk
  }
  const length = message.headers['content-length']
  if (length !== undefined && size !== Number(length)) {
    throw new FailedTry(`the connection was cut after ${size} of ${length} bytes`, { retry: true })
  }
  const got = hash.digest('hex')
  if (got === what.sha256.toLowerCase()) return
  const page = message.headers['content-type']?.includes('text/html') ? ', a web page' : ''
  const encoding = message.headers['content-encoding']
  const encoded = encoding === undefined ? '' : `, encoded by the server: ${encoding}`
  const text = `its SHA-256 is ${got}, expected ${what.sha256} (${size} bytes${page}${encoded})`
  throw new FailedTry(text, { retry: true, kind: 'hash' })
}

/** Seconds that a `Retry-After` header asks for: a number of seconds or a date. @param now milliseconds since 1970 */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined
  if (/^\d+$/.test(header.trim())) return Number(header)
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000)
}

/** A URL for people: without password and query, which may hold a token. */
export const shownUrl = (url: string): string =>
  redact(url.replace(/\?.*$/s, '?…'), []).replace(/^(\w+:\/\/)[^/@\s]+@/, '$1***@')
