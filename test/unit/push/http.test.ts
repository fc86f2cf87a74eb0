import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { httpObjects } from '../../../src/push/destination/http.ts'
import { httpTarget } from '../../../src/push/destination/http-target.ts'
import { bytesOf } from '../../../src/push/destination/objects.ts'
import { Spool } from '../../../src/push/gateway/spool.ts'
import { fileOf } from './file-content.ts'

const folders: string[] = []
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'push-'))
  folders.push(folder)
  return folder
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

type Answer = (request: http.IncomingMessage, response: http.ServerResponse, body: Buffer) => void
const brief = { tries: 3, baseSeconds: 0.02, capSeconds: 0.1, budgetSeconds: 9 }
const servers: (http.Server | https.Server)[] = []

/** A server whose n-th request gets the n-th answer, the last one over and over. */
async function serve(...answers: readonly (Answer | 'early')[]) {
  const seen: string[] = []
  const server = http.createServer((request, response) => {
    const answer = answers[Math.min(seen.length, answers.length - 1)]
    seen.push(`${request.method} ${request.url}`)
    if (answer === 'early') {
      response.writeHead(413, { connection: 'close' }).end('too large')
      return
    }
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => answer?.(request, response, Buffer.concat(chunks)))
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://u:pw@127.0.0.1:${(server.address() as AddressInfo).port}/c`
  return { seen, server, objects: await httpObjects(httpTarget(url, { netrc: [], authorities: undefined }), brief) }
}

const ok: Answer = (_request, response, body) => void response.writeHead(201).end(String(body.length))
const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (_request, response) =>
    void response.writeHead(code, headers).end('sorry')

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

describe('objects over HTTP', () => {
  it('are written again after a 502, a 429 and a cut connection, whole', async () => {
    let got = 0
    const cut: Answer = (request) => void request.socket.destroy()
    const { objects, seen } = await serve(status(502), cut, (request, response, body) => {
      got = body.length
      expect(request.headers.authorization).toBe(`Basic ${Buffer.from('u:pw').toString('base64')}`)
      response.writeHead(201).end()
    })
    await objects.write('nar/x', fileOf(randomBytes(700_001)))
    expect([seen.length, got]).toEqual([3, 700_001])
    objects.close()
  })

  const halves: readonly (readonly [string, string])[] = [
    ['is cut', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf'],
    ['has a broken chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n'],
  ]
  it.each(halves)('are asked for again where the answer %s in its middle', async (_, half) => {
    const broken: Answer = ({ socket }) => void socket.write(half, () => setTimeout(() => socket.destroy(), 20))
    const { objects, seen } = await serve(broken, broken, (_request, response) => void response.end('all of it'))
    expect(String(await objects.read('a.narinfo'))).toBe('all of it')
    expect(seen).toHaveLength(3)
    objects.close()
    const never = await serve(broken)
    await expect(never.objects.read('a.narinfo')).rejects.toThrow(/^the answer breaks off in its middle/)
    never.objects.close()
  })

  it('wait as long as Retry-After says', async () => {
    const { objects } = await serve(status(429, { 'retry-after': '1' }), ok)
    const began = performance.now()
    await objects.write('a', bytesOf('a'))
    expect(performance.now() - began).toBeGreaterThan(990)
    objects.close()
  })

  it.each([401, 403, 405, 507])('are given up at once on %i', async (code) => {
    const { objects, seen } = await serve(status(code))
    await expect(objects.write('a', bytesOf('a'))).rejects.toMatchObject({ status: code, passing: false })
    expect(seen).toHaveLength(1)
    objects.close()
  })

  it('are not sent where the server refuses them before', async () => {
    const { objects } = await serve('early')
    await expect(objects.write('nar/x', fileOf(randomBytes(50_000_000)))).rejects.toMatchObject({ status: 413 })
    objects.close()
  })

  it('are given up after bounded tries', async () => {
    const { objects, seen } = await serve(status(503))
    await expect(objects.write('a', bytesOf('a'))).rejects.toThrow(
      'writing a: HTTP 503, the server is in trouble (sorry)',
    )
    expect(seen).toHaveLength(3)
    objects.close()
  })

  it('are there or not', async () => {
    const { objects } = await serve((request, response) => {
      if (request.url === '/c/gone') response.writeHead(404).end()
      else response.writeHead(200, { 'content-length': 5 }).end(request.method === 'HEAD' ? undefined : 'hello')
    })
    expect(await objects.read('here')).toEqual(Buffer.from('hello'))
    expect(await objects.size('here')).toBe(5)
    expect(await objects.read('gone')).toBeUndefined()
    expect(await objects.size('gone')).toBeUndefined()
    const chunks: Uint8Array[] = []
    for await (const chunk of await objects.stream('here')) chunks.push(chunk)
    expect(Buffer.concat(chunks).toString()).toBe('hello')
    objects.close()
  })

  it('follow a redirect, without credentials to another host', async () => {
    const other = await serve((request, response) => {
      expect(request.headers.authorization).toBeUndefined()
      response.writeHead(200).end('there')
    })
    const port = (other.server.address() as AddressInfo).port
    const { objects } = await serve(status(302, { location: `http://127.0.0.1:${port}/x` }))
    expect(String(await objects.read('a'))).toBe('there')
    objects.close()
    other.objects.close()
  })

  it('cannot be had from a port where nobody listens', async () => {
    const { objects, server } = await serve(ok)
    await new Promise((resolve) => server.close(resolve))
    await expect(objects.read('a')).rejects.toThrow('cannot be reached')
    objects.close()
  })
})

describe('the largest upload that a server takes', () => {
  it.each([
    [Number.POSITIVE_INFINITY, undefined],
    [50 * 1024 ** 2, 10 * 1024 ** 2],
    [1024 ** 2, 1024 ** 2],
    [1000, 0],
  ])('of %i bytes is found without sending any', async (limit, found) => {
    const { objects, server } = await serve(ok)
    let sent = 0
    server.on('checkContinue', (request: http.IncomingMessage, response: http.ServerResponse) => {
      request.on('data', (chunk: Buffer) => {
        sent += chunk.length
      })
      if (Number(request.headers['content-length']) > limit) response.writeHead(413, { connection: 'close' }).end()
      else response.writeContinue()
    })
    expect(await objects.limit?.('probe')).toBe(found)
    expect(sent).toBe(0)
    objects.close()
  })
})

describe('HTTPS', () => {
  it('trusts the authorities that it is given, and no others', async () => {
    const folder = newFolder()
    const [key, certificate] = [join(folder, 'key'), join(folder, 'certificate')]
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
    const files = ['-keyout', key, '-out', certificate, '-days', '2']
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', ...subject, ...files],
      { stdio: 'ignore' },
    )
    const tls = { key: readFileSync(key), cert: readFileSync(certificate), ca: readFileSync(certificate) }
    const server = https.createServer({ ...tls, requestCert: true, rejectUnauthorized: false }, (request, response) => {
      const peer = (request.socket as TLSSocket).getPeerCertificate()
      response.end(peer.subject?.CN ?? 'nobody')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    servers.push(server)
    const url = `https://localhost:${(server.address() as AddressInfo).port}/c`
    const trusting = await httpObjects(httpTarget(url, { netrc: [], authorities: certificate }), brief)
    expect(String(await trusting.read('a'))).toBe('nobody')
    const known = `${url}?tls-certificate=${certificate}&tls-private-key=${key}`
    const named = await httpObjects(httpTarget(known, { netrc: [], authorities: certificate }), brief)
    expect(String(await named.read('a'))).toBe('localhost')
    const strict = await httpObjects(httpTarget(url, { netrc: [], authorities: undefined }), brief)
    await expect(strict.read('a')).rejects.toMatchObject({
      passing: false,
      message: expect.stringMatching(/self-signed.*NIX_SSL_CERT_FILE/),
    })
    for (const objects of [trusting, named, strict]) objects.close()
  })
})

describe('the spool', () => {
  it('lets a NAR be sent while it still comes', async () => {
    const spool = await Spool.open(join(newFolder(), 's'))
    let got = 0
    const { objects } = await serve((_request, response, body) => {
      got = body.length
      response.writeHead(201).end()
    })
    const spooled = await spool.take(300_000)
    const sent = objects.write('nar/x', spooled.content)
    await spooled.fill(
      Readable.from(
        (async function* () {
          for (let n = 0; n < 3; n += 1) {
            yield randomBytes(100_000)
            await new Promise((resolve) => setTimeout(resolve, 20))
          }
        })(),
      ),
    )
    await sent
    expect(got).toBe(300_000)
    objects.close()
    await spool.close()
  })

  it('has a limit, but takes one NAR of any size when it is empty', async () => {
    const spool = await Spool.open(join(newFolder(), 's'), 100_000)
    const large = await spool.take(1_000_000)
    let taken = false
    const next = spool.take(70_000).then((spooled) => {
      taken = true
      return spooled
    })
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect(taken).toBe(false)
    await large.fill(Readable.from([])).catch(() => undefined)
    await large.drop()
    await next
    expect(taken).toBe(true)
    await spool.close()
  })

  it('takes the rest of a NAR that nobody wants any more', async () => {
    const spool = await Spool.open(join(newFolder(), 's'))
    const spooled = await spool.take(2_000_000)
    const filling = spooled.fill(
      Readable.from(
        (async function* () {
          yield randomBytes(1_000_000)
          await new Promise((resolve) => setTimeout(resolve, 20))
          yield randomBytes(1_000_000)
        })(),
      ),
    )
    await Promise.all([spooled.drop(), filling])
    await spool.close()
  })

  it('tells those who read that a NAR did not come whole', async () => {
    const spool = await Spool.open(join(newFolder(), 's'))
    const spooled = await spool.take(100_000)
    if (spooled.content.kind !== 'file') throw new Error('a large one is on disk')
    const reading = spooled.content.file.chunks(0, 100_000)
    const first = expect(reading[Symbol.asyncIterator]().next()).rejects.toThrow('0 of 100000 bytes came')
    const filling = spooled.fill(Readable.from([]))
    await expect(filling).rejects.toThrow('0 of 100000 bytes came')
    await first
    await spooled.drop()
    await spool.close()
  })
})
