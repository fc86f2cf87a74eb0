import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { promisify } from 'node:util'

/** A Nix signing key: `name:base64(64 bytes: Ed25519 seed and public key)`. */
export interface ParsedSigningKey {
  readonly name: string
  readonly secret: string
  /** `name:base64(32 bytes)`, as in `trusted-public-keys`. */
  readonly publicKey: string
}

// RFC 8410: DER of a PKCS#8 private key and of a SubjectPublicKeyInfo up to the 32 key bytes
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

/**
 * Reads a secret key as `nix key generate-secret` prints it (Nix src/libstore/crypto.cc: libsodium's secret key, which
 * is the seed followed by the public key). The problem text never repeats what was given: it may be most of a secret.
 */
export function parseSigningKey(text: string): ParsedSigningKey | { readonly problem: string } {
  const bare = text.trim()
  const colon = bare.indexOf(':')
  const name = bare.slice(0, colon)
  if (colon < 1 || /\s/.test(bare)) return { problem: 'the signing key is not one line of the form name:base64' }
  const encoded = bare.slice(colon + 1)
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.toString('base64').replace(/=+$/, '') !== encoded.replace(/=+$/, ''))
    return { problem: 'the signing key is not valid base64 after its name' }
  if (bytes.length === 32)
    return { problem: 'the signing key is a public key (32 bytes); the secret key has 64 bytes after its name' }
  if (bytes.length !== 64)
    return { problem: `the signing key has ${bytes.length} bytes after its name, a secret key has 64` }
  if (!publicHalf(bytes.subarray(0, 32)).equals(bytes.subarray(32)))
    return { problem: 'the signing key is damaged: its public half does not belong to its secret half' }
  return { name, secret: bare, publicKey: `${name}:${bytes.subarray(32).toString('base64')}` }
}

/** Signs a text. Gives `name:base64(signature)`, the value of a narinfo's `Sig:` line. @param secret `name:base64` */
export function signText(secret: string, text: string): string {
  const key = privateKeys.get(secret) ?? privateKey(Buffer.from(splitKey(secret)[1] ?? '', 'base64').subarray(0, 32))
  privateKeys.set(secret, key)
  return `${keyName(secret)}:${sign(null, Buffer.from(text), key).toString('base64')}`
}

/** Kept, since it takes longer to read a key than to sign with it. */
const privateKeys = new Map<string, KeyObject>()

/** Whether `signature` (`name:base64`) is by `publicKey` (`name:base64(32 bytes)`) over `text`. Never throws. */
export function signatureFits(publicKey: string, text: string, signature: string): boolean {
  const given = verification(publicKey, text, signature)
  return given !== undefined && verify(...given)
}

const verifyBeside: (...given: Verification) => Promise<boolean> = promisify(verify)

/** The same on another thread: thousands of them would hold up the requests that run meanwhile. */
export async function signatureFitsBeside(publicKey: string, text: string, signature: string): Promise<boolean> {
  const given = verification(publicKey, text, signature)
  return given !== undefined && (await verifyBeside(...given))
}

type Verification = [null, Buffer, KeyObject, Buffer]

function verification(publicKey: string, text: string, signature: string): Verification | undefined {
  const [keyName, encodedKey = ''] = splitKey(publicKey)
  const [name, encoded = ''] = splitKey(signature)
  const key = name === keyName ? publicKeyOf(encodedKey) : undefined
  return key === undefined ? undefined : [null, Buffer.from(text), key, Buffer.from(encoded, 'base64')]
}

const publicKeys = new Map<string, KeyObject | undefined>()

/** Kept, since thousands of signatures are checked with one key. */
function publicKeyOf(encoded: string): KeyObject | undefined {
  if (!publicKeys.has(encoded)) {
    const raw = Buffer.from(encoded, 'base64')
    const der = { key: Buffer.concat([PUBLIC_PREFIX, raw]), format: 'der', type: 'spki' } as const
    publicKeys.set(encoded, raw.length === 32 ? createPublicKey(der) : undefined)
  }
  return publicKeys.get(encoded)
}

/** Name of a key or signature, `name:base64` → `name`. */
export const keyName = (text: string): string => splitKey(text)[0] ?? ''

const splitKey = (text: string): readonly string[] => {
  const colon = text.indexOf(':')
  return colon < 0 ? [text] : [text.slice(0, colon), text.slice(colon + 1)]
}

const privateKey = (seed: Buffer) =>
  createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, seed]), format: 'der', type: 'pkcs8' })

const publicHalf = (seed: Buffer): Buffer =>
  createPublicKey(privateKey(seed)).export({ format: 'der', type: 'spki' }).subarray(-32)
