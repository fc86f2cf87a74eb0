import { createHash } from 'node:crypto'
import { buffer, text } from 'node:stream/consumers'
import { withoutLogin } from '../../nix/store-url.ts'
import { inParallel } from '../../runner/parallel.ts'
import type { Patience } from '../retry.ts'
import type { AwsFacts } from './aws-credentials.ts'
import { bytesOf, type Content, DestinationError, type FileContent, type Objects } from './objects.ts'
import { absence, Bucket, PASSING_CODES, s3Error } from './s3-bucket.ts'
import { explainS3, partsOf, s3Target, xmlText } from './s3-target.ts'
import { type Answer, type ConnectionFacts, openTransport } from './transport.ts'
import { Tries } from './tries.ts'

const CONNECTIONS = 64
const LOOKUPS = 240
const PARTS_AT_A_TIME = 4

/** Objects in a bucket, by signed requests of our own: Nix's S3 support differs from version to version and build to build. */
export function s3Objects(url: string, facts: AwsFacts, tls: ConnectionFacts, patience: Patience): Objects {
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
    stream: (name) =>
      bucket.run({ method: 'GET', name }, `reading ${name}`, async (answer) => {
        if (answer.status !== 200) throw await s3Error(answer, `reading ${name}`)
        return answer.body
      }),
    write: async (name, content) => {
      // up to the threshold it goes at once, which can be told when so much of it is there, or all
      const { threshold } = target.multipart
      if (content.kind === 'file' && (await content.file.until(threshold)) >= threshold)
        await writeParts(bucket, name, content.file)
      else await writeWhole(bucket, name, content)
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

async function writeWhole(bucket: Bucket, name: string, content: Content): Promise<void> {
  const headers = { ...contentHash(content), ...storageClass(bucket) }
  await bucket.run({ method: 'PUT', name, content, headers }, `writing ${name}`, drain)
}

const storageClass = ({ target }: Bucket): Record<string, string> =>
  target.storageClass === undefined ? {} : { 'x-amz-storage-class': target.storageClass }

/** Where it is known, so that the store checks what it gets. */
function contentHash(content: Content): Record<string, string> {
  const sha256 = content.kind === 'bytes' ? createHash('sha256').update(content.bytes).digest('hex') : content.sha256
  return sha256 === undefined ? {} : { 'x-amz-content-sha256': sha256 }
}

const drain = async (answer: Answer): Promise<void> => void (await buffer(answer.body))

/** Multipart upload, begun while the file is still being made: each part in tries of its own; what was begun is given up where one fails for good. */
async function writeParts(bucket: Bucket, name: string, file: FileContent): Promise<void> {
  const doing = `writing ${name}`
  const { multipart } = bucket.target
  const headers = storageClass(bucket)
  const begun = await bucket.run({ method: 'POST', name, query: { uploads: '' }, headers }, doing, ({ body }) =>
    text(body),
  )
  const uploadId = xmlText(begun, 'UploadId')
  if (uploadId === undefined) throw new DestinationError(`${doing}: no multipart upload was begun`, { passing: false })
  try {
    const tags = await inParallel(PARTS_AT_A_TIME, partsOf(file, multipart.part), async (range, n) => {
      const query = { partNumber: String(n + 1), uploadId }
      const content = { kind: 'file', file } as const
      return await bucket.run({ method: 'PUT', name, query, content, range }, doing, async (answer) => {
        await drain(answer)
        return String(answer.headers.etag)
      })
    })
    const list = tags.map((tag, n) => `<Part><PartNumber>${n + 1}</PartNumber><ETag>${tag}</ETag></Part>`)
    const body = bytesOf(`<CompleteMultipartUpload>${list.join('')}</CompleteMultipartUpload>`)
    await bucket.run(
      { method: 'POST', name, query: { uploadId }, content: body, headers: contentHash(body) },
      doing,
      finished(doing),
    )
  } catch (cause) {
    await bucket.run({ method: 'DELETE', name, query: { uploadId } }, doing, drain).catch(() => undefined)
    throw cause
  }
}

/** S3 answers 200 before it is done, so that the failure may be in the body (CompleteMultipartUpload, API reference). */
const finished = (doing: string) => async (answer: Answer) => {
  const xml = await text(answer.body)
  if (xml.includes('<Error>'))
    throw new DestinationError(`${doing}: ${explainS3(xml, undefined)}`, { passing: PASSING_CODES.test(xml) })
}
