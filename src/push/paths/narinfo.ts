import { toNarInfoHash } from '../../nix/hash.ts'
import { signatureFits, signatureFitsBeside, signText } from '../../nix/signing-key.ts'
import { parseStorePath, type StorePath } from '../../nix/store-path.ts'

/** What a `<hash>.narinfo` says (Nix src/libstore/nar-info.cc). Hashes are `sha256:<base 32>`. */
export interface NarInfo {
  readonly path: StorePath
  /** Object name of the compressed NAR, from the root of the cache. */
  readonly url: string
  readonly compression: string
  readonly fileHash: string | undefined
  /** Bytes of the compressed NAR. */
  readonly fileSize: number | undefined
  readonly narHash: string
  readonly narSize: number
  /** Store paths, itself included where it refers to itself. */
  readonly references: readonly StorePath[]
  /** `name:base64` each. */
  readonly signatures: readonly string[]
  /** The text it was read from. */
  readonly text: string
}

/** Reads a narinfo. @throws Error naming the line that is missing or wrong: Nix would refuse it too */
export function parseNarInfo(text: string): NarInfo {
  const lines = text.split('\n').flatMap((line) => {
    const match = /^([A-Za-z]+): ?(.*?)\r?$/.exec(line)
    return match === null ? [] : [[match[1] ?? '', match[2] ?? ''] as const]
  })
  const all = (name: string) => lines.filter(([key]) => key === name).map(([, value]) => value)
  const one = (name: string): string => {
    const value = all(name)[0]
    if (value === undefined) throw new Error(`narinfo without ${name}`)
    return value
  }
  const path = parseStorePath(one('StorePath'))
  const folder = path.slice(0, path.lastIndexOf('/') + 1)
  const references = one('References')
    .split(' ')
    .filter((name) => name !== '')
  const fileHash = all('FileHash')[0]
  const fileSize = all('FileSize')[0]
  return {
    path,
    url: safeName(one('URL')),
    compression: all('Compression')[0] ?? 'bzip2',
    fileHash: fileHash === undefined ? undefined : toNarInfoHash(fileHash),
    fileSize: fileSize === undefined ? undefined : size(fileSize),
    narHash: toNarInfoHash(one('NarHash')),
    narSize: size(one('NarSize')),
    references: references.map((name) => parseStorePath(folder + name)),
    signatures: all('Sig'),
    text,
  }
}

/** What is signed, and by whom: a narinfo, or what a store says of a path. */
type Signed = Pick<NarInfo, 'path' | 'narHash' | 'narSize' | 'references' | 'signatures'>

/** What a signature covers (Nix src/libstore/path-info.cc, ValidPathInfo::fingerprint). */
export const fingerprint = (info: Omit<Signed, 'signatures'>): string =>
  `1;${info.path};${info.narHash};${info.narSize};${[...info.references].sort().join(',')}`

/** Whether a signature of the key (`name:base64`) is on it and fits. */
export const isSignedBy = (info: Signed, publicKey: string): boolean =>
  info.signatures.some((signature) => signatureFits(publicKey, fingerprint(info), signature))

/** The same on another thread. */
export async function isSignedByBeside(info: Signed, publicKey: string): Promise<boolean> {
  const text = fingerprint(info)
  const fits = await Promise.all(info.signatures.map((signature) => signatureFitsBeside(publicKey, text, signature)))
  return fits.includes(true)
}

/** The narinfo with our signature, others kept; an old signature by the same key name that does not fit is replaced. */
export function signed(info: NarInfo, key: { readonly name: string; readonly secret: string }): NarInfo {
  const ours = signText(key.secret, fingerprint(info))
  const kept = info.text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith(`Sig: ${key.name}:`))
  return parseNarInfo(`${[...kept, `Sig: ${ours}`].join('\n')}\n`)
}

const size = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new Error(`narinfo with a size that is no number: ${text}`)
  return Number(text)
}

/** A name within the cache: what a foreign narinfo says must not lead out of it. */
function safeName(name: string): string {
  if (name === '' || name.startsWith('/') || name.includes('://') || name.split('/').includes('..'))
    throw new Error(`narinfo with a URL that leads out of the cache: ${name}`)
  return name
}
