import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { toBase32 } from '../../../src/nix/base32.ts'
import { parseProfiles, profileCredentials } from '../../../src/push/destination/aws-profile.ts'
import { bytesOf, type Content } from '../../../src/push/destination/objects.ts'
import { s3Objects } from '../../../src/push/destination/s3.ts'
import { explainS3, partsOf, s3Target } from '../../../src/push/destination/s3-target.ts'
import { fileOf } from './file-content.ts'
import { newIssuer } from './identity.ts'
import { type S3Server, serveS3 } from './s3-server.ts'

const folders: string[] = []
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 's3-'))
  folders.push(folder)
  return folder
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

const MIB = 1024 * 1024
const brief = { tries: 3, baseSeconds: 0.02, capSeconds: 0.1, budgetSeconds: 9 }
const account = { key: 'AKID', secret: 'se/cr+et', region: 'eu-west-1', bucket: 'nix' }
const env = { AWS_ACCESS_KEY_ID: account.key, AWS_SECRET_ACCESS_KEY: account.secret, AWS_EC2_METADATA_DISABLED: 'true' }
const open: { close(): void }[] = []

async function bucket(server: S3Server, variables: Record<string, string> = env, query = '', home = '/nowhere') {
  const url = `s3://nix?region=eu-west-1&endpoint=${server.url}${query}`
  const objects = s3Objects(url, { env: variables, home }, {}, brief)
  open.push(objects)
  return objects
}
const serve = async (more: object = {}) => {
  const server = await serveS3({ ...account, ...more })
  open.push(server)
  return server
}
const fail = () => {
  throw new Error('nobody reads it')
}
function nar(size: number): { readonly name: string; readonly data: Buffer; readonly content: Content } {
  const data = randomBytes(size)
  const digest = createHash('sha256').update(data).digest()
  const name = `nar/${toBase32(digest)}.nar.zst`
  return { name, data, content: fileOf(data, digest.toString('hex')) }
}
afterEach(() => {
  for (const each of open.splice(0)) each.close()
})

describe('objects in a bucket', () => {
  it('are written, found, read and removed by signed requests', async () => {
    const server = await serve()
    const objects = await bucket(server)
    const { name, data, content } = nar(300_000)
    await objects.write(name, content)
    await objects.write('a+b =c/é~(1)!.ls', bytesOf('text'))
    expect(server.objects.get(name)?.equals(data)).toBe(true)
    expect(await objects.size(name)).toBe(300_000)
    expect(String(await objects.read('a+b =c/é~(1)!.ls'))).toBe('text')
    expect(await objects.read('none')).toBeUndefined()
    expect(await objects.size('none')).toBeUndefined()
    expect(await objects.remove(name)).toBe(true)
    expect(server.objects.has(name)).toBe(false)
  })

  it('are sent in parts where they are large, each part again where it fails', async () => {
    const server = await serve()
    const objects = await bucket(server, env, '&multipart-threshold=6000000&multipart-chunk-size=5242880')
    const { name, data, content } = nar(17 * MIB)
    server.fail(/partNumber=2/, 500, 'InternalError')
    server.fail(/partNumber=3/, 503, 'SlowDown')
    await objects.write(name, content)
    expect(server.objects.get(name)?.equals(data)).toBe(true)
    expect(server.requests.filter((line) => line.includes('partNumber='))).toHaveLength(6)
  })

  it('that cannot be finished leave no parts behind', async () => {
    const server = await serve()
    const objects = await bucket(server, env, '&multipart-threshold=6000000')
    const { name, content } = nar(17 * MIB)
    server.fail(/partNumber=2/, 403, 'AccessDenied', 9)
    await expect(objects.write(name, content)).rejects.toMatchObject({ status: 403 })
    expect(server.requests.at(-1)).toMatch(/^DELETE .*uploadId=/)
    expect(server.objects.size).toBe(0)
  })

  const wrong: readonly (readonly [string, object, object, RegExp])[] = [
    ['a wrong secret', {}, { AWS_SECRET_ACCESS_KEY: 'other' }, /secret key is wrong, .*SignatureDoesNotMatch/],
    ['a wrong key', {}, { AWS_ACCESS_KEY_ID: 'other' }, /access key is not known/],
    ['a wrong region', { region: 'us-east-2' }, {}, /signed for the wrong region; it is us-east-2/],
    ['a token nobody issued', {}, { AWS_SESSION_TOKEN: 'made up' }, /session token is not valid/],
    ['no such bucket', { bucket: 'other' }, {}, /there is no such bucket/],
  ]
  it.each(wrong)('are refused for %s, in one sentence, at once', async (_case, there, here, reason) => {
    const server = await serve(there)
    const objects = await bucket(server, { ...env, ...(here as Record<string, string>) })
    await expect(objects.read('nix-cache-info')).rejects.toThrow(reason)
    await expect(objects.write('x', bytesOf('x'))).rejects.toMatchObject({ passing: false })
    expect(server.requests).toHaveLength(2)
  })

  it('are had with a session token until it expires, from the environment or a profile', async () => {
    const server = await serve()
    const session = { key: 'ASIA1', secret: 'se/ss+ion', expires: Date.now() + 60_000 }
    server.sessions.set('tok', session)
    const variables = { ...env, AWS_ACCESS_KEY_ID: 'ASIA1', AWS_SECRET_ACCESS_KEY: session.secret }
    await (await bucket(server, { ...variables, AWS_SESSION_TOKEN: 'tok' })).write('by-env', bytesOf('1'))

    const home = newFolder()
    mkdirSync(join(home, '.aws'))
    writeFileSync(
      join(home, '.aws/credentials'),
      `[ci]\naws_access_key_id=ASIA1\naws_secret_access_key = ${session.secret}\naws_session_token=tok\n`,
    )
    const objects = await bucket(server, { ...env, AWS_ACCESS_KEY_ID: 'other' }, '&profile=ci', home)
    await objects.write('by-profile', bytesOf('2'))
    expect([...server.objects.keys()]).toEqual(['by-env', 'by-profile'])

    server.sessions.set('tok', { ...session, expires: Date.now() })
    await expect(objects.write('too-late', bytesOf('3'))).rejects.toThrow(/session token has expired/)
    expect(server.objects.has('too-late')).toBe(false)
  })

  describe('with a web identity', () => {
    const issuer = newIssuer()
    const role = { arn: 'arn:aws:iam::1:role/ci', issuerKey: issuer.publicKey, seconds: 3600 }
    const open = async (token: string, seconds = 3600, arn = role.arn) => {
      const server = await serve({ role: { ...role, seconds } })
      const file = join(newFolder(), 'token')
      writeFileSync(file, `${token}\n`)
      const identity = { AWS_ROLE_ARN: arn, AWS_WEB_IDENTITY_TOKEN_FILE: file }
      return { server, objects: await bucket(server, { ...identity, AWS_ENDPOINT_URL_STS: `${server.url}/sts` }) }
    }

    it('take the role once', async () => {
      const { server, objects } = await open(issuer.token(60))
      await Promise.all(['1', '2', '3'].map((name) => objects.write(name, bytesOf(name))))
      expect([...server.objects.keys()].sort()).toEqual(['1', '2', '3'])
      expect(server.requests.filter((line) => line.startsWith('POST /sts'))).toHaveLength(1)
    })

    it('take it again before it expires', async () => {
      const { server, objects } = await open(issuer.token(60), 300)
      await objects.write('1', bytesOf('1'))
      await objects.write('2', bytesOf('2'))
      expect(server.sessions.size).toBe(2)
    })

    it.each([
      ['a token that has expired', issuer.token(-1), role.arn, /ExpiredTokenException/],
      ['a token of somebody else', newIssuer().token(60), role.arn, /InvalidIdentityToken/],
      ['a token for somebody else', issuer.token(60, 'other'), role.arn, /InvalidIdentityToken/],
      [
        'a role that it may not take',
        issuer.token(60),
        'arn:aws:iam::1:role/admin',
        /role\/admin could not be taken: .*AccessDenied/,
      ],
    ])('are refused %s', async (_case, token, arn, reason) => {
      const { server, objects } = await open(token, 3600, arn)
      await expect(objects.write('x', bytesOf('x'))).rejects.toThrow(reason)
      expect(server.objects.size).toBe(0)
    })
  })
})

