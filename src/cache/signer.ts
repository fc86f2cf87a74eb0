import { createHmac, createPrivateKey, createPublicKey, hkdfSync, randomBytes } from 'node:crypto'
import type { SigningKey } from '../inputs/inputs.ts'
import { keyName } from '../nix/signing-key.ts'

const SIGNED = 'nix-multiarch-cache-'
const OPEN = 'nix-multiarch-unverified-'

// RFC 8410: DER of a PKCS#8 Ed25519 private key up to the 32 bytes of the seed
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')

/**
 * The key that signs cache entries of runs with this signing key. It is derived (HKDF-SHA256, RFC 5869), so that no
 * other secret is needed and every run with the key has it, and it is another key, so that a signature in the cache,
 * which every reader of the repository's cache can see, means nothing to the consumers of a push.
 */
export function signedCacheKey(key: SigningKey): SigningKey {
  return makeKey(SIGNED, derive(key, 'nix-multiarch/actions-cache/v1', 32))
}

/** Vouches for whole files of the cache. */
export interface FileKey {
  /** Names the key, and tells nothing of it. */
  readonly id: string
  /** Authenticator of a file under its name, 32 bytes. */
  readonly codeOf: (name: string, bytes: Uint8Array) => Buffer
}

/** The key of whole files, derived as the one of entries is. */
export function fileKey(key: SigningKey): FileKey {
  const derived = derive(key, 'nix-multiarch/actions-cache/files/v1', 38)
  const [secret, id] = [derived.subarray(0, 32), derived.subarray(32).toString('hex')]
  return { id, codeOf: (name, bytes) => createHmac('sha256', secret).update(`${name}\n`).update(bytes).digest() }
}

function derive(key: SigningKey, label: string, bytes: number): Buffer {
  const seed = Buffer.from(key.secret.slice(key.name.length + 1), 'base64').subarray(0, 32)
  return Buffer.from(hkdfSync('sha256', seed, '', label, bytes))
}

/** A key of this run alone. Nix needs one to take entries; in the store its name tells where they came from. */
export const openCacheKey = (): SigningKey => makeKey(OPEN, randomBytes(32))

/**
 * Whether a signature in the local store (`name:base64`) is of a path that came out of a cache for which nobody
 * vouches. Such a path, and what was built with it, must not be pushed.
 */
export const isUnverified = (signature: string): boolean => signature.startsWith(OPEN)

/** Whether a key or signature is of this action's caches, not of a cache that others can substitute from. */
export const isOfActionsCache = (signature: string): boolean =>
  [SIGNED, OPEN].some((prefix) => keyName(signature).startsWith(prefix))

function makeKey(prefix: string, seed: Buffer): SigningKey {
  const secretKey = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' })
  const publicHalf = createPublicKey(secretKey).export({ format: 'der', type: 'spki' }).subarray(-32)
  const name = `${prefix}${publicHalf.toString('hex').slice(0, 12)}`
  return {
    name,
    secret: `${name}:${Buffer.concat([seed, publicHalf]).toString('base64')}`,
    publicKey: `${name}:${publicHalf.toString('base64')}`,
  }
}
