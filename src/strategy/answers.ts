import type { Target } from '../inputs/inputs.ts'
import { isStorePath, parseDrvPath, parseStorePath, type StorePath } from '../nix/store-path.ts'
import type { AttributePath } from './attributes.ts'
import type { CrossMethod, Evaluated } from './types.ts'

/** Where a package may come from, in the flake's own terms. */
export type LookupKind = 'own' | CrossMethod

/** Which outputs a lookup is made in: the flake's own, or a view of them as cross builds (strategy/cross/flake.nix). */
export type View = 'transparent' | 'disguised' | 'nixos' | 'overlay'

/** One question to a flake (strategy/nix/answer.nix): for one target and package, the first path of each lookup. */
export interface Question {
  readonly target: string
  /** The set whose derivations are listed. */
  readonly list: AttributePath | null
  /** List all names of the set: whether a value is a derivation cannot be asked. */
  readonly blind?: true
  /** Evaluate the lookups and nothing else. */
  readonly bare?: true
  /** The target, for the views. */
  readonly platform: Pick<Target, 'name' | 'system' | 'triple' | 'crossNames' | 'plain' | 'static'>
  readonly lookups: readonly AskedLookup[]
}

export interface AskedLookup extends Source {
  readonly kind: LookupKind
  /** Where else to look when it is not there. */
  readonly otherwise?: Source
  /** Not evaluated where a spare lookup before it gave a build of this machine for the target. */
  readonly spare: boolean
}

/** Paths in the flake's outputs, or in a view of them; the first that is there counts. */
export interface Source {
  /** null: the flake's own outputs. */
  readonly view: View | null
  readonly paths: readonly AttributePath[]
}

export interface Found extends Evaluated {
  readonly path: AttributePath
  /** System that the result runs on, where the flake's nixpkgs tells. */
  readonly host: string | undefined
  readonly features: readonly string[]
}

export type Lookup =
  | { readonly kind: LookupKind; readonly status: 'derivation'; readonly found: Found }
  | { readonly kind: LookupKind; readonly status: 'no-derivation'; readonly path: AttributePath }
  | { readonly kind: LookupKind; readonly status: 'missing' | 'unasked' }
  | { readonly kind: LookupKind; readonly status: 'error'; readonly error: string }

export interface Answer {
  /** Names under `packages.<target>`. */
  readonly names: readonly string[]
  /** Systems that the flake has packages for. */
  readonly systems: readonly string[]
  /** Names of the derivations of the set to be listed. */
  readonly all: readonly string[]
  /** Why they could not be listed. */
  readonly listError?: string
  readonly lookups: readonly Lookup[]
}

/** Parses what answer.nix gives. @throws Error where it is not of that form, which is a fault of ours */
export function parseAnswers(json: string): readonly Answer[] {
  return list(JSON.parse(json)).map((item) => {
    const answer = record(item)
    return {
      names: strings(answer.names),
      systems: strings(answer.systems),
      all: strings(answer.all),
      lookups: list(answer.lookups).map(parseLookup),
    }
  })
}

function parseLookup(value: unknown): Lookup {
  const lookup = record(value)
  const kind = string(lookup.kind) as LookupKind
  if (lookup.status === 'missing' || lookup.status === 'unasked') return { kind, status: lookup.status }
  const path = strings(lookup.path)
  if (lookup.status === 'no-derivation') return { kind, status: 'no-derivation', path }
  const outputs: Record<string, StorePath> = {}
  for (const [name, output] of Object.entries(record(lookup.outputs))) {
    if (!isStorePath(string(output))) return { kind, status: 'error', error: unknownPath(string(lookup.name)) }
    outputs[name] = parseStorePath(string(output))
  }
  const found: Found = {
    path,
    drvPath: parseDrvPath(string(lookup.drvPath)),
    system: string(lookup.system),
    name: string(lookup.name),
    outputs,
    host: typeof lookup.host === 'string' ? lookup.host : undefined,
    features: strings(lookup.features),
  }
  return { kind, status: 'derivation', found }
}

/** Of a content-addressed derivation, and of what needs one, Nix gives a placeholder. */
const unknownPath = (name: string): string =>
  `error: ${name} is content-addressed, or needs what is: its store path is known only when it is built, and this action plans with store paths`

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('answer.nix: an object was expected')
  return value as Readonly<Record<string, unknown>>
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error('answer.nix: a list was expected')
  return value
}

function string(value: unknown): string {
  if (typeof value !== 'string') throw new Error('answer.nix: a text was expected')
  return value
}

const strings = (value: unknown): readonly string[] => list(value).map(string)
