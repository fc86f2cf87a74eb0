// bincache-server.mjs FOLDER CONTROL: an HTTP binary cache (GET, HEAD, PUT) on a loopback port, with faults on demand.
// Plain JavaScript without packages, since it runs in a machine. It is steered by files, so that a test outside of the
// machine's network reaches it: CONTROL/port (written when it listens), CONTROL/faults.json (read when it changes) and
// CONTROL/requests.jsonl (one request a line). AUTH in the environment: none, basic:USER:PASSWORD or bearer:TOKEN.
import {
  appendFileSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'

const [root, control] = process.argv.slice(2)
const [authKind, ...authParts] = (process.env.AUTH ?? 'none').split(':')
const faultsFile = path.join(control, 'faults.json')
let faults = []
let faultsText = ''
let uploads = 0

/** The first fault that matches "METHOD /path" and has turns left. `skip` lets some requests pass first. */
function faultOf(what) {
  const text = existsSync(faultsFile) ? readFileSync(faultsFile, 'utf8') : '[]'
  if (text !== faultsText) {
    faults = JSON.parse(text)
    faultsText = text
  }
  const fault = faults.find((each) => each.times !== 0 && new RegExp(each.match).test(what))
  if (!fault) return undefined
  if (fault.skip > 0) {
    fault.skip--
    return undefined
  }
  if (fault.times !== undefined) fault.times--
  return fault
}

function authorized(request) {
  const given = request.headers.authorization
  if (authKind === 'basic') return given === `Basic ${Buffer.from(authParts.join(':')).toString('base64')}`
  if (authKind === 'bearer') return given === `Bearer ${authParts.join(':')}`
  return true
}

/** Counts bytes, goes slowly, cuts the connection or spoils a byte. */
function spoiler(fault, socket, size = 0) {
  let seen = 0
  return new Transform({
    async transform(chunk, _encoding, done) {
      const before = seen
      seen += chunk.length
      if (fault?.slowMs) await sleep(fault.slowMs)
      if (fault?.drop === 'mid' && seen >= (fault.after ?? 1)) return socket.destroy()
      const at = (size >> 1) - before
      if (fault?.corrupt && at >= 0 && at < chunk.length) {
        chunk = Buffer.from(chunk)
        chunk[at] ^= 0xff
      }
      done(null, chunk)
    },
  })
}

async function put(request, response, file, fault) {
  const part = `${file}.part${++uploads}`
  mkdirSync(path.dirname(file), { recursive: true })
  try {
    await pipeline(request, spoiler(fault, request.socket), createWriteStream(part))
    renameSync(part, file)
  } catch (error) {
    rmSync(part, { force: true })
    throw error
  }
  return answer(response, 201)
}

async function get(request, response, file, fault) {
  if (!existsSync(file) || !statSync(file).isFile()) return answer(response, 404, 'not found')
  const { size } = statSync(file)
  response.writeHead(200, { 'content-length': size })
  if (request.method === 'HEAD') return response.end()
  const end = fault?.truncate ? Math.max(0, (size >> 1) - 1) : undefined
  await pipeline(createReadStream(file, { end }), spoiler(fault, request.socket, size), response, {
    end: !fault?.truncate,
  })
  if (fault?.truncate) request.socket.destroy()
}

function answer(response, status, text = '', headers = {}) {
  response.writeHead(status, { 'content-length': Buffer.byteLength(text), ...headers })
  response.end(text)
}

async function serve(request, response, note) {
  const { pathname } = new URL(request.url, 'http://cache')
  const file = path.join(root, path.normalize(decodeURIComponent(pathname)))
  const fault = faultOf(`${request.method} ${request.url}`)
  if (fault) note.fault = fault
  if (fault?.drop === 'now') return request.socket.destroy()
  if (fault?.drop === 'hang') return
  if (fault?.delayMs) await sleep(fault.delayMs)
  if (fault?.status) {
    await request.resume().toArray()
    return answer(response, fault.status, fault.body ?? 'a fault of the test', fault.headers)
  }
  if (!authorized(request)) {
    await request.resume().toArray()
    return answer(
      response,
      401,
      'unauthorized',
      authKind === 'basic' ? { 'www-authenticate': 'Basic realm="cache"' } : {},
    )
  }
  if (request.method === 'PUT') return put(request, response, file, fault)
  if (request.method === 'GET' || request.method === 'HEAD') return get(request, response, file, fault)
  return answer(response, 405, 'method not allowed')
}

const server = http.createServer((request, response) => {
  const note = { method: request.method, path: request.url, authorization: request.headers.authorization !== undefined }
  response.on('close', () => {
    note.status = response.headersSent ? response.statusCode : 0
    note.complete = response.writableFinished
    appendFileSync(path.join(control, 'requests.jsonl'), `${JSON.stringify(note)}\n`)
  })
  serve(request, response, note).catch((error) => {
    note.error = String(error)
    request.socket.destroy()
  })
})
server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  const file = path.join(control, 'port')
  writeFileSync(`${file}.new`, String(server.address().port))
  renameSync(`${file}.new`, file)
})