describe('an s3:// URL', () => {
  it.each([
    ['s3://b', {}, 'https://b.s3.us-east-1.amazonaws.com/', 'us-east-1'],
    ['s3://b?region=cn-north-1', {}, 'https://b.s3.cn-north-1.amazonaws.com.cn/', 'cn-north-1'],
    ['s3://a.b?region=eu-west-1', {}, 'https://s3.eu-west-1.amazonaws.com/a.b/', 'eu-west-1'],
    ['s3://b', { AWS_REGION: 'eu-north-1' }, 'https://b.s3.eu-north-1.amazonaws.com/', 'eu-north-1'],
    ['s3://b?endpoint=minio:9000&scheme=http', {}, 'http://minio:9000/b/', 'us-east-1'],
    ['s3://b?endpoint=https://r2.example/x/', {}, 'https://r2.example/x/b/', 'us-east-1'],
    ['s3://b?endpoint=https://r2.example&addressing-style=virtual', {}, 'https://b.r2.example/', 'us-east-1'],
  ])('%s with %j is at %s', (url, variables, base, region) => {
    expect(s3Target(url, variables)).toMatchObject({ base: new URL(base), region })
  })

  it('names no folder in a bucket', () => {
    expect(() => s3Target('s3://b/folder', {})).toThrow(/only from the root of a bucket/)
  })
})

it.each([true, false])('parts cover an object, and are never too many; its size is known: %s', async (isKnown) => {
  const partsOfSize = async (size: number) => {
    const until = async (end: number) => Math.min(end, size)
    const file = { size: isKnown ? size : undefined, until, chunks: () => fail() }
    const parts: (readonly [number, number])[] = []
    for await (const part of partsOf(file, 16 * MIB)) parts.push(part)
    return parts
  }
  expect(await partsOfSize(10)).toEqual([[0, 10]])
  for (const size of [16 * MIB, 16 * MIB + 1, 500 * MIB, (isKnown ? 5 * 1024 : 100) * 1024 * MIB]) {
    const parts = await partsOfSize(size)
    expect(parts.length).toBeLessThanOrEqual(10_000)
    expect(parts.reduce((sum, [start, end]) => sum + end - start, 0)).toBe(size)
    expect(parts.every(([start], n) => n === 0 || parts[n - 1]?.[1] === start)).toBe(true)
  }
})

it('profiles are read from both files as the AWS tools read them', () => {
  const profiles = parseProfiles('# c\n[default]\nregion = x\n[profile ci]\nrole_arn = r\nweb_identity_token_file=/t\n')
  expect(profileCredentials(profiles.get('ci'))).toEqual({ role: 'r', tokenFile: '/t', session: 'nix-multiarch' })
  expect(profileCredentials(profiles.get('default'))).toBeUndefined()
})

it('what S3 says is told in words', () => {
  expect(explainS3('<Error><Code>Strange</Code><Message>so so</Message></Error>', undefined)).toBe('so so (Strange)')
  expect(explainS3('<html>', undefined)).toBeUndefined()
})
