// A small S3 for tests: path-style objects in memory, SigV4 checked by its own reading of the specification, multipart;
// and an STS beside it, whose temporary credentials expire.
import { createHash, createHmac, randomUUID, verify } from 'node:crypto'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

export interface S3Server {
  readonly url: string
  readonly objects: Map<string, Buffer>
  readonly requests: string[]
  /** By session token. */
  readonly sessions: Map<string, Session>
  /** Fails the next requests that match, with this status and code. */
  fail(match: RegExp, status: number, code: string, times?: number): void
  close(): void
}

export interface S3Account {
  readonly key: string
  readonly secret: string
  readonly region: string
  readonly bucket: string
  /** The role that STS gives, to bearers of a JWT (RS256) that this key signed. */
  readonly role?: { readonly arn: string; readonly issuerKey: string; readonly seconds: number }
}

/** Temporary credentials. */
export interface Session {
  readonly key: string
  readonly secret: string
  /** Milliseconds since 1970. */
  readonly expires: number
}

const sha = (data: Uint8Array | string) => createHash('sha256').update(data).digest('hex')
const hmac = (key: Uint8Array | string, data: string) => createHmac('sha256', key).update(data).digest()
const strict = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)

/** The code of S3's refusal; undefined where the signature is right. */
function refusal(
  request: http.IncomingMessage,
  url: URL,
  body: Buffer,
  account: S3Account,
  sessions: ReadonlyMap<string, Session>,
): string | undefined {
  const header = (name: string) => String(request.headers[name] ?? '').trim()
  const parts =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      header('authorization'),
    )
  if (parts === null) return 'AccessDenied'
  const [, key, date = '', region = '', names = '', signature] = parts
  const token = header('x-amz-security-token')
  const owner = token === '' ? account : sessions.get(token)
  if (owner === undefined) return 'InvalidToken'
  if (key !== owner.key) return 'InvalidAccessKeyId'
  if (region !== account.region) return 'AuthorizationHeaderMalformed'
  if ('expires' in owner && owner.expires <= Date.now()) return 'ExpiredToken'
  if (token !== '' && !names.split(';').includes('x-amz-security-token')) return 'AccessDenied'
  const claimed = header('x-amz-content-sha256')
  if (claimed !== 'UNSIGNED-PAYLOAD' && claimed !== sha(body)) return 'XAmzContentSHA256Mismatch'
  const query = [...url.searchParams]
    .map(([k, v]) => `${strict(k)}=${strict(v)}`)
    .sort()
    .join('&')
  const headers = names.split(';').map((name) => `${name}:${header(name).replace(/ +/g, ' ')}`)
  const canonical = [request.method, url.pathname, query, ...headers, '', names, claimed].join('\n')
  const scope = `${date}/${region}/s3/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', header('x-amz-date'), scope, sha(canonical)].join('\n')
  const signing = ['s3', 'aws4_request'].reduce(hmac, hmac(hmac(`AWS4${owner.secret}`, date), region))
  return hmac(signing, toSign).toString('hex') === signature ? undefined : 'SignatureDoesNotMatch'
}

interface Reply {
  readonly status: number
  readonly body?: string | Buffer
  readonly etag?: string
}

const refuse = (status: number, code: string, region: string): Reply => ({
  status,
  body: `<Error><Code>${code}</Code><Message>said the server</Message><Region>${region}</Region></Error>`,
})

/** STS's AssumeRoleWithWebIdentity (AWS STS API reference). */
function assumeRole(form: URLSearchParams, account: S3Account, sessions: Map<string, Session>): Reply {
  const token = form.get('WebIdentityToken') ?? ''
  const [head = '', claims = '', signature = ''] = token.split('.')
  const { role } = account
  const known = role !== undefined && form.get('RoleArn') === role.arn
  const refused = (code: string): Reply => ({
    status: 400,
    body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>said STS</Message></Error></ErrorResponse>`,
  })
  if (form.get('Action') !== 'AssumeRoleWithWebIdentity' || form.get('Version') !== '2011-06-15')
    return refused('InvalidAction')
  if (!known) return refused('AccessDenied')
  const isIssued = verify(
    'sha256',
    Buffer.from(`${head}.${claims}`),
    role.issuerKey,
    Buffer.from(signature, 'base64url'),
  )
  if (!isIssued) return refused('InvalidIdentityToken')
  const { aud, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString())
  if (aud !== 'sts.amazonaws.com') return refused('InvalidIdentityToken')
  if (exp * 1000 <= Date.now()) return refused('ExpiredTokenException')
  const session = { key: `ASIA${randomUUID()}`, secret: randomUUID(), expires: Date.now() + role.seconds * 1000 }
  const issued = `${randomUUID()}/+=`
  sessions.set(issued, session)
  const result = 'AssumeRoleWithWebIdentityResult'
  return {
    status: 200,
    body:
      `<AssumeRoleWithWebIdentityResponse><${result}><Credentials><AccessKeyId>${session.key}</AccessKeyId>` +
      `<SecretAccessKey>${session.secret}</SecretAccessKey><SessionToken>${issued}</SessionToken>` +
      `<Expiration>${new Date(session.expires).toISOString()}</Expiration></Credentials></${result}></AssumeRoleWithWebIdentityResponse>`,
  }
}

