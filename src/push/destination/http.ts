import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { PATIENCE, type Patience } from '../retry.ts'
import { bodyLimit } from './body-limit.ts'
import type { HttpTarget } from './http-target.ts'
import { type Content, DestinationError, type FileContent, type Objects, wholeSize } from './objects.ts'
import { type ConnectionFacts, openTransport, type Sending } from './transport.ts'
import { statusError, Tries } from './tries.ts'

/** Objects behind plain HTTP: GET, HEAD, PUT, DELETE, as Nix's HTTP binary cache does. */
const CONNECTIONS = 64
/** Small answers cost a server little; a cache of thousands of paths is asked within seconds over a slow line too. */
const LOOKUPS = 240
/** Asks caches on the way (proxies, CDNs) for what the origin has now. */
const PAST_CACHES = { 'cache-control': 'no-cache', pragma: 'no-cache' }

/** Opens the objects of an `http(s)://` store URL. @throws Error where a certificate file cannot be read */
export async function httpObjects(target: HttpTarget, patience: Patience = PATIENCE): Promise<Objects> {
  const tls = await connectionFacts(target)
  const transport = openTransport(LOOKUPS, tls)
  const tries = new Tries(patience)
  const login = target.authorization === undefined ? {} : { authorization: target.authorization }
  const sending = (method: Sending['method'], name: string, content?: Content): Sending => ({
    method,
    url: new URL(`${target.base.href.replace(/\/$/, '')}/${name.replace(/[?#%]/g, encodeURIComponent)}`),
    headers: { ...login, ...(method === 'GET' || method === 'HEAD' ? PAST_CACHES : {}), ...contentType(method, name) },
    ...(content === undefined ? {} : { content }),
  })
  const attempt = <T>(method: Sending['method'], name: string, read: Reading<T>, content?: Content): Promise<T> =>
    tries.run(async () => {
      const answer = await transport.send(sending(method, name, content))
      return read(answer.status, answer)
    })
  const size = (name: string): Promise<number | undefined> =>
    attempt('HEAD', name, async (status, answer) => {
      answer.body.resume()
      if (status === 200) return Number(answer.headers['content-length'] ?? Number.NaN)
      if (status !== 404 && status !== 410) throw await statusError(`asking for ${name}`, answer)
      return undefined
    })
  const put = (name: string, content: Content): Promise<void> =>
    attempt(
      'PUT',
      name,
      async (status, answer) => {
        if (status < 200 || status > 299) throw await statusError(`writing ${name}`, answer)
        await buffer(answer.body)
      },
      content,
    )
  return {
    shown: target.shown,
    connections: CONNECTIONS,
    lookups: LOOKUPS,
    read: (name) =>
      attempt('GET', name, async (status, answer) => {
        if (status === 200) return buffer(answer.body)
        if (status !== 404 && status !== 410) throw await statusError(`reading ${name}`, answer)
        answer.body.resume()
        return undefined
      }),
    size,
    stream: (name) =>
      attempt('GET', name, async (status, answer) => {
        if (status !== 200) throw await statusError(`reading ${name}`, answer)
        return answer.body
      }),
    write: async (name, content) => {
      if (content.kind === 'bytes' || content.file.size !== undefined) return await put(name, content)
      if (await isTaken(content.file, put(name, content), () => size(name))) return
      await wholeSize(content.file)
      await put(name, content)
    },
    limit: (name) => bodyLimit(target, name, tls),
    remove: (name) =>
      attempt('DELETE', name, async (status, answer) => {
        await buffer(answer.body)
        return status < 300 || status === 404
      }),
    close: () => transport.close(),
  }
}

/** Not every server takes a body without a length: some refuse it, some keep nothing of it and do not say so. */
async function isTaken(
  file: FileContent,
  sending: Promise<void>,
  there: () => Promise<number | undefined>,
): Promise<boolean> {
  try {
    await sending
  } catch (cause) {
    if (cause instanceof DestinationError && cause.status !== undefined) return false
    throw cause
  }
  const size = await there()
  return size !== undefined && (Number.isNaN(size) || size === (await wholeSize(file)))
}

type Reading<T> = (status: number, answer: Awaited<ReturnType<ReturnType<typeof openTransport>['send']>>) => Promise<T>

function contentType(method: string, name: string): Record<string, string> {
  if (method !== 'PUT') return {}
  if (name.endsWith('.narinfo')) return { 'content-type': 'text/x-nix-narinfo' }
  if (name === 'nix-cache-info') return { 'content-type': 'text/x-nix-cache-info' }
  return { 'content-type': name.endsWith('.ls') ? 'application/json' : 'application/x-nix-nar' }
}

/** How a target is spoken to, its certificates read. @throws Error where a file cannot be read */
export async function connectionFacts(
  target: Pick<HttpTarget, 'certificate' | 'privateKey' | 'authorities' | 'proxyEnv'>,
): Promise<ConnectionFacts> {
  const text = async (path: string | undefined) => (path === undefined ? undefined : await readFile(path, 'utf8'))
  const [cert, key, ca] = await Promise.all([target.certificate, target.privateKey, target.authorities].map(text))
  const { proxyEnv } = target
  return {
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
    ...(ca ? { ca } : {}),
    ...(proxyEnv === undefined ? {} : { proxyEnv }),
  }
}
