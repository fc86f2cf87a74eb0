import http from 'node:http'
import https from 'node:https'
import { type Content, DestinationError, SourceError, sizeOf } from './objects.ts'

/** One request, ready to be sent. */
export interface Sending {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly content?: Content
  /** Part of a file's bytes, [start, end). */
  readonly range?: readonly [number, number]
}

export interface Answer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: http.IncomingMessage
}

/** How servers are spoken to: PEM texts and proxies. */
export interface ConnectionFacts {
  readonly cert?: string
  readonly key?: string
  readonly ca?: string
  readonly proxyEnv?: http.ProxyEnv
}

export interface Transport {
  /** One try. Redirects are followed. @throws DestinationError on a broken connection or a stall */
  send(sending: Sending): Promise<Answer>
  close(): void
}

/** Seconds without a byte in either direction. */
const STALL_SECONDS = 60
const CONNECT_SECONDS = 15
const MOST_REDIRECTS = 5
/** From here on the server is asked before the body is sent, so that a refusal costs no upload. */
const ASK_FIRST_BYTES = 1024 * 1024
const CONTINUE_SECONDS = 1

export function openTransport(connections: number, facts: ConnectionFacts = {}): Transport {
  const agents = openAgents(facts, {
    keepAlive: true,
    maxSockets: connections,
    maxFreeSockets: connections,
    scheduling: 'fifo',
  })
  return {
    send: (sending) => followed((one) => exchange(one, agents.for(one.url)), sending),
    close: () => agents.close(),
  }
}

/** Agents for both schemes. */
export function openAgents(
  facts: ConnectionFacts,
  options: http.AgentOptions,
): { for(url: URL): http.Agent; close(): void } {
  const { proxyEnv } = facts
  const plain = new http.Agent({ ...options, ...(proxyEnv === undefined ? {} : { proxyEnv }) })
  const secure = new https.Agent({ ...options, ...facts })
  return {
    for: ({ protocol }) => (protocol === 'https:' ? secure : plain),
    close: () => {
      plain.destroy()
      secure.destroy()
    },
  }
}

async function followed(once: (sending: Sending) => Promise<Answer>, first: Sending): Promise<Answer> {
  let sending = first
  for (let redirects = 0; ; redirects += 1) {
    const answer = await once(sending)
    const location = answer.headers.location
    const moves = [301, 302, 303, 307, 308].includes(answer.status) && location !== undefined
    if (!moves || (sending.method !== 'GET' && sending.method !== 'HEAD' && answer.status < 307)) return answer
    answer.body.resume()
    const url = new URL(location, sending.url)
    if (redirects === MOST_REDIRECTS || (sending.url.protocol === 'https:' && url.protocol !== 'https:'))
      throw new DestinationError(`${sending.url.origin} redirects in a circle or to plain http`, { passing: false })
    // credentials are for the host that they were given for
    const { authorization, ...open } = sending.headers
    const headers = url.origin === sending.url.origin && authorization ? { ...open, authorization } : open
    sending = { ...sending, url, headers }
  }
}

function exchange(sending: Sending, agent: http.Agent): Promise<Answer> {
  const { url, method, content } = sending
  const length = contentLength(sending)
  const headers: Record<string, string | number> = { 'user-agent': 'nix-multiarch', ...sending.headers }
  // without a length it goes in chunks of its own (RFC 9112 7.1)
  if (content !== undefined && length !== undefined) headers['content-length'] = length
  if (length === undefined || length >= ASK_FIRST_BYTES) headers.expect = '100-continue'
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? https : http).request(url, { method, headers, agent })
    let answered = false
    const broken = (cause: Error) => {
      clearTimeout(connecting)
      reject(cause instanceof DestinationError || cause instanceof SourceError ? cause : connectionError(url, cause))
    }
    const stop = (text: string) => request.destroy(new DestinationError(`${url.origin} ${text}`, { passing: true }))
    const connecting = setTimeout(() => stop(`does not answer for ${CONNECT_SECONDS} s`), CONNECT_SECONDS * 1000)
    request.on('socket', (socket) => {
      if (!socket.connecting) clearTimeout(connecting)
      else socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => clearTimeout(connecting))
    })
    request.setTimeout(STALL_SECONDS * 1000, () => stop(`made no progress for ${STALL_SECONDS} s`))
    request.on('error', broken)
    request.on('response', (body) => {
      answered = true
      clearTimeout(connecting)
      // an answer before the end of the upload: the rest of the body is of no use, and neither is the connection
      if (!request.writableEnded) body.once('end', () => request.destroy())
      resolve({ status: body.statusCode ?? 0, headers: body.headers, body })
    })
    if (content === undefined) request.end()
    else
      permission(request, headers)
        .then(() => sendBody(request, sending, () => answered))
        .catch((cause) => request.destroy(cause))
  })
}

/** Waits for `100 Continue`, an answer, or a while: not every server knows it (RFC 9110 10.1.1). */
function permission(request: http.ClientRequest, headers: Record<string, unknown>): Promise<void> {
  if (headers.expect === undefined) return Promise.resolve()
  request.flushHeaders()
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      resolve()
    }
    let timer = setTimeout(done, (CONNECT_SECONDS + CONTINUE_SECONDS) * 1000)
    request.once('socket', () => {
      clearTimeout(timer)
      timer = setTimeout(done, CONTINUE_SECONDS * 1000)
    })
    for (const event of ['continue', 'response', 'close']) request.once(event, done)
  })
}

async function sendBody(request: http.ClientRequest, sending: Sending, answered: () => boolean): Promise<void> {
  const { content } = sending
  if (content?.kind === 'bytes') {
    request.end(content.bytes)
    return
  }
  if (content === undefined) return
  const [start, end] = sending.range ?? [0, Number.POSITIVE_INFINITY]
  for await (const chunks of content.file.chunks(start, end)) {
    if (answered() || request.destroyed) return
    await written(request, chunks)
  }
  request.end()
}

/** Resolves once the chunks are on their way, or nobody wants them any more: their memory may then be used again. */
const written = (request: http.ClientRequest, chunks: readonly Uint8Array[]): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      request.off('close', done)
      resolve()
    }
    request.once('close', done)
    // in one call to the system
    request.cork()
    for (const [n, chunk] of chunks.entries()) request.write(chunk, n === chunks.length - 1 ? done : undefined)
    request.uncork()
  })

function contentLength({ content, range }: Sending): number | undefined {
  if (range !== undefined) return range[1] - range[0]
  if (content === undefined) return 0
  return sizeOf(content)
}

/** Nobody whom this machine knows vouches for the certificate. */
const STRANGE = /SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)/

function connectionError(url: URL, cause: Error & { code?: string }): DestinationError {
  const code = cause.code ?? ''
  const isStrange = STRANGE.test(code)
  const isPlain = /wrong version number|packet length too long/i.test(cause.message)
  const passing = !isStrange && !isPlain && !/ENOTFOUND|CERT|TLS|SSL|ALTNAME/.test(code)
  const hint = isStrange ? '; an authority of its own belongs into the file that NIX_SSL_CERT_FILE names' : ''
  const reason = isPlain ? 'it does not speak TLS; is it http, or scheme=http for S3?' : cause.message || code
  return new DestinationError(`${url.origin} cannot be reached: ${reason}${hint}`, { passing })
}
