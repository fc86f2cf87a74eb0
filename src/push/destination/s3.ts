import { createHash } from 'node:crypto'
import { buffer, text } from 'node:stream/consumers'
import { AwsV4Signer } from 'aws4fetch'
import { withoutLogin } from '../../nix/store-url.ts'
import { fromBase32 } from '../base32.ts'
import { pooled } from '../pool.ts'
import { explainStatus, isPassing, type Patience, retryAfterSeconds } from '../retry.ts'
import { type AwsFacts, credentialSource } from './aws-credentials.ts'
import { bytesOf, type Content, DestinationError, type FileContent, type Objects } from './objects.ts'
import { explainS3, partsOf, type S3Target, s3Target, xmlText } from './s3-target.ts'
import { type Answer, openTransport, type Sending, type TlsFacts, type Transport } from './transport.ts'
import { Tries } from './tries.ts'

const CONNECTIONS = 25
const LOOKUPS = 160
const PARTS_AT_A_TIME = 4
/** Codes that another try may cure although their status says otherwise. */
const PASSING_CODES = /<Code>(SlowDown|InternalError|RequestTimeout|ServiceUnavailable|OperationAborted)<\/Code>/

/** Objects in a bucket, by signed requests of our own: Nix's S3 support differs from version to version and build to build. */
export function s3Objects(url: string, facts: AwsFacts, tls: TlsFacts, patience: Patience): Objects {
  const target = s3Target(url, facts.env)
  const transport = openTransport(LOOKUPS, tls)
  const bucket = new Bucket(target, transport, new Tries(patience), facts)
  return {
    shown: withoutLogin(url),
    connections: CONNECTIONS,
    lookups: LOOKUPS,
    read: (name) =>
      bucket.run({ method: 'GET', name }, `reading ${name}`, async (answer) => {
        if (answer.status === 200) return await buffer(answer.body)
        return await absence(answer, `reading ${name}`)
      }),
    size: (name) =>
      bucket.run({ method: 'HEAD', name }, `asking for ${name}`, async (answer) => {
        if (answer.status === 200) return Number(answer.headers['content-length'] ?? Number.NaN)
        return await absence(answer, `asking for ${name}`)
      }),
    async *stream(name) {
      yield* await bucket.run({ method: 'GET', name }, `reading ${name}`, async (answer) => answer.body)
    },
    write: async (name, content) => {
      if (content.kind === 'file' && content.file.size >= target.multipart.threshold)
        await writeParts(bucket, name, content.file)
      else await bucket.run({ method: 'PUT', name, content, headers: contentHash(name, content) }, `writing ${name}`, drain)
    },
    remove: async (name) => {
      try {
        await bucket.run({ method: 'DELETE', name }, `removing ${name}`, drain)
        return true
      } catch (cause) {
        if (cause instanceof DestinationError && cause.status === 403) return false
        throw cause
      }
    },
    close: () => transport.close(),
  }
}

interface Wish {
  readonly method: Sending['method']
  readonly name: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly content?: Content
  readonly range?: readonly [number, number]
}

/** A bucket that is spoken to in signed requests, each in bounded tries. */
class Bucket {
  readonly target: S3Target
  readonly #transport: Transport
  readonly #tries: Tries
  readonly #credentials: ReturnType<typeof credentialSource>
  readonly #keys = new Map<string, ArrayBuffer>()

  constructor(target: S3Target, transport: Transport, tries: Tries, facts: AwsFacts) {
    this.target = target
    this.#transport = transport
    this.#tries = tries
    this.#credentials = credentialSource(facts, target.profile, target.region, transport)
  }

  async run<T>(wish: Wish, doing: string, read: (answer: Answer) => Promise<T>): Promise<T> {
    return await this.#tries.run(async () => {
      const answer = await this.#transport.send(await this.#signed(wish))
      const isFine = answer.status < 300 || ((wish.method === 'GET' || wish.method === 'HEAD') && [403, 404].includes(answer.status))
      if (!isFine) throw await s3Error(answer, doing)
      return await read(answer)
    })
  }

  async #signed(wish: Wish): Promise<Sending> {
    const url = new URL(wish.name, this.target.base)
    for (const [name, value] of Object.entries(wish.query ?? {})) url.searchParams.set(name, value)
    const headers = new Headers(wish.headers)
    const credentials = await this.#credentials()
    if (credentials !== undefined) {
      const { accessKeyId, secretAccessKey, sessionToken } = credentials
      const signer = new AwsV4Signer({
        ...{ method: wish.method, url: url.href, headers, service: 's3', region: this.target.region, cache: this.#keys },
        ...{ accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
      })
      for (const [name, value] of (await signer.sign()).headers) headers.set(name, value)
    }
    const { content, range } = wish
    return {
      ...{ method: wish.method, url, headers: Object.fromEntries(headers) },
      ...(content === undefined ? {} : { content }),
      ...(range === undefined ? {} : { range }),
    }
  }
}

