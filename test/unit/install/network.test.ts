import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { retryAfter, shownUrl } from '../../../src/runner/download.ts'
import { createNetwork } from '../../../src/runner/network.ts'
import { httpsProxy } from '../../../src/runner/proxy.ts'

const body = 'x'.repeat(100_000)
const sha256 = createHash('sha256').update(body).digest('hex')
const limits = { tries: 4, idleSeconds: 0.3, totalSeconds: 1, backoffSeconds: 0.01, longestWaitSeconds: 2 }

describe('download', () => {
  let server: Server
  /** What each try was given, and whether its end came. */
  let tries: { text: string; whole: boolean }[]
  let requests: IncomingMessage[]
  let answer: (request: IncomingMessage, response: ServerResponse, count: number) => void
  let cancelling: AbortController
  const log: string[] = []
  beforeEach(async () => {
    tries = []
    consume = readAll
    requests = []
    cancelling = new AbortController()
    log.length = 0
    server = createServer((request, response) => answer(request, response, requests.push(request)))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })
  const fetch = async (path = '', more = {}, userInfo = '', bounds = limits): Promise<void> => {
    const url = `http://${userInfo}127.0.0.1:${(server.address() as AddressInfo).port}/${path}`
    const network = createNetwork({ info: (text) => void log.push(text) }, cancelling.signal, bounds)
    await network.download({ url, sha256, maxBytes: 200_000, ...more }, consume)
  }
  let consume: (bytes: AsyncIterable<Uint8Array>) => Promise<void>
  const readAll: typeof consume = async (bytes) => {
    const seen = { text: '', whole: false }
    tries.push(seen)
    for await (const chunk of bytes) seen.text += Buffer.from(chunk).toString()
    seen.whole = true
  }
  const nothingLeft = (): void => expect(tries.filter(({ whole }) => whole)).toEqual([])

  it('comes as it is', async () => {
    answer = (_, response) => response.end(body)
    await fetch('', { sha256: sha256.toUpperCase() })
    expect(tries).toEqual([{ text: body, whole: true }])
  })
  it('has no end where its hash is wrong, and is tried once more', async () => {
    answer = (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')
    await expect(fetch()).rejects.toThrow(/its SHA-256 is .*, expected .*\(6 bytes, a web page\) \(2 tries\)/)
    expect(tries.map(({ text }) => text)).toEqual(['<html>', '<html>'])
    nothingLeft()
  })
  it('a consumer that fails on the right bytes is not called again; on wrong ones the hash is the reason', async () => {
    answer = (_, response) => response.end(body)
    let calls = 0
    consume = async (bytes) => {
      calls += 1
      for await (const _ of bytes) break
      throw new Error('no archive')
    }
    await expect(fetch()).rejects.toThrow(/^no archive$/)
    expect(calls).toBe(1)
    answer = (_, response) => response.end('<html>')
    await expect(fetch()).rejects.toThrow(/its SHA-256 is/)
  })
  it.each([408, 425, 429, 500, 503])('%i is tried again', async (status) => {
    answer = (_, response, count) => (count < 4 ? response.writeHead(status).end() : response.end(body))
    await fetch()
    expect(tries.at(-1)?.whole).toBe(true)
    expect(log).toHaveLength(3)
  })
  it.each([400, 401, 403, 404, 410])('%i is not', async (status) => {
    answer = (_, response) => response.writeHead(status).end()
    await expect(fetch()).rejects.toThrow(`answered ${status}`)
    expect(requests).toHaveLength(1)
    nothingLeft()
  })
  it('gives up after four tries', async () => {
    answer = (_, response) => response.writeHead(500).end()
    await expect(fetch()).rejects.toThrow(/500.*4 tries/)
    nothingLeft()
  })
  it('waits as long as the server asks, within a limit', async () => {
    answer = (_, response, count) =>
      count === 1 ? response.writeHead(429, { 'retry-after': '1' }).end() : response.end(body)
    const began = performance.now()
    await fetch()
    expect(performance.now() - began).toBeGreaterThan(900)
    answer = (_, response) => response.writeHead(429, { 'retry-after': '3600' }).end()
    await expect(fetch()).rejects.toThrow(/429.*1 try/)
  })
  it('a connection that is cut, resets or goes silent is tried again', async () => {
    answer = (_, response, count) => {
      if (count === 1) response.writeHead(200, { 'content-length': '100000' }).write('x', () => response.destroy())
      else if (count === 2) response.socket?.destroy()
      else if (count === 3) response.writeHead(200).write('x')
      else response.end(body)
    }
    await fetch()
    expect(requests).toHaveLength(4)
  })
  it.each(['never answers', 'drips', 'cannot be reached'])(
    'of a job that is cancelled ends at once: a server that %s',
    async (kind) => {
      answer = (_, response) => {
        if (kind === 'cannot be reached') response.socket?.destroy()
        else if (kind === 'drips') response.writeHead(200).write('x')
        setTimeout(() => cancelling.abort(), 50)
      }
      const slow = { ...limits, backoffSeconds: 600, idleSeconds: 600, totalSeconds: 600, longestWaitSeconds: 6000 }
      await expect(fetch('', {}, '', slow)).rejects.toThrow(/the job was cancelled/)
      nothingLeft()
    },
  )
  it('a redirect to no URL is not tried again', async () => {
    answer = (_, response) => response.writeHead(302, { location: 'http://[bad' }).end()
    await expect(fetch()).rejects.toThrow(/redirects to what is no URL \(1 try\)/)
  })
  it('a server that drips is ended', async () => {
    answer = (_, response) => {
      const timer = setInterval(() => response.write('x'), 100)
      response.on('close', () => clearInterval(timer))
    }
    await expect(fetch()).rejects.toThrow(/longer than 1 s.*4 tries/)
    nothingLeft()
  })
  it('too large is refused by its length and by what comes', async () => {
    answer = (_, response) => response.writeHead(200, { 'content-length': '100000' }).end(body)
    await expect(fetch('', { maxBytes: 10 })).rejects.toThrow(/larger than 10 bytes \(1 try\)/)
    answer = (_, response) => response.end(body)
    await expect(fetch('', { maxBytes: 10 })).rejects.toThrow(/larger than 10 bytes \(1 try\)/)
    nothingLeft()
  })
  it('redirects are followed, but not for ever, to http elsewhere, or with our password', async () => {
    answer = (request, response) =>
      request.url === '/a' ? response.writeHead(302, { location: '/b' }).end() : response.end(body)
    await fetch('a', {}, 'user:pass@')
    expect(requests[1]?.headers.authorization).toBe(`Basic ${btoa('user:pass')}`)
    answer = (_, response) => response.writeHead(302, { location: '/a' }).end()
    await expect(fetch()).rejects.toThrow(/more than 5 redirects/)
    answer = (_, response) => response.writeHead(302, { location: 'http://example.org/' }).end()
    await expect(fetch('secret?token=abc', {}, 'user:pass@')).rejects.toThrow(/only https.*not http:\/\/example\.org/)
  })
  it('errors hold no password and no query', async () => {
    answer = (_, response) => response.writeHead(404).end()
    const message = await fetch('x?token=abc', {}, 'user:hunter22@').catch((error: Error) => error.message)
    expect(message).toContain('http://***@127.0.0.1')
    expect(message).not.toMatch(/hunter22|abc/)
    expect(shownUrl('https://token@host/a?b=c')).toBe('https://***@host/a?…')
  })
})

it.each([
  [undefined, undefined],
  ['7', 7],
  ['Thu, 01 Jan 1970 00:01:00 GMT', 50],
  ['Thu, 01 Jan 1970 00:00:01 GMT', 0],
  ['soon', undefined],
])('Retry-After %j', (header, seconds) => expect(retryAfter(header, 10_000)).toBe(seconds))

it.each([
  [{}, undefined],
  [{ http_proxy: 'http://p' }, undefined],
  [
    { ALL_PROXY: 'http://all', HTTPS_PROXY: 'http://mine' },
    { name: 'HTTPS_PROXY', url: 'http://mine' },
  ],
  [{ all_proxy: 'http://all:1' }, { name: 'all_proxy', url: 'http://all:1' }],
  [{ https_proxy: 'me:secret@p:3128' }, { name: 'https_proxy', url: 'http://me:secret@p:3128' }],
  [
    { https_proxy: 'http://me:sec#ret@p:3128' },
    { name: 'https_proxy', problem: expect.stringMatching(/no URL; .*%23/) },
  ],
  [{ ALL_PROXY: 'socks5://p:1080' }, { name: 'ALL_PROXY', problem: expect.stringContaining('http and https') }],
])('proxy of %j', (env, expected) => expect(httpsProxy(env)).toEqual(expected))
