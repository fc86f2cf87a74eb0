// cache-service.mjs FOLDER CONTROL: GitHub's Actions cache service, version 2 (Twirp, and Azure block blobs), on a
// loopback port, with faults on demand: good enough that the unmodified @actions/cache saves and restores through it.
// Plain JavaScript without packages, since it runs in a machine. Entries lie in FOLDER, so that another machine that is
// given the same folder finds them. It is steered by files: CONTROL/port (written when it listens), CONTROL/faults.json
// (read when it changes: [{match, times, skip, status, body, drop, hang, truncate, corrupt}], `match` on "METHOD /path") and
// CONTROL/requests.jsonl (one request a line). Scopes of branches are not played: every entry is seen by all.
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'

const [folder, control] = process.argv.slice(2)
const SERVICE = '/twirp/github.actions.results.api.v1.CacheService/'
const faultsFile = path.join(control, 'faults.json')
const entriesFile = path.join(folder, 'entries.json')
mkdirSync(folder, { recursive: true })
mkdirSync(control, { recursive: true })

/** {id, key, version, size, final}; the blob is FOLDER/<id>.blob. */
const readEntries = () => (existsSync(entriesFile) ? JSON.parse(readFileSync(entriesFile, 'utf8')) : [])
const writeEntries = (entries) => {
  writeFileSync(`${entriesFile}.new`, JSON.stringify(entries))
  renameSync(`${entriesFile}.new`, entriesFile)
}
const blobFile = (id) => path.join(folder, `${id}.blob`)
const blockFile = (id, block) => path.join(folder, `${id}.${createHash('sha1').update(block).digest('hex')}.block`)

let faults = []
let faultsText = '[]'
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

