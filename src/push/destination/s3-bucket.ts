import { text } from 'node:stream/consumers'
import { AwsV4Signer } from 'aws4fetch'
import { explainStatus, isPassing, retryAfterSeconds } from '../retry.ts'
import { type AwsFacts, credentialSource } from './aws-credentials.ts'
import type { AwsCredentials } from './aws-profile.ts'
import { type Content, DestinationError } from './objects.ts'
import { explainS3, type S3Target, xmlText } from './s3-target.ts'
import type { Answer, Sending, Transport } from './transport.ts'
import type { Tries } from './tries.ts'

/** Codes that another try may cure although their status says otherwise. */
export const PASSING_CODES = /<Code>(SlowDown|InternalError|RequestTimeout|ServiceUnavailable|OperationAborted)<\/Code>/

export interface Wish {
  readonly method: Sending['method']
  readonly name: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly content?: Content
  readonly range?: readonly [number, number]
}

/** A bucket that is spoken to in signed requests, each in bounded tries. */
export class Bucket {
  readonly target: S3Target
  readonly #transport: Transport
  readonly #tries: Tries
  readonly #credentials: ReturnType<typeof credentialSource>
  readonly #keys = new Map<string, ArrayBuffer>()
  #lately: AwsCredentials | undefined

  constructor(target: S3Target, transport: Transport, tries: Tries, facts: AwsFacts) {
    this.target = target
    this.#transport = transport
    this.#tries = tries
    this.#credentials = credentialSource(facts, target.profile, target.region, transport)
  }

  async run<T>(wish: Wish, doing: string, read: (answer: Answer) => Promise<T>): Promise<T> {
    return await this.#tries.run(async () => {
      const answer = await this.#transport.send(await this.#signed(wish))
      const isFine =
        answer.status < 300 || ((wish.method === 'GET' || wish.method === 'HEAD') && [403, 404].includes(answer.status))
      if (!isFine) throw await s3Error(answer, `${doing}${this.#credentialsFor(answer.status)}`)
      return await read(answer)
    })
  }

  /** What may be the matter with the credentials of a refused request. Not every store tells an expired token (radosgw does not). */
  #credentialsFor(status: number): string {
    if (this.#lately === undefined) return ', unsigned since no credentials were found'
    const isSession = this.#lately.sessionToken !== undefined && (status === 400 || status === 403)
    return isSession ? ', with a session token, which may have expired' : ''
  }

  async #signed(wish: Wish): Promise<Sending> {
    const url = new URL(wish.name.split('/').map(encoded).join('/'), this.target.base)
    for (const [name, value] of Object.entries(wish.query ?? {})) url.searchParams.set(name, value)
    const headers = new Headers(wish.headers)
    const credentials = await this.#credentials()
    this.#lately = credentials
    if (credentials !== undefined) {
      const { accessKeyId, secretAccessKey, sessionToken } = credentials
      const signer = new AwsV4Signer({
        ...{
          method: wish.method,
          url: url.href,
          headers,
          service: 's3',
          region: this.target.region,
          cache: this.#keys,
        },
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

/** As the signature has it (RFC 3986): URL leaves some characters that the canonical form encodes. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)

/** 404, and 403 where the credentials may not list: then S3 does not tell absence from prohibition. */
export async function absence(answer: Answer, doing: string): Promise<undefined> {
  if (answer.status !== 403 && answer.status !== 404) throw await s3Error(answer, doing)
  const xml = await text(answer.body)
  const code = xmlText(xml, 'Code')
  if (code === undefined || code === 'NoSuchKey' || code === 'AccessDenied') return undefined
  throw errorOf(answer, doing, xml)
}

export const s3Error = async (answer: Answer, doing: string): Promise<DestinationError> =>
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
