import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { HttpClient } from '@actions/http-client'
import { redact, UserError } from './errors.ts'
import type { Consumer, Download, Log, Network } from './ports.ts'

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

const LIMITS: NetworkLimits = {
  tries: 4,
  idleSeconds: 30,
  totalSeconds: 600,
  backoffSeconds: 1,
  longestWaitSeconds: 60,
}
const REDIRECTS = 5
/** A wrong hash is mostly a wrong file; one more try is for a connection that was cut without a trace. */
const HASH_TRIES = 2

/** What ended a try. `retry` false: a further try would end the same way. */
class FailedTry extends Error {
  readonly retry: boolean
  readonly waitSeconds: number | undefined
  readonly hash: boolean
  constructor(message: string, more: { retry: boolean; waitSeconds?: number | undefined; hash?: boolean }) {
    super(message)
    this.retry = more.retry
    this.waitSeconds = more.waitSeconds
    this.hash = more.hash ?? false
  }
}

/** The bytes are right, and who was given them failed. */
class ConsumerFault extends Error {}

/** A megabyte with what it needs: read only by a run that asks a server something. */
async function openClient(...options: ConstructorParameters<typeof HttpClient>): Promise<HttpClient> {
  const toolkit = await import('@actions/http-client')
  return new toolkit.HttpClient(...options)
}

/** Downloads over HTTP; proxies are those of the environment (https_proxy, no_proxy). */
export function createNetwork(log: Pick<Log, 'info'>, limits: NetworkLimits = LIMITS): Network {
  return { download: (what, consume) => tryAll(what, consume, limits, log), ask }
}

/** Bytes of an answer that are looked at. */
const SHORT_TEXT = 16 * 1024

async function ask(url: string, seconds: number): ReturnType<Network['ask']> {
  const client = await openClient('nix-multiarch', [], { allowRetries: false, socketTimeout: seconds * 1000 })
  let late: NodeJS.Timeout | undefined
  const timeout = new Promise<{ fault: string }>((resolve) => {
    late = setTimeout(() => resolve({ fault: 'timeout' }), seconds * 1000)
  })
  try {
    return await Promise.race([shortAnswer(client, url), timeout])
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    return { fault: code || (error instanceof Error ? error.message : String(error)) }
  } finally {
    clearTimeout(late)
    client.dispose()
  }
}

async function shortAnswer(client: HttpClient, url: string): Promise<{ status: number; text: string }> {
  const { message } = await client.get(url)
  let text = ''
  for await (const chunk of message as AsyncIterable<Buffer>) {
    text += chunk.toString('latin1')
    if (text.length >= SHORT_TEXT) break
  }
  message.destroy()
  return { status: message.statusCode ?? 0, text: text.slice(0, SHORT_TEXT) }
}

async function tryAll(what: Download, consume: Consumer, limits: NetworkLimits, log: Pick<Log, 'info'>): Promise<void> {
  const name = shownUrl(what.url)
  for (let tried = 1; ; tried += 1) {
    const failure = await oneTry(what, consume, limits).then(() => undefined, asFailedTry)
    if (failure === undefined) return
    const wait = secondsToWait(failure, tried, limits)
    if (wait === undefined) {
      throw new UserError(`cannot download ${name}: ${failure.message} (${tried === 1 ? '1 try' : `${tried} tries`})`)
    }
    log.info(`download of ${name}: ${failure.message}; try ${tried + 1} of ${limits.tries} in ${wait.toFixed(1)} s`)
    await sleep(wait * 1000)
  }
}

/** Seconds until the next try; undefined where there is none. */
function secondsToWait(failure: FailedTry, tried: number, limits: NetworkLimits): number | undefined {
  if (!failure.retry || tried >= Math.min(limits.tries, failure.hash ? HASH_TRIES : limits.tries)) return undefined
  const wait = failure.waitSeconds ?? limits.backoffSeconds * 2 ** (tried - 1) * (0.75 + Math.random() / 2)
  return wait > limits.longestWaitSeconds ? undefined : wait
}

/** @throws what the consumer made of the right bytes: another try would end the same way. */
function asFailedTry(error: unknown): FailedTry {
  if (error instanceof FailedTry) return error
  if (error instanceof ConsumerFault) throw error.cause
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const text = error instanceof Error ? error.message || code || error.name : String(error)
  return new FailedTry(redact(text, []), { retry: true })
}

async function oneTry(what: Download, consume: Consumer, limits: NetworkLimits): Promise<void> {
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
  const text = `its SHA-256 is ${got}, expected ${what.sha256} (${size} bytes${page})`
  throw new FailedTry(text, { retry: true, hash: true })
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