async function bodyOf(request) {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function sendJson(response, status, value) {
  const text = JSON.stringify(value)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

const azureHeaders = () => ({ 'x-ms-request-id': randomUUID(), 'x-ms-version': '2025-11-05' })
const blobHeaders = () => ({ ...azureHeaders(), etag: '"x"', 'last-modified': new Date(0).toUTCString() })

function sendAzureError(response, status, code) {
  const headers = { ...azureHeaders(), 'x-ms-error-code': code, 'content-type': 'application/xml' }
  response.writeHead(status, headers)
  response.end(`<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`)
}

const signedUrl = (request, id) =>
  `http://${request.headers.host}/actions-cache/${id}?sig=${randomBytes(8).toString('hex')}&se=2099-01-01`

/** The newest entry that has the key, else the newest whose key begins with one of the keys, in their order. */
function findEntry(entries, { key, restore_keys: others = [], version }) {
  const final = entries.filter((entry) => entry.final && entry.version === version).sort((a, b) => b.id - a.id)
  const exact = final.find((entry) => entry.key === key)
  const prefixes = [key, ...others]
  return exact ?? prefixes.map((prefix) => final.find((entry) => entry.key.startsWith(prefix))).find(Boolean)
}

const methods = {
  CreateCacheEntry(body, request) {
    const entries = readEntries()
    if (entries.some((entry) => entry.key === body.key && entry.version === body.version)) {
      const msg = 'cache entry with the same key, version, and scope already exists'
      return [409, { code: 'already_exists', msg }]
    }
    const id = entries.length + 1
    writeEntries([...entries, { id, key: body.key, version: body.version, size: 0, final: false }])
    return [200, { ok: true, signed_upload_url: signedUrl(request, id) }]
  },
  FinalizeCacheEntryUpload(body) {
    const entries = readEntries()
    const entry = entries.find((each) => each.key === body.key && each.version === body.version && !each.final)
    if (!entry || !existsSync(blobFile(entry.id))) return [404, { code: 'not_found', msg: 'upload not found' }]
    entry.size = readFileSync(blobFile(entry.id)).length
    if (Number(body.size_bytes) !== entry.size) return [400, { code: 'invalid_argument', msg: 'wrong size' }]
    entry.final = true
    writeEntries(entries)
    return [200, { ok: true, entry_id: String(entry.id) }]
  },
  GetCacheEntryDownloadURL(body, request) {
    const hit = findEntry(readEntries(), body)
    if (!hit) return [200, { ok: false, signed_download_url: '', matched_key: '' }]
    return [200, { ok: true, signed_download_url: signedUrl(request, hit.id), matched_key: hit.key }]
  },
}

async function serveTwirp(request, response, name) {
  if (request.method !== 'POST') return sendJson(response, 405, { code: 'bad_route', msg: 'POST only' })
  if (!/^Bearer .+/.test(request.headers.authorization ?? ''))
    return sendJson(response, 401, { code: 'unauthenticated', msg: 'no token' })
  const body = JSON.parse(await bodyOf(request))
  const method = methods[name]
  sendJson(response, ...(method ? method(body, request) : [404, { code: 'bad_route', msg: name }]))
}

async function servePut(request, response, id, query) {
  const comp = query.get('comp')
  const body = await bodyOf(request)
  if (comp === 'block') writeFileSync(blockFile(id, query.get('blockid')), body)
  else if (comp === 'blocklist') {
    const blocks = [...body.toString().matchAll(/<(?:Latest|Uncommitted|Committed)>([^<]+)</g)].map((match) => match[1])
    if (blocks.some((block) => !existsSync(blockFile(id, block))))
      return sendAzureError(response, 400, 'InvalidBlockList')
    writeFileSync(blobFile(id), Buffer.concat(blocks.map((block) => readFileSync(blockFile(id, block)))))
  } else if (request.headers['x-ms-blob-type'] === 'BlockBlob') writeFileSync(blobFile(id), body)
  else return sendAzureError(response, 400, 'MissingRequiredHeader')
  response.writeHead(201, blobHeaders())
  response.end()
}

function serveGet(request, response, id, fault) {
  const content = readFileSync(blobFile(id))
  if (fault?.corrupt) content[content.length >> 1] ^= 0xff
  const range = /bytes=(\d+)-(\d*)/.exec(request.headers['x-ms-range'] ?? request.headers.range ?? '')
  const start = range ? Number(range[1]) : 0
  const end = Math.min(range?.[2] ? Number(range[2]) : content.length - 1, content.length - 1)
  response.writeHead(range ? 206 : 200, {
    ...blobHeaders(),
    'content-length': end - start + 1,
    'content-type': 'application/octet-stream',
    'accept-ranges': 'bytes',
    'x-ms-blob-type': 'BlockBlob',
    ...(range && { 'content-range': `bytes ${start}-${end}/${content.length}` }),
  })
  if (request.method === 'HEAD') return response.end()
  const part = content.subarray(start, end + 1)
  if (!fault?.truncate) return response.end(part)
  response.write(part.subarray(0, part.length >> 1), () => request.socket.destroy())
}

async function serveBlob(request, response, id, query, fault) {
  if (!query.get('sig')) return sendAzureError(response, 403, 'AuthenticationFailed')
  if (request.method === 'PUT') return servePut(request, response, id, query)
  if (request.method !== 'GET' && request.method !== 'HEAD') return sendAzureError(response, 405, 'UnsupportedHttpVerb')
  if (!existsSync(blobFile(id))) return sendAzureError(response, 404, 'BlobNotFound')
  return serveGet(request, response, id, fault)
}

const server = http.createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost')
  const fault = faultOf(`${request.method} ${url.pathname}`)
  const note = { method: request.method, path: url.pathname, authorization: 'authorization' in request.headers, fault }
  appendFileSync(path.join(control, 'requests.jsonl'), `${JSON.stringify(note)}\n`)
  if (fault?.drop) return request.socket.destroy()
  if (fault?.hang) return
  if (fault?.status) {
    await bodyOf(request)
    response.writeHead(fault.status, { 'content-type': 'application/json' })
    return response.end(fault.body ?? '{"code":"injected","msg":"injected"}')
  }
  try {
    const blob = /^\/actions-cache\/(\d+)$/.exec(url.pathname)
    if (url.pathname.startsWith(SERVICE)) await serveTwirp(request, response, url.pathname.slice(SERVICE.length))
    else if (blob) await serveBlob(request, response, Number(blob[1]), url.searchParams, fault)
    else sendJson(response, 404, { code: 'bad_route', msg: url.pathname })
  } catch (error) {
    sendJson(response, 500, { code: 'internal', msg: String(error) })
  }
})

server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  writeFileSync(path.join(control, 'port.new'), String(server.address().port))
  renameSync(path.join(control, 'port.new'), path.join(control, 'port'))
})
