import {
  DecodeError,
  type Decoder,
  decodeJson,
  dictionary,
  field,
  list,
  object,
  optional,
  quantity,
  text,
} from './decode.ts'
import { toSri } from './hash.ts'
import { type DrvPath, parseDrvPath, parseStorePath, type StorePath } from './store-path.ts'

export { DecodeError } from './decode.ts'
export { type Derivation, parseDerivations } from './derivations.ts'
export { type DryRun, parseDryRun } from './dry-run.ts'

/** A valid store path as `nix path-info --json` tells it. */
export interface PathInfo {
  readonly path: StorePath
  /** SRI, `sha256-<base 64>`. */
  readonly narHash: string
  readonly narSize: number
  readonly references: readonly StorePath[]
  /** `name:base64`. */
  readonly signatures: readonly string[]
  readonly deriver?: DrvPath
  /** Content address, as Nix prints it. */
  readonly ca?: string
  /** With `--closure-size`. */
  readonly closureSize?: number
  /** Of a binary cache: compressed bytes, and place of the archive. */
  readonly downloadSize?: number
  readonly url?: string
}

/**
 * Parses `nix path-info --json` of Nix 2.8 to 2.35: a list (to 2.18), an object by path, or (`--json-format 2`)
 * `{ info, storeDir }` with base names. Paths that are not valid have no entry.
 * @throws DecodeError
 */
export function parsePathInfos(document: string): readonly PathInfo[] {
  return decodeJson('nix path-info', document, (value, at) => {
    if (Array.isArray(value)) {
      const valid = value.map((item, index) => [item, `${at}[${index}]`] as const).filter(([item]) => isValid(item))
      return valid.map(([item, where]) => pathInfo(field(item, where, 'path', text), item, where, '/nix/store'))
    }
    const members = object(value, at)
    const wrapped = Object.hasOwn(members, 'info') && Object.hasOwn(members, 'storeDir')
    const store = wrapped ? field(value, at, 'storeDir', text) : '/nix/store'
    const [infos, place] = wrapped ? [members.info, `${at}.info`] : [value, at]
    const items = dictionary((item, where) => [item, where] as const)(infos, place)
    return [...items].flatMap(([path, [item, where]]) => (isValid(item) ? [pathInfo(path, item, where, store)] : []))
  })
}

/** 2.8 writes `valid: false`, later ones null, for a path that is not there. */
const isValid = (item: unknown): boolean =>
  item !== null && !(typeof item === 'object' && 'valid' in item && item.valid === false)

function pathInfo(path: string, value: unknown, at: string, store: string): PathInfo {
  const full = (name: string): string => (name.startsWith('/') ? name : `${store}/${name}`)
  const deriver = optional(value, at, 'deriver', text)
  const ca = optional(value, at, 'ca', contentAddress)
  const closureSize = optional(value, at, 'closureSize', quantity)
  const downloadSize = optional(value, at, 'downloadSize', quantity)
  const url = optional(value, at, 'url', text)
  return {
    path: storePath(full(path), at),
    narHash: field(value, at, 'narHash', sriHash),
    narSize: field(value, at, 'narSize', quantity),
    references: field(
      value,
      at,
      'references',
      list((item, where) => storePath(full(text(item, where)), where)),
    ),
    signatures: optional(value, at, 'signatures', list(signature)) ?? [],
    // `unknown-deriver` in narinfos of old caches
    ...(deriver?.endsWith('.drv') ? { deriver: parseDrvPath(full(deriver)) } : {}),
    ...(ca === undefined ? {} : { ca }),
    ...(closureSize === undefined ? {} : { closureSize }),
    ...(downloadSize === undefined ? {} : { downloadSize }),
    ...(url === undefined ? {} : { url }),
  }
}

function storePath(path: string, at: string): StorePath {
  try {
    return parseStorePath(path)
  } catch {
    throw new DecodeError(`${at}: not a store path: ${path}`)
  }
}

const sriHash: Decoder<string> = (value, at) => {
  try {
    return toSri(value)
  } catch (error) {
    throw new DecodeError(`${at}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const contentAddress: Decoder<string> = (value, at) =>
  typeof value === 'string' ? value : `${field(value, at, 'method', text)}:${field(value, at, 'hash', sriHash)}`

/** `name:base64`, since 2.35 also `{ keyName, sig }`. */
const signature: Decoder<string> = (value, at) =>
  typeof value === 'string' ? value : `${field(value, at, 'keyName', text)}:${field(value, at, 'sig', text)}`

/** The flake as `nix flake metadata --json` tells it. */
export interface FlakeMetadata {
  /** Locked reference: with revision or hash where it has one. */
  readonly url: string
  /** Commit; undefined for folders and for checkouts with changes. */
  readonly revision: string | undefined
  /** Commit with `-dirty`, of a checkout with changes; Nix 2.8 tells none. */
  readonly dirtyRevision: string | undefined
  readonly description: string | undefined
  /** Seconds since 1970. */
  readonly lastModified: number | undefined
  /** The flake's source in the store; undefined where this Nix does not copy it. */
  readonly path: string | undefined
  /** Locked inputs of the whole graph: name of the node → revision, or hash where it has none. */
  readonly inputs: ReadonlyMap<string, string>
}

/** Parses `nix flake metadata --json` of Nix 2.8 to 2.35. @throws DecodeError */
export const parseFlakeMetadata = (document: string): FlakeMetadata =>
  decodeJson('nix flake metadata', document, (value, at) => ({
    url: optional(value, at, 'url', text) ?? field(value, at, 'resolvedUrl', text),
    revision: optional(value, at, 'revision', text),
    dirtyRevision: optional(value, at, 'dirtyRevision', text),
    description: optional(value, at, 'description', text),
    lastModified: optional(value, at, 'lastModified', quantity),
    path: optional(value, at, 'path', text),
    inputs: lockedInputs(optional(value, at, 'locks', object)?.nodes),
  }))

/** Only for telling one lock from another: what has an unknown form is left out. */
function lockedInputs(nodes: unknown): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const [name, node] of Object.entries((nodes ?? {}) as Record<string, unknown>)) {
    const { locked } = (node ?? {}) as { locked?: Record<string, unknown> }
    const revision = locked?.rev ?? locked?.narHash
    if (typeof revision === 'string') found.set(name, revision)
  }
  return found
}

/** A setting's value as Nix has it after parsing; null where it is not set. */
export type SettingValue = string | number | boolean | null | readonly string[] | Readonly<Record<string, unknown>>

/** Parses `nix config show --json` (`nix show-config --json` before 2.17): name → value in force. @throws DecodeError */
export const parseConfig = (document: string): ReadonlyMap<string, SettingValue> =>
  decodeJson(
    'nix config show',
    document,
    dictionary((value, at) => field(value, at, 'value', settingValue)),
  )

const settingValue: Decoder<SettingValue> = (value, at) => {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value as string | number | null
  // 2.8 shows experimental features as numbers of an enumeration
  return Array.isArray(value) ? list((item) => String(item))(value, at) : object(value, at)
}