/** The SHA-256 of a NAR is its name; so the store checks what it gets. */
function contentHash(name: string, content: Content): Record<string, string> {
  const digits = /^nar\/([0-9a-z]{52})\.nar/.exec(name)?.[1]
  if (content.kind === 'bytes')
    return { 'x-amz-content-sha256': createHash('sha256').update(content.bytes).digest('hex') }
  return digits === undefined ? {} : { 'x-amz-content-sha256': fromBase32(digits).toString('hex') }
}

/** 404, and 403 where the credentials may not list: then S3 does not tell absence from prohibition. */
async function absence(answer: Answer, doing: string): Promise<undefined> {
  if (answer.status !== 403 && answer.status !== 404) throw await s3Error(answer, doing)
  const xml = await text(answer.body)
  const code = xmlText(xml, 'Code')
  if (code === undefined || code === 'NoSuchKey' || code === 'AccessDenied') return undefined
  throw errorOf(answer, doing, xml)
}

const s3Error = async (answer: Answer, doing: string): Promise<DestinationError> =>
  errorOf(answer, doing, await text(answer.body).catch(() => ''))

function errorOf({ status, headers }: Answer, doing: string, xml: string): DestinationError {
  const region = headers['x-amz-bucket-region']
  const meaning = explainS3(xml, typeof region === 'string' ? region : undefined)
  return new DestinationError(meaning === undefined ? explainStatus(status, doing) : `${doing}: ${meaning}`, {
    status,
    passing: isPassing(status) || PASSING_CODES.test(xml),
    retryAfter: retryAfterSeconds(headers['retry-after'], Date.now()),
  })
}

const drain = async (answer: Answer): Promise<void> => void (await buffer(answer.body))

/** Multipart upload: each part in tries of its own; what was begun is given up where one fails for good. */
async function writeParts(bucket: Bucket, name: string, file: FileContent): Promise<void> {
  const doing = `writing ${name}`
  const { storageClass, multipart } = bucket.target
  const headers = storageClass === undefined ? {} : { 'x-amz-storage-class': storageClass }
  const begun = await bucket.run({ method: 'POST', name, query: { uploads: '' }, headers }, doing, ({ body }) => text(body))
  const uploadId = xmlText(begun, 'UploadId')
  if (uploadId === undefined) throw new DestinationError(`${doing}: no multipart upload was begun`, { passing: false })
  try {
    const tags = await pooled(partsOf(file.size, multipart.part), PARTS_AT_A_TIME, async (range, n) => {
      const query = { partNumber: String(n + 1), uploadId }
      const content = { kind: 'file', file } as const
      return await bucket.run({ method: 'PUT', name, query, content, range }, doing, async (answer) => {
        await drain(answer)
        return String(answer.headers.etag)
      })
    })
    const list = tags.map((tag, n) => `<Part><PartNumber>${n + 1}</PartNumber><ETag>${tag}</ETag></Part>`)
    const body = bytesOf(`<CompleteMultipartUpload>${list.join('')}</CompleteMultipartUpload>`)
    await bucket.run({ method: 'POST', name, query: { uploadId }, content: body, headers: contentHash(name, body) }, doing, finished(doing))
  } catch (cause) {
    await bucket.run({ method: 'DELETE', name, query: { uploadId } }, doing, drain).catch(() => undefined)
    throw cause
  }
}

/** S3 answers 200 before it is done, so that the failure may be in the body (CompleteMultipartUpload, API reference). */
const finished = (doing: string) => async (answer: Answer) => {
  const xml = await text(answer.body)
  if (xml.includes('<Error>')) throw new DestinationError(`${doing}: ${explainS3(xml, undefined)}`, { passing: PASSING_CODES.test(xml) })
}
