// push-odd-servers.mjs KIND FOLDER PORT_FILE: a binary cache over HTTP with the manners of KIND.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import { dirname, join, normalize } from 'node:path'
import { buffer } from 'node:stream/consumers'

const [kind, root, portFile] = process.argv.slice(2)

const place = (url) => join(root, normalize(decodeURIComponent(url.replace(/\?.*/, ''))))

async function objects(request, response) {
  const file = place(request.url)
  if (request.method === 'PUT') {
    // the question how much it takes is announced and not sent
    const body = await buffer(request).catch(() => undefined)
    if (body === undefined) return
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, body)
    response.writeHead(201, { 'content-length': 0 }).end()
    return
  }
  let body
  try {
    body = readFileSync(file)
  } catch {
    response.writeHead(404, { 'content-length': 0 }).end()
    return
  }
  // in chunks: no length is told
  if (kind === 'chunked') response.writeHead(200, { 'transfer-encoding': 'chunked' })
  else response.writeHead(200, { 'content-length': body.length })
  response.end(request.method === 'HEAD' ? undefined : body)
}

const KINDS = {
  closing: (request, response) => {
    response.shouldKeepAlive = false
    return objects(request, response)
  },
  portal: async (request, response) => {
    await buffer(request).catch(() => undefined)
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Please log in</body></html>')
  },
  // to itself, with the status that keeps the method
  redirecting: async (request, response) => {
    if (request.url.startsWith('/real')) return await objects(request, response)
    request.resume()
    response.writeHead(307, { location: `/real${request.url}`, 'content-length': 0 }).end()
  },
  'refusing-streams': async (request, response) => {
    if (request.method !== 'PUT' || request.headers['content-length'] !== undefined)
      return await objects(request, response)
    request.resume()
    response.writeHead(411, { 'content-length': 0 }).end()
  },
  // as some gateways to programs do: a body without length is none
  'losing-streams': async (request, response) => {
    if (request.method !== 'PUT' || request.headers['content-length'] !== undefined)
      return await objects(request, response)
    await buffer(request)
    mkdirSync(dirname(place(request.url)), { recursive: true })
    writeFileSync(place(request.url), '')
    response.writeHead(201, { 'content-length': 0 }).end()
  },
  // with the status that turns a PUT into a GET
  moved: async (request, response) => {
    request.resume()
    if (request.method !== 'PUT') response.writeHead(404, { 'content-length': 0 }).end()
    else response.writeHead(301, { location: `/real${request.url}`, 'content-length': 0 }).end()
  },
}

/** One request a connection, answers end with it. */
function oldServer() {
  const inner = http.createServer(objects).listen(0, '127.0.0.1')
  return net.createServer((client) => {
    const server = net.connect(inner.address().port, '127.0.0.1')
    client.pipe(server)
    server.on('data', (chunk) => {
      const text = chunk.toString('latin1').replace(/^HTTP\/1\.1 (?!100)/, 'HTTP/1.0 ')
      const old = text.replace(/^(Connection: keep-alive|Keep-Alive: [^\r]*|Content-Length: \d+)\r\n/gim, '')
      client.write(text.startsWith('HTTP/1.0') ? Buffer.from(old, 'latin1') : chunk)
      if (!text.startsWith('HTTP/1.1 100')) server.setTimeout(50, () => client.end())
    })
    for (const socket of [client, server]) socket.on('error', () => undefined)
    client.on('close', () => server.destroy())
  })
}

const server = kind === 'http-1.0' ? oldServer() : http.createServer(KINDS[kind] ?? objects)
const host = kind === 'ipv6' ? '::1' : '127.0.0.1'
server.listen(0, host, () => {
  const name = kind === 'ipv6' ? '[::1]' : host
  writeFileSync(portFile, `http://${name}:${server.address().port}`)
})
