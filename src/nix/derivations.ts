import { type Decoder, decodeJson, dictionary, field, list, object, optional, text } from './decode.ts'
import { type DrvPath, parseDrvPath, parseStorePath, type StorePath } from './store-path.ts'

/** A derivation as `nix derivation show` (`nix show-derivation` before 2.15) tells it. */
export interface Derivation {
  readonly drvPath: DrvPath
  readonly name: string
  readonly system: string
  readonly builder: string
  readonly env: ReadonlyMap<string, string>
  /** Output name → store path; undefined where it is known only after the build. */
  readonly outputs: ReadonlyMap<string, StorePath | undefined>
  readonly inputDrvs: readonly DrvPath[]
  readonly inputSrcs: readonly StorePath[]
  /** It has a hash that was fixed beforehand: a download. */
  readonly fixedOutput: boolean
  readonly requiredSystemFeatures: readonly string[]
}

/**
 * Parses `nix derivation show [-r]` of Nix 2.8 to 2.35: a flat object by path, or (2.33) `{ derivations, version }`
 * with base names in place of paths.
 * @throws DecodeError
 */
export function parseDerivations(document: string, storeDirectory = '/nix/store'): readonly Derivation[] {
  return decodeJson('nix derivation show', document, (value, at) => {
    const members = object(value, at)
    const [shown, place] = Object.hasOwn(members, 'derivations')
      ? [members.derivations, `${at}.derivations`]
      : [value, at]
    return [...dictionary((item, where) => [item, where] as const)(shown, place)].map(([path, [item, where]]) =>
      derivation(path, item, where, storeDirectory),
    )
  })
}

function derivation(path: string, value: unknown, at: string, store: string): Derivation {
  const full = (name: string): string => (name.startsWith('/') ? name : `${store}/${name}`)
  const drvPath = parseDrvPath(full(path))
  const inputs = optional(value, at, 'inputs', object)
  const drvs: Decoder<readonly string[]> = (item, where) => Object.keys(object(item, where))
  const inputDrvs = inputs ? field(inputs, `${at}.inputs`, 'drvs', drvs) : field(value, at, 'inputDrvs', drvs)
  const inputSrcs = inputs
    ? field(inputs, `${at}.inputs`, 'srcs', list(text))
    : field(value, at, 'inputSrcs', list(text))
  const outputs = field(
    value,
    at,
    'outputs',
    dictionary((item, where) => ({
      path: optional(item, where, 'path', text),
      fixed: optional(item, where, 'hash', text) !== undefined,
    })),
  )
  const env = optional(value, at, 'env', dictionary(text)) ?? new Map<string, string>()
  const name = optional(value, at, 'name', text) ?? drvPath.slice(drvPath.lastIndexOf('/') + 34, -'.drv'.length)
  return {
    drvPath,
    name,
    system: field(value, at, 'system', text),
    builder: field(value, at, 'builder', text),
    env,
    outputs: new Map([...outputs].map(([output, told]) => [output, outputPath(told.path, env.get(output), full)])),
    inputDrvs: inputDrvs.map((drv) => parseDrvPath(full(drv))),
    inputSrcs: inputSrcs.map((source) => parseStorePath(full(source))),
    fixedOutput: [...outputs.values()].some(({ fixed }) => fixed),
    requiredSystemFeatures: features(value, at, env),
  }
}

/** Since 2.33 the path of a fixed output stands only in the environment. */
function outputPath(
  told: string | undefined,
  inEnv: string | undefined,
  full: (name: string) => string,
): StorePath | undefined {
  const path = told ?? (inEnv?.startsWith('/') ? inEnv : undefined)
  return path === undefined ? undefined : parseStorePath(full(path))
}

/** From the environment, or from the structured attributes, which 2.33 shows parsed and older ones as text in `__json`. */
function features(value: unknown, at: string, env: ReadonlyMap<string, string>): readonly string[] {
  const structured = optional(value, at, 'structuredAttrs', object)
  if (structured !== undefined)
    return optional(structured, `${at}.structuredAttrs`, 'requiredSystemFeatures', list(text)) ?? []
  const json = env.get('__json')
  if (json !== undefined)
    return decodeJson(
      `${at}.env.__json`,
      json,
      (item, where) => optional(item, where, 'requiredSystemFeatures', list(text)) ?? [],
    )
  return (env.get('requiredSystemFeatures') ?? '').split(/\s+/).filter((feature) => feature !== '')
}
