/** What an error message of Nix says about a derivation. */
export type Failure =
  /** The derivation itself failed. */
  | { readonly kind: 'own'; readonly drvPath: string }
  /** It was not built because something it needs failed. */
  | { readonly kind: 'dependent'; readonly drvPath: string }
  /** Nix ended it after this many seconds (`timeout` or `max-silent-time`); Nix 2.34 does not say which derivation. */
  | { readonly kind: 'limit'; readonly drvPath: string | undefined; readonly seconds: number; readonly silent: boolean }
  /** A list of what failed, said before in messages of their own; without any text where Nix 2.34 stops at a failure. */
  | { readonly kind: 'repetition' }
  /** Nothing about a derivation. */
  | { readonly kind: 'other' }

const DRV = /['"`‘](\/[^'"`’\s]+?\.drv)(?:[!^][^'"`’\s]*)?['"`’]/

/**
 * Reads a message of level 0, as the three Debian versions print them (test/unit/nix/recorded).
 * @param text without escape sequences
 */
export function readFailure(text: string): Failure {
  const drvPath = DRV.exec(text)?.[1]
  const limit = /timed out after (\d+) seconds(?: of (silence))?/.exec(text)
  if (limit !== null) return { kind: 'limit', drvPath, seconds: Number(limit[1]), silent: limit[2] !== undefined }
  if (/^(?:(error:\s*)?build of .* failed)?\s*$/s.test(text) || text.startsWith('error (ignored)'))
    return { kind: 'repetition' }
  if (drvPath === undefined) return { kind: 'other' }
  const dependent = /\b\d+ dependenc(y|ies) of derivation|Reason: \d+ dependenc(y|ies) failed/.test(text)
  return { kind: dependent ? 'dependent' : 'own', drvPath }
}

/** What failed, without Nix's `error:`, the path that the line names already, and lists of paths. */
export function firstLine(error: string): string {
  const reason = /^\s*Reason: (.*?)\.?\s*$/m.exec(error)?.[1]
  const first = error.replace(/^(?:error:\s*)+/, '').split('\n', 1)[0] ?? ''
  const short = first.replace(/ (?:for|of|in fixed-output derivation) '[^']*\.drv[^']*'(?: from \.drv file)?/, '')
  return reason ?? short.replace(/[;:.]\s*$/, '')
}
