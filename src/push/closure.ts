import { parseStorePath, type StorePath } from '../nix/store-path.ts'
import { normalHash } from './base32.ts'

/** What the local store knows of a path. */
export interface PathFacts {
  readonly path: StorePath
  /** `sha256:<base 32>`. */
  readonly narHash: string
  readonly narSize: number
  /** Itself included where it refers to itself. */
  readonly references: readonly StorePath[]
  readonly signatures: readonly string[]
}

/**
 * Reads `nix path-info --json` of every version: a list (before 2.19), an object by path, or `--json-format 1`.
 * @throws Error where the JSON is of another form or a path is not valid
 */
export function parsePathInfo(json: string): readonly PathFacts[] {
  const data: unknown = JSON.parse(json)
  if (Array.isArray(data)) return data.map((entry: unknown) => facts(text(field(entry, 'path')), entry))
  if (typeof data !== 'object' || data === null) throw new Error('nix path-info printed no list of paths')
  return Object.entries(data).map(([path, entry]) => facts(path, entry))
}

function facts(path: string, entry: unknown): PathFacts {
  if (entry === null || field(entry, 'valid') === false) throw new Error(`${path} is not in the store`)
  const narSize = field(entry, 'narSize')
  if (typeof narSize !== 'number') throw new Error(`${path} has no NAR size`)
  return {
    path: parseStorePath(path),
    narHash: normalHash(text(field(entry, 'narHash'))),
    narSize,
    references: texts(field(entry, 'references')).map(parseStorePath),
    signatures: texts(field(entry, 'signatures')),
  }
}

const field = (entry: unknown, name: string): unknown =>
  typeof entry === 'object' && entry !== null ? (entry as Record<string, unknown>)[name] : undefined

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error('nix path-info printed something that is no text')
  return value
}

const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(text) : [])

/** Paths that `nix store verify --no-trust` found changed or could not read, from what it printed. */
export function parseDamaged(stderr: string): readonly StorePath[] {
  const found = [...stderr.matchAll(/path '([^']+)' (?:was modified|disappeared|is corrupted)/g)]
  return [...new Set(found.map((match) => match[1] ?? ''))].map(parseStorePath)
}