/** Objects, and uploads in parts. */
class Bucket {
  readonly objects = new Map<string, Buffer>()
  readonly #uploads = new Map<string, Map<number, Buffer>>()

  answer(method: string, name: string, query: URLSearchParams, body: Buffer): Reply | string {
    const uploadId = query.get('uploadId')
    if (method === 'POST' && query.has('uploads')) return this.#begin()
    if (uploadId !== null) return this.#part(method, name, uploadId, Number(query.get('partNumber')), body)
    if (method === 'PUT') {
      this.objects.set(name, body)
      return { status: 200 }
    }
    if (method === 'DELETE') {
      this.objects.delete(name)
      return { status: 204 }
    }
    const found = this.objects.get(name)
    return found === undefined ? 'NoSuchKey' : { status: 200, body: found }
  }

  #begin(): Reply {
    const id = randomUUID()
    this.#uploads.set(id, new Map())
    const result = 'InitiateMultipartUploadResult'
    return { status: 200, body: `<${result}><UploadId>${id}</UploadId></${result}>` }
  }

  #part(method: string, name: string, id: string, number: number, body: Buffer): Reply | string {
    const upload = this.#uploads.get(id)
    if (upload === undefined) return 'NoSuchUpload'
    if (method === 'PUT') {
      upload.set(number, body)
      return { status: 200, etag: `"${createHash('md5').update(body).digest('hex')}"` }
    }
    this.#uploads.delete(id)
    if (method === 'DELETE') return { status: 204 }
    const tags = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>"[0-9a-f]+"<\/ETag>/g)]
    const parts = tags.map(([, n]) => upload.get(Number(n)) ?? Buffer.alloc(0))
    if (parts.slice(0, -1).some((part) => part.length < 5 * 1024 * 1024)) return 'EntityTooSmall'
    this.objects.set(name, Buffer.concat(parts))
    return { status: 200, body: '<CompleteMultipartUploadResult><ETag>"x"</ETag></CompleteMultipartUploadResult>' }
  }
}

const STATUS: Readonly<Record<string, number>> = {
  AuthorizationHeaderMalformed: 400,
  InvalidToken: 400,
  ExpiredToken: 400,
  EntityTooSmall: 400,
}
const statusOf = (code: string): number => STATUS[code] ?? (code.startsWith('NoSuch') ? 404 : 403)

export async function serveS3(account: S3Account): Promise<S3Server> {
  const bucket = new Bucket()
  const requests: string[] = []
  const sessions = new Map<string, Session>()
  const faults: { match: RegExp; status: number; code: string; times: number }[] = []
  const reply = (request: http.IncomingMessage, body: Buffer): Reply => {
    const line = `${request.method} ${request.url}`
    requests.push(line)
    const fault = faults.find(({ match, times }) => times > 0 && match.test(line))
    if (fault !== undefined) {
      fault.times -= 1
      return refuse(fault.status, fault.code, account.region)
    }
    const url = new URL(request.url ?? '', 'http://x')
    if (url.pathname === '/sts') return assumeRole(new URLSearchParams(body.toString()), account, sessions)
    const [, place, ...rest] = decodeURIComponent(url.pathname).split('/')
    const wrongPlace = place === account.bucket ? undefined : 'NoSuchBucket'
    const code = refusal(request, url, body, account, sessions) ?? wrongPlace
    const answer = code ?? bucket.answer(request.method ?? '', rest.join('/'), url.searchParams, body)
    return typeof answer === 'string' ? refuse(statusOf(answer), answer, account.region) : answer
  }
  const server = http.createServer(async (request, response) => {
    const { status, body = '', etag } = reply(request, await buffer(request).catch(() => Buffer.alloc(0)))
    response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...(etag === undefined ? {} : { etag }) })
    response.end(request.method === 'HEAD' ? undefined : body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects: bucket.objects,
    requests,
    sessions,
    fail: (match, status, code, times = 1) => void faults.push({ match, status, code, times }),
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
