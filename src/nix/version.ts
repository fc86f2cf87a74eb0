/** Version of a Nix, with the kind of Nix that it calls itself. */
export interface NixVersion {
  readonly major: number
  readonly minor: number
  readonly patch: number
  /** As printed, `2.34.8`. */
  readonly text: string
  readonly flavour: 'Nix' | 'Lix' | 'Determinate Nix'
}

/** Oldest Nix that works: flakes, `nix copy` and JSON as this action uses them. */
export const OLDEST_NIX = '2.8.0'

/** Parses what `nix --version` prints: `nix (Nix) 2.34.8`. Gives undefined where it cannot be read. */
export function parseNixVersion(text: string): NixVersion | undefined {
  const match = /^nix \(([^)]*)\) (\d+)\.(\d+)(?:\.(\d+))?/m.exec(text)
  if (match === null) return undefined
  const [, name = '', major, minor, patch] = match
  const flavour = name.startsWith('Lix') ? 'Lix' : name.startsWith('Determinate') ? 'Determinate Nix' : 'Nix'
  const numbers = { major: Number(major), minor: Number(minor), patch: Number(patch ?? 0) }
  return { ...numbers, text: `${numbers.major}.${numbers.minor}.${numbers.patch}`, flavour }
}

/** Whether `version` is `floor` (`2.18` or `2.18.1`) or newer. */
export function atLeast(version: NixVersion, floor: string): boolean {
  const [major = 0, minor = 0, patch = 0] = floor.split('.').map(Number)
  if (version.major !== major) return version.major > major
  if (version.minor !== minor) return version.minor > minor
  return version.patch >= patch
}
