import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { type Asked, whatIsAsked } from './protocol.ts'

/** What the server does with what Nix brings and asks for. */
export interface Service {
  /** Text to answer a GET with; undefined for "not there". */
  text(asked: Asked): string | undefined
  /** Whether a NAR came already. */
  hasNar(name: string): boolean
  /** Takes an object; gives what is wrong with it, undefined where it is taken. */
  takeNar(name: string, size: number, body: Readable): Promise<string | undefined>
  takeInfo(hash: string, text: string): string | undefined
  takeOther(name: string, size: number, body: Readable): Promise<string | undefined>
}

/** A refusal that every Nix takes as final: old ones hang on 5xx (field/install-and-cache.md 3.2). */
const REFUSED = 403
/** Bytes taken from a connection at a time: large NARs cost fewer, larger writes. */
const READ_AHEAD = 256 * 1024
const NARINFO_LIMIT = 4 * 1024 * 1024

/** A binary cache on the loopback interface, for one client that knows the password. */
export async function serve(service: Service, password: string): Promise<{ port: number; close(): Promise<void> }> {
  const authorization = `Basic ${Buffer.from(`nix:${password}`).toString('base64')}`
  const server = http.createServer({ highWaterMark: READ_AHEAD }, (request, response) => {
    const finish = (status: number, text = '') => {
      if (response.headersSent || response.destroyed) return
      // what was not read of a refused body cannot be left on the connection
      if (!request.complete) response.setHeader('connection', 'close')
      response.writeHead(status, { 'content-length': Buffer.byteLength(text), 'content-type': 'text/plain' })
      response.end(request.method === 'HEAD' ? undefined : text)
    }
    if (request.headers.authorization !== authorization) {
      finish(401)
      return
    }
    answer(service, request)
      .then(({ status, text }) => finish(status, text))
      .catch((cause: unknown) => finish(REFUSED, cause instanceof Error ? cause.message : String(cause)))
  })
  // NARs take as long as they take; the push has limits of its own
  server.requestTimeout = 0
  server.keepAliveTimeout = 60_000
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

interface Reply {
  readonly status: number
  readonly text?: string
}

async function answer(service: Service, request: http.IncomingMessage): Promise<Reply> {
  const asked = whatIsAsked(request.url ?? '')
  if (request.method === 'PUT') return taken(await take(service, asked, request))
  if (request.method !== 'GET' && request.method !== 'HEAD') return { status: 405 }
  if (asked.kind === 'nar') return { status: service.hasNar(asked.name) ? 200 : 404 }
  const text = service.text(asked)
  return text === undefined ? { status: 404 } : { status: 200, text }
}

const taken = (refusal: string | undefined): Reply =>
  refusal === undefined ? { status: 200 } : { status: REFUSED, text: refusal }

async function take(service: Service, asked: Asked, request: http.IncomingMessage): Promise<string | undefined> {
  const size = Number(request.headers['content-length'] ?? Number.NaN)
  if (Number.isNaN(size)) return 'an upload without length'
  switch (asked.kind) {
    case 'nar':
      return service.takeNar(asked.name, size, request)
    case 'narinfo':
      if (size > NARINFO_LIMIT) return 'a narinfo that is too large'
      return service.takeInfo(asked.hash, (await buffer(request)).toString())
    case 'other':
      return service.takeOther(asked.name, size, request)
    case 'cache-info':
      request.resume()
      return undefined
    default:
      return 'no such object in a binary cache'
  }
}
