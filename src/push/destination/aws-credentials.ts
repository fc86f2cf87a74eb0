import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import {
  type AwsCredentials,
  environmentCredentials,
  environmentIdentity,
  parseProfiles,
  profileCredentials,
  type WebIdentity,
} from './aws-profile.ts'
import { DestinationError } from './objects.ts'
import { explainS3, xmlText } from './s3-target.ts'
import type { Sending, Transport } from './transport.ts'

/** What the chain of credentials looks at. */
export interface AwsFacts {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
}

export type CredentialSource = () => Promise<AwsCredentials | undefined>

const RENEW_BEFORE = 5 * 60_000
const METADATA_SECONDS = 2

/**
 * Credentials in the order of AWS's own tools: environment (unless the URL names a profile), web identity, profile,
 * container, instance; undefined makes requests anonymous. Renewed before they expire.
 * @param profile named by the store URL or AWS_PROFILE
 */
export function credentialSource(
  facts: AwsFacts,
  profile: string | undefined,
  region: string,
  transport: Transport,
): CredentialSource {
  let known: Promise<AwsCredentials | undefined> | undefined
  let expires = Number.POSITIVE_INFINITY
  return async () => {
    if (known === undefined || expires - Date.now() < RENEW_BEFORE) {
      known = find(facts, profile, region, transport)
      expires = Number.POSITIVE_INFINITY
      expires = (await known)?.expires ?? Number.POSITIVE_INFINITY
    }
    return await known
  }
}

async function find(
  facts: AwsFacts,
  profile: string | undefined,
  region: string,
  transport: Transport,
): Promise<AwsCredentials | undefined> {
  const { env } = facts
  const identity = environmentIdentity(env)
  const first = profile === undefined ? (environmentCredentials(env) ?? identity) : undefined
  const found = first ?? profileCredentials(await readProfile(facts, profile ?? 'default'))
  if (found !== undefined) return 'role' in found ? await assumeRole(found, env, region, transport) : found
  if (profile !== undefined) throw noCredentials(`the AWS configuration has no credentials for the profile ${profile}`)
  return (await containerCredentials(env, transport)) ?? (await instanceCredentials(env, transport))
}

async function readProfile({ env, home }: AwsFacts, name: string): Promise<ReadonlyMap<string, string>> {
  const files = [
    env.AWS_CONFIG_FILE || join(home, '.aws/config'),
    env.AWS_SHARED_CREDENTIALS_FILE || join(home, '.aws/credentials'),
  ]
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')))
  return new Map(texts.flatMap((content) => [...(parseProfiles(content).get(name) ?? [])]))
}

/** STS AssumeRoleWithWebIdentity (AWS STS API reference); the request is not signed, the token is its proof. */
async function assumeRole(
  identity: WebIdentity,
  env: AwsFacts['env'],
  region: string,
  transport: Transport,
): Promise<AwsCredentials> {
  const form = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: identity.role,
    RoleSessionName: identity.session,
    WebIdentityToken: (await readFile(identity.tokenFile, 'utf8')).trim(),
  })
  const answer = await transport.send({
    method: 'POST',
    url: new URL(env.AWS_ENDPOINT_URL_STS ?? `https://sts.${region}.amazonaws.com/`),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    content: { kind: 'bytes', bytes: Buffer.from(form.toString()) },
  })
  const xml = await text(answer.body)
  const [id, secret, token] = ['AccessKeyId', 'SecretAccessKey', 'SessionToken'].map((name) => xmlText(xml, name))
  if (answer.status !== 200 || !id || !secret)
    throw noCredentials(
      `the role ${identity.role} could not be taken: ${explainS3(xml, undefined) ?? `HTTP ${answer.status}`}`,
    )
  return credentials({ AccessKeyId: id, SecretAccessKey: secret, Token: token, Expiration: xmlText(xml, 'Expiration') })
}

async function containerCredentials(env: AwsFacts['env'], transport: Transport): Promise<AwsCredentials | undefined> {
  const relative = env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI
  const url = relative ? `http://169.254.170.2${relative}` : env.AWS_CONTAINER_CREDENTIALS_FULL_URI
  if (!url) return undefined
  const file = env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE
  const authorization = file ? (await readFile(file, 'utf8')).trim() : env.AWS_CONTAINER_AUTHORIZATION_TOKEN
  return await metadata(transport, {
    method: 'GET',
    url: new URL(url),
    headers: authorization ? { authorization } : {},
  })
}

/** EC2's instance metadata, version 2. */
async function instanceCredentials(env: AwsFacts['env'], transport: Transport): Promise<AwsCredentials | undefined> {
  if (env.AWS_EC2_METADATA_DISABLED === 'true') return undefined
  const root = env.AWS_EC2_METADATA_SERVICE_ENDPOINT || 'http://169.254.169.254'
  const ask = async (sending: Sending) => {
    const answer = await inTime(transport.send(sending))
    if (answer?.status === 200) return (await text(answer.body)).trim()
    answer?.body.resume()
    return undefined
  }
  const lifetime = { 'x-aws-ec2-metadata-token-ttl-seconds': '300' }
  const token = await ask({ method: 'PUT', url: new URL('/latest/api/token', root), headers: lifetime })
  if (token === undefined) return undefined
  const headers = { 'x-aws-ec2-metadata-token': token }
  const url = new URL('/latest/meta-data/iam/security-credentials/', root)
  const role = await ask({ method: 'GET', url, headers })
  return role
    ? await metadata(transport, { method: 'GET', url: new URL(role.split('\n')[0] ?? '', url), headers })
    : undefined
}

async function metadata(transport: Transport, sending: Sending): Promise<AwsCredentials | undefined> {
  const answer = await inTime(transport.send(sending))
  if (answer?.status !== 200) return undefined
  const data: unknown = JSON.parse(await text(answer.body))
  return typeof data === 'object' && data !== null ? credentials(data as Record<string, unknown>) : undefined
}

function credentials(data: Record<string, unknown>): AwsCredentials {
  const get = (name: string) => (typeof data[name] === 'string' ? data[name] : '')
  const expires = Date.parse(get('Expiration'))
  return {
    accessKeyId: get('AccessKeyId'),
    secretAccessKey: get('SecretAccessKey'),
    ...(get('Token') === '' ? {} : { sessionToken: get('Token') }),
    ...(Number.isNaN(expires) ? {} : { expires }),
  }
}

/** Elsewhere than on such a machine nobody answers there. */
async function inTime<T>(work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), METADATA_SECONDS * 1000)
  })
  return await Promise.race([work.catch(() => undefined), late]).finally(() => clearTimeout(timer))
}

const noCredentials = (text: string): DestinationError => new DestinationError(text, { passing: false })
