import { fromBase32, toBase32 } from './base32.ts'

const BYTES: Readonly<Record<string, number>> = { md5: 16, sha1: 20, sha256: 32, sha512: 64, blake3: 32 }

/**
 * A hash as SRI, `sha256-<base 64>`, from any of Nix's spellings: SRI itself, `sha256:` with base 16, base 32 or
 * base 64, and the object of some versions, `{ algorithm, format?, hash }`.
 * @throws Error where it is none of them
 */
export function toSri(hash: unknown): string {
  if (typeof hash === 'string') return fromText(hash)
  if (typeof hash === 'object' && hash !== null && 'algorithm' in hash && 'hash' in hash) {
    const { algorithm, hash: digits } = hash
    if (typeof algorithm === 'string' && typeof digits === 'string') return sri(algorithm, digits)
  }
  throw new Error(`not a hash: ${JSON.stringify(hash)}`)
}

function fromText(hash: string): string {
  const match = /^([a-z0-9]+)[-:](.+)$/.exec(hash)
  if (match?.[1] === undefined || match[2] === undefined) throw new Error(`not a hash: ${hash}`)
  return sri(match[1], match[2])
}

function sri(algorithm: string, digits: string): string {
  const size = BYTES[algorithm]
  if (size === undefined) throw new Error(`not a hash algorithm that Nix has: ${algorithm}`)
  const bytes = readDigits(digits, size)
  if (bytes?.length !== size) throw new Error(`not ${size} bytes of ${algorithm}: ${digits}`)
  return `${algorithm}-${bytes.toString('base64')}`
}

/** Which base it is follows from the number of digits. */
function readDigits(digits: string, size: number): Buffer | undefined {
  if (digits.length === size * 2 && /^[0-9a-fA-F]+$/.test(digits)) return Buffer.from(digits, 'hex')
  if (digits.length === Math.ceil((size * 8) / 5)) return fromBase32(digits)
  return /^[A-Za-z0-9+/]+={0,2}$/.test(digits) ? Buffer.from(digits, 'base64') : undefined
}

/** As SRI, or undefined where it is no hash. */
export function sriOf(hash: string): string | undefined {
  try {
    return toSri(hash)
  } catch {
    return undefined
  }
}

/** `sha256:<base 32>`, as in narinfos, of a SHA-256 in any of Nix's spellings. @throws Error where it is none */
export function toNarInfoHash(hash: string): string {
  const sri = toSri(hash)
  if (!sri.startsWith('sha256-')) throw new Error(`not a SHA-256: ${hash}`)
  return `sha256:${toBase32(Buffer.from(sri.slice('sha256-'.length), 'base64'))}`
}
