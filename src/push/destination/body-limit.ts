import http from 'node:http'
import https from 'node:https'
import type { HttpTarget } from './http-target.ts'
import { type ConnectionFacts, openAgents } from './transport.ts'

const MIB = 1024 * 1024
/** Sizes that are asked for, the largest first; nginx's own default is 1 MiB. */
const ASKED = [2048 * MIB, 100 * MIB, 10 * MIB, MIB]
const SECONDS = 3

/**
 * The largest of some sizes that a server would take, without sending a byte of it: an upload is announced
 * (`Expect: 100-continue`, RFC 9110 10.1.1) and not begun. Gives undefined where the server sets no limit or does not
 * say, 0 where it takes not even the smallest.
 */
export async function bodyLimit(target: HttpTarget, name: string, tls: ConnectionFacts): Promise<number | undefined> {
  for (const [n, size] of ASKED.entries()) {
    const status = await announce(target, name, size, tls)
    if (status !== 413) return n === 0 ? undefined : size
  }
  return 0
}

function announce(target: HttpTarget, name: string, size: number, tls: ConnectionFacts): Promise<number | undefined> {
  const url = new URL(`${target.base.href.replace(/\/$/, '')}/${name}`)
  const login = target.authorization === undefined ? {} : { authorization: target.authorization }
  const headers = { ...login, 'content-length': size, expect: '100-continue', 'user-agent': 'nix-multiarch' }
  const agents = openAgents(tls, { keepAlive: false })
  return new Promise((resolve) => {
    const request = (url.protocol === 'https:' ? https : http).request(url, {
      method: 'PUT',
      headers,
      agent: agents.for(url),
    })
    const finish = (status?: number) => {
      clearTimeout(timer)
      request.destroy()
      agents.close()
      resolve(status)
    }
    const timer = setTimeout(finish, SECONDS * 1000)
    request.on('continue', () => finish(100))
    request.on('response', ({ statusCode }) => finish(statusCode))
    request.on('error', () => finish())
    request.flushHeaders()
  })
}

/** The warning for a limit, in a sentence. @param limit bytes */
export const limitWarning = (shown: string, limit: number): string =>
  `${shown} takes no upload ${limit === 0 ? 'of 1 MiB' : `much larger than ${limit / MIB} MiB`}; compressed NARs above its limit will fail (nginx: client_max_body_size)`
