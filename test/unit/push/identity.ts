// An identity provider for tests, as GitHub's is one: signed tokens that say for whom and until when they are good.
import { generateKeyPairSync, sign } from 'node:crypto'

export interface Issuer {
  /** PEM. */
  readonly publicKey: string
  /** A JWT. @param seconds until it expires */
  token(seconds: number, audience?: string): string
}

export function newIssuer(): Issuer {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    token: (seconds, aud = 'sts.amazonaws.com') => {
      const claims = { aud, sub: 'repo:owner/name:ref:refs/heads/main', exp: Math.floor(Date.now() / 1000) + seconds }
      const text = `${encoded({ alg: 'RS256', typ: 'JWT' })}.${encoded(claims)}`
      return `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`
    },
  }
}
