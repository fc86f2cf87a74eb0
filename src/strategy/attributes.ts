import type { Target } from '../inputs/inputs.ts'
import { CROSS_ONLY, PLATFORMS } from '../nix/platform.ts'
import type { System } from '../nix/system.ts'

/** An attribute path as its names. */
export type AttributePath = readonly string[]

/** Splits `packages.x86_64-linux."a.b"` into its names. */
export function splitAttributePath(text: string): AttributePath {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"|([^."]+)/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? '') : unquoted(quoted),
  )
}

/** As joinAttributePath has written it, or somebody who knows Nix (`\${`). */
function unquoted(text: string): string {
  try {
    return JSON.parse(`"${text}"`) as string
  } catch {
    return text.replace(/\\(.)/g, '$1')
  }
}

/** Joins names into what one would write after the `#` of an installable. */
export function joinAttributePath(path: AttributePath): string {
  return path.map((name) => (/^[A-Za-z_][\w'-]*$/.test(name) ? name : JSON.stringify(name))).join('.')
}

/** `*`, or all derivations right below a set: `checks.{target}.*`. */
export const isWildcard = (text: string): boolean => text === '*' || text.endsWith('.*')

/** The set whose names a wildcard stands for. */
export const setOf = (wildcard: string, system: System): AttributePath =>
  wildcard === '*' ? ['packages', system] : splitAttributePath(wildcard.slice(0, -2).replaceAll('{target}', system))

/** A package by the name that a wildcard found, as an input names it. */
export const packageText = (wildcard: string, name: string): string =>
  `${wildcard.slice(0, -1)}${joinAttributePath([name])}`

/**
 * Where the package itself may be, the first that is there counts: `packages`, then `legacyPackages`, then the old
 * `defaultPackage`, then the text as a full attribute path.
 */
export function ownPaths(text: string, system: System): readonly AttributePath[] {
  const path = splitAttributePath(text.replaceAll('{target}', system))
  const named = [
    ['packages', system, ...path],
    ['legacyPackages', system, ...path],
    ...(text === 'default' ? [['defaultPackage', system]] : []),
  ]
  return text.includes('{target}') ? [path, ...named] : [...named, path]
}

/** Name of the package within its set: `hello` of `packages.{target}.hello`. */
const leaf = (text: string): string => splitAttributePath(text).at(-1) ?? text

/**
 * Where a flake may declare a cross build of a package: the workflow's own template, then what public flakes do
 * (Nix, patchelf, attic, ghaf, haskell.nix, nix-ld and others).
 */
export function declaredPaths(
  text: string,
  target: Target,
  build: System,
  template: string | undefined,
): readonly AttributePath[] {
  const name = leaf(text)
  const cpu = cpuOf(target)
  const buildCpu = build.replace(/-.*/, '')
  const [crossName = target.name] = target.crossNames
  const own = [target.triple, target.triple.replace('-unknown-', '-'), target.name]
  const exact = target.static ? own.map((suffix) => `static-${suffix}`) : own
  const suffixes = [...new Set(target.plain ? [...exact, target.system] : exact)]
  const names = [
    ...suffixes.map((suffix) => `${name}-${suffix}`),
    ...(target.plain && cpu !== undefined ? [`${name}-${cpu}`] : []),
    ...suffixes.map((suffix) => `${name}-cross-${suffix}`),
    ...(target.static ? [] : target.crossNames.map((cross) => `${name}-${cross}`)),
    ...(target.static && target.system === build ? [`${name}-static`] : []),
    ...(WINDOWS_SUFFIXES[target.system] ?? []).map((suffix) => `${name}-${suffix}`),
    ...(target.plain ? [`${name}-from-${buildCpu}`, `${name}-cross`] : []),
    ...suffixes.map((suffix) => `cross-${suffix}-${name}`),
    `${target.triple}:${name}`,
  ]
  const filled = (word: string): string =>
    word.replace(
      /\{(\w+)\}/g,
      (hole, key: string) =>
        ({ build, target: target.system, cross: crossName, triple: target.triple, package: name })[key] ?? hole,
    )
  const given = template === undefined ? [] : [splitAttributePath(template).map(filled)]
  return [...given, ...[...new Set(names)].map((word) => ['packages', build, word])]
}

/** What patchelf, nix-gaming and Rust's flakes call their Windows builds. */
const WINDOWS_SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  'x86_64-windows': ['win64', 'w64', 'x86_64-pc-windows-gnu'],
  'i686-windows': ['win32', 'w32', 'i686-pc-windows-gnu'],
}

/** The processor alone is Linux on it, for who names a package by it. */
const cpuOf = ({ system }: Target): string | undefined =>
  system.endsWith('-linux') ? system.replace(/-.*/, '') : undefined

/** Whether the attribute's name says which target it is for; one that does not must prove it by its host platform. */
export function namesTarget(path: AttributePath, target: Target): boolean {
  const word = path.join('.')
  const names = [target.triple, target.name, target.system, cpuOf(target) ?? target.system, ...target.crossNames]
  return names.some((part) => word.includes(part))
}

/** Where a flake that exposes nixpkgs' cross sets has the package. */
export function pkgsCrossPaths(text: string, target: Target, build: System): readonly AttributePath[] {
  const path = splitAttributePath(text)
  const own = path[0] === 'packages' || path[0] === 'legacyPackages' ? path.slice(2) : path
  const sets = target.crossNames.map((cross) => ['pkgsCross', cross])
  const found = target.static
    ? [...(target.system === build ? [['pkgsStatic']] : []), ...sets.map((set) => [...set, 'pkgsStatic'])]
    : sets
  return found.map((set) => ['legacyPackages', build, ...set, ...own])
}

/** What stands behind the names of cross builds for other systems. */
export function foreignSuffixes(system: System): readonly string[] {
  const others = [...PLATFORMS, ...CROSS_ONLY].filter((platform) => platform.system !== system)
  return others.flatMap(({ system: double, triple }) => [double, triple, triple.replace('-unknown-', '-')])
}

/**
 * Tells a target's own packages from cross builds that stand beside them by a naming convention
 * (`packages.x86_64-linux.hello-aarch64-unknown-linux-gnu` beside `hello`).
 */
export function partitionNames(
  names: readonly string[],
  system: System,
): { own: readonly string[]; foreign: readonly string[] } {
  const suffixes = foreignSuffixes(system)
  const isForeign = (name: string): boolean =>
    suffixes.some(
      (suffix) =>
        name.endsWith(`-${suffix}`) && names.includes(name.slice(0, -suffix.length - 1).replace(/-cross$/, '')),
    )
  return { own: names.filter((name) => !isForeign(name)), foreign: names.filter(isForeign) }
}
