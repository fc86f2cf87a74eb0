import { createHmac, timingSafeEqual } from 'node:crypto'
import type { SigningKey } from '../inputs/inputs.ts'
import { signText } from '../nix/signing-key.ts'
import { parseStorePath, type StorePath, storeHash } from '../nix/store-path.ts'
import type { CacheEntry } from './types.ts'

/** A narinfo as it was found: the entry and who vouches for it. */
export interface FoundEntry extends CacheEntry {
  /** The whole text as it was found. */
  readonly text: string
}

const VOUCHED = 'Vouched'
const DIGITS = '[0-9a-df-np-sv-z]{52}'
const HASH = new RegExp(`^sha256:${DIGITS}$`)
/** Names of files that a cache may have, but for its two files of facts. */
export const NARINFO_NAME = /^[0-9a-df-np-sv-z]{32}\.narinfo$/
export const NAR_NAME = new RegExp(`^${DIGITS}\\.nar\\.zst$`)
/** The file of an archive that has all narinfos, one behind the other: a thousand files take longer to unpack. */
export const ENTRIES = 'narinfos'
export const ENTRIES_BYTES = 256 * 1024 * 1024

/**
 * Reads a narinfo strictly, in the form that `nix copy --to file://…?compression=zstd` writes; lines that this action
 * does not use are left out.
 * @param name file name, `<hash>.narinfo`
 * @throws Error saying what is wrong with it
 */
export function parseEntry(name: string, text: string, storeDirectory: string): FoundEntry {
  const lines = new Map<string, readonly string[]>()
  for (const [, key = '', value = ''] of text.matchAll(/^([A-Za-z]+): ?(.*)$/gm))
    lines.set(key, [...(lines.get(key) ?? []), value])
  const one = (key: string, form: RegExp): string => {
    const values = lines.get(key) ?? []
    const [value] = values
    if (value === undefined || values.length > 1) throw new Error(`${values.length} lines of ${key}`)
    if (!form.test(value)) throw new Error(`${key} is ${JSON.stringify(value.slice(0, 80))}`)
    return value
  }
  const path = parseStorePath(one('StorePath', /^\//))
  if (!path.startsWith(`${storeDirectory}/`) || `${storeHash(path)}.narinfo` !== name)
    throw new Error(`it is for ${path}`)
  const fileHash = one('FileHash', HASH).slice('sha256:'.length)
  one('Compression', /^zstd$/)
  const url = one('URL', /^/)
  if (url !== `nar/${fileHash}.nar.zst`) throw new Error(`URL is ${JSON.stringify(url.slice(0, 80))}`)
  const references = one('References', /^[^/]*$/)
    .split(' ')
    .filter((reference) => reference !== '')
  return {
    path,
    fileHash,
    fileSize: Number(one('FileSize', /^\d{1,15}$/)),
    narHash: one('NarHash', HASH),
    narSize: Number(one('NarSize', /^\d{1,15}$/)),
    references: references.map((reference) => parseStorePath(`${storeDirectory}/${reference}`)),
    text,
  }
}

/** The narinfos of such a file, by the names that they have in a binary cache. */
export function splitEntries(text: string): ReadonlyMap<string, string> {
  const texts = text === '' ? [] : text.split(/^(?=StorePath: )/m)
  return new Map(texts.map((one, at) => [`${/^StorePath: .*\/(.{32})-/.exec(one)?.[1] ?? `${at}`}.narinfo`, one]))
}

/** All that is kept of an entry, as lines of a narinfo without signature. */
export function entryText(entry: CacheEntry): string {
  const lines = [
    `StorePath: ${entry.path}`,
    `URL: nar/${entry.fileHash}.nar.zst`,
    'Compression: zstd',
    `FileHash: sha256:${entry.fileHash}`,
    `FileSize: ${entry.fileSize}`,
    `NarHash: ${entry.narHash}`,
    `NarSize: ${entry.narSize}`,
    `References: ${entry.references.map(baseName).join(' ')}`,
  ]
  return `${lines.join('\n')}\n`
}

/** The narinfo of an entry, signed for Nix. */
export const signEntry = (entry: CacheEntry, key: Pick<SigningKey, 'secret'>): string =>
  `${entryText(entry)}Sig: ${signText(key.secret, fingerprint(entry))}\n`

/**
 * The same for a cache that is vouched for. Nix's signature does not cover which file holds the NAR: a code in a line
 * that Nix skips covers the whole text, so that a wrong file is noticed before a build fails over it.
 */
export function printEntry(entry: CacheEntry, key: Pick<SigningKey, 'secret'>): string {
  const text = signEntry(entry, key)
  return `${text}${VOUCHED}: ${codeOf(text, key)}\n`
}

/** Whether a text is what `printEntry` has made with this key, to the last byte. */
export function isVouchedFor(text: string, key: Pick<SigningKey, 'secret'>): boolean {
  const at = text.lastIndexOf(`${VOUCHED}: `)
  if (at < 0) return false
  const given = Buffer.from(text.slice(at))
  const right = Buffer.from(`${VOUCHED}: ${codeOf(text.slice(0, at), key)}\n`)
  return given.length === right.length && timingSafeEqual(given, right)
}

/** HMAC-SHA256 by the secret: who has it checks a thousand narinfos in some ms. */
const codeOf = (text: string, key: Pick<SigningKey, 'secret'>): string =>
  createHmac('sha256', key.secret).update(text).digest('base64')

/** A narinfo that makes `nix copy` believe that a path is there already, so that what refers to it can be copied. */
export const printStandIn = (info: { path: StorePath; narHash: string; narSize: number }): string =>
  `StorePath: ${info.path}\nURL: nar/elsewhere.nar\nCompression: none\nNarHash: ${info.narHash}\nNarSize: ${info.narSize}\nReferences: \n`

/** What a signature covers (Nix src/libstore/path-info.cc, ValidPathInfo::fingerprint). */
export const fingerprint = (entry: CacheEntry): string =>
  `1;${entry.path};${entry.narHash};${entry.narSize};${[...entry.references].sort().join(',')}`

/** Name of a path in its store, `<hash>-<name>`. */
export const baseName = (path: StorePath): string => path.slice(path.lastIndexOf('/') + 1)
