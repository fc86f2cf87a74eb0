import { urlParameter } from '../../nix/store-url.ts'
import type { FileContent } from './objects.ts'

/** Where a bucket is, and how it is spoken to. */
export interface S3Target {
  readonly bucket: string
  readonly region: string
  /** Root of the bucket, with closing slash. */
  readonly base: URL
  /** Profile in the AWS configuration files; undefined where the default chain decides. */
  readonly profile: string | undefined
  readonly storageClass: string | undefined
  readonly multipart: Multipart
}

export interface Multipart {
  /** Bytes from which on an object is sent in parts. */
  readonly threshold: number
  /** Bytes of a part, unless there would be too many. */
  readonly part: number
}

const MIB = 1024 * 1024
/** S3's limits: parts of at least 5 MiB, at most 10,000 of them (AWS S3 user guide, "Multipart upload limits"). */
const SMALLEST_PART = 5 * MIB
const MOST_PARTS = 10_000

/**
 * Target of an `s3://` store URL, with Nix's parameters (src/libstore/s3-binary-cache-store.hh): `region`, `endpoint`
 * (URL, or host with `scheme`), `profile`, `addressing-style`, `storage-class`, `multipart-threshold`,
 * `multipart-chunk-size`. Where the URL names no region, the environment does, as for every AWS tool.
 * @throws Error where the URL cannot be used
 */
export function s3Target(url: string, env: Readonly<Record<string, string | undefined>>): S3Target {
  const [, bucket = '', path = ''] = /^s3:\/\/([^/?#]+)(\/[^?#]*)?/i.exec(url) ?? []
  if (path.replaceAll('/', '') !== '')
    throw new Error(`Nix reads a cache only from the root of a bucket, not from ${path}`)
  const given = (name: string) => urlParameter(url, name) || undefined
  const region = given('region') ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION || 'us-east-1')
  const endpoint = given('endpoint') ?? env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL
  const profile = given('profile') ?? env.AWS_PROFILE
  return {
    bucket,
    region,
    base: baseOf(bucket, region, endpoint, given('scheme') ?? 'https', given('addressing-style') ?? 'auto'),
    profile: profile === '' ? undefined : profile,
    storageClass: given('storage-class'),
    multipart: {
      threshold: bytes(given('multipart-threshold'), 100 * MIB, SMALLEST_PART),
      part: bytes(given('multipart-chunk-size'), 16 * MIB, SMALLEST_PART),
    },
  }
}

function baseOf(bucket: string, region: string, endpoint: string | undefined, scheme: string, style: string): URL {
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
  const host = endpoint ?? `s3.${region}.${suffix}`
  const text = host.includes('://') ? host : `${scheme}://${host}`
  if (!URL.canParse(text)) throw new Error(`its endpoint ${host} is neither a URL nor a host`)
  const base = new URL(text)
  // a bucket's own host needs DNS for it, and a certificate does not cover names with dots
  const isVirtual = style === 'virtual' || (style === 'auto' && endpoint === undefined && !bucket.includes('.'))
  if (isVirtual) base.hostname = `${bucket}.${base.hostname}`
  base.pathname = isVirtual ? '/' : `${base.pathname.replace(/\/$/, '')}/${bucket}/`
  return base
}

function bytes(text: string | undefined, usual: number, least: number): number {
  const value = text === undefined ? usual : Number(text)
  return Number.isFinite(value) ? Math.max(least, value) : usual
}

/** The parts of an object, [start, end) each, as soon as they are there. */
export async function* partsOf(file: FileContent, part: number): AsyncGenerator<readonly [number, number]> {
  // of what is still being made nobody knows how many parts it takes: S3 takes 10,000 of the usual size, 156 GiB
  const each = Math.max(part, Math.ceil((file.size ?? 0) / MOST_PARTS / MIB) * MIB)
  for (let start = 0; ; start += each) {
    const end = await file.until(start + each)
    if (end > start || start === 0) yield [start, end]
    if (end < start + each) return
  }
}

/** Text of an element of S3's answers, which are flat and small. */
export const xmlText = (xml: string, name: string): string | undefined =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1]

const MEANINGS: Readonly<Record<string, string>> = {
  NoSuchBucket: 'there is no such bucket',
  InvalidAccessKeyId: 'the access key is not known',
  SignatureDoesNotMatch: 'the secret key is wrong, or does not belong to the access key',
  ExpiredToken: 'the session token has expired; fetch credentials shortly before the push, or for longer',
  TokenRefreshRequired: 'the session token has expired',
  InvalidToken: 'the session token is not valid',
  AccessDenied: 'these credentials may not do that',
  AuthorizationHeaderMalformed: 'the request was signed for the wrong region',
  PermanentRedirect: 'the bucket is in another region',
  RequestTimeTooSkewed: 'the clock of this machine is wrong',
  EntityTooLarge: 'the object is larger than the store takes',
  QuotaExceeded: 'the quota is used up',
}

/** What an error answer of S3 means, in a sentence. @param region of the bucket, where the answer tells it */
export function explainS3(xml: string, region: string | undefined): string | undefined {
  const code = xmlText(xml, 'Code')
  if (code === undefined) return undefined
  const place = xmlText(xml, 'Region') ?? region
  const hint =
    place !== undefined && /region/.test(MEANINGS[code] ?? '') ? `; it is ${place}: s3://…?region=${place}` : ''
  return `${MEANINGS[code] ?? xmlText(xml, 'Message') ?? 'no reason given'}${hint} (${code})`
}
