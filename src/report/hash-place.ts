import { toBase32 } from '../nix/base32.ts'
import { sriOf } from '../nix/hash.ts'

/** A file of the checkout, by its path from the root of the workspace. */
export interface CheckedOut {
  readonly path: string
  readonly text: string
}

export interface Place {
  readonly file: string
  /** From 1. */
  readonly line: number
}

/** What stands for the hash of nothing in particular: nixpkgs' fakes, and no hash at all. */
const NO_HASH = /\bfake(?:Hash|Sha256|Sha512)\b|\b(?:\w*[hH]ash|sha256|sha512)\s*=\s*(?:""|'''')/

/**
 * Where a hash is written down, in any of Nix's spellings.
 * @param wanted as Nix prints it
 * @param name of the derivation: where the hash is in several places, those that name it come first
 */
export function placesOfHash(files: Iterable<CheckedOut>, wanted: string, name: string): readonly Place[] {
  const spelt = spellings(wanted)
  if (spelt === undefined) return []
  const stem = name.replace(/-\d.*$|\.\w+$/, '').toLowerCase()
  const found: (Place & { readonly near: boolean })[] = []
  for (const { path, text } of files) {
    const fake = spelt.zero && NO_HASH.test(text)
    if (!fake && !spelt.texts.some((spelling) => text.includes(spelling))) continue
    const lines = text.split('\n')
    for (const [index, line] of lines.entries()) {
      if (!spelt.texts.some((spelling) => line.includes(spelling)) && !(fake && NO_HASH.test(line))) continue
      const around = lines
        .slice(Math.max(0, index - NEAR), index + NEAR + 1)
        .join('\n')
        .toLowerCase()
      found.push({ file: path, line: index + 1, near: around.includes(stem) })
    }
  }
  return found.sort((a, b) => Number(b.near) - Number(a.near)).map(({ file, line }) => ({ file, line }))
}

/** Lines before and after the hash where a derivation's name mostly is. */
const NEAR = 10

/** Undefined of what is no hash: a flake may throw any text, and a build print any message. */
function spellings(wanted: string): { readonly texts: readonly string[]; readonly zero: boolean } | undefined {
  const [, base64] = sriOf(wanted)?.split('-') ?? []
  if (base64 === undefined) return undefined
  const bytes = Buffer.from(base64, 'base64')
  const hex = bytes.toString('hex')
  // base 64 is part of the SRI form, and of `sha256:<base 64>`; Nix takes it without its padding, and large digits in hex
  return {
    texts: [base64.replace(/=+$/, ''), hex, hex.toUpperCase(), toBase32(bytes)],
    zero: bytes.every((byte) => byte === 0),
  }
}
