/** What kind of thing went wrong. */
export type Category =
  | 'platform'
  | 'feature'
  | 'emulator'
  | 'sandbox'
  | 'trust'
  | 'disk'
  | 'memory'
  | 'network'
  | 'hash'
  | 'signature'
  | 'corrupt'
  | 'rights'
  | 'daemon'
  | 'timeout'
  | 'attribute'
  | 'evaluation'
  | 'import-from-derivation'
  | 'package'
  | 'flake'
  | 'lock'
  | 'setting'
  | 'build'
  | 'other'

/** An error of Nix in words for people. */
export interface Explanation {
  readonly category: Category
  /** What failed and why; one sentence with its full stop, beginning in lower case unless with a name. */
  readonly sentence: string
  /** What to do; whole sentences, '' where there is nothing to say. */
  readonly advice: string
  /** Hash mismatches: what was written down and what it is, as Nix prints it. */
  readonly wanted?: string
  readonly got?: string
  /** Builds for another system: which. */
  readonly system?: string
}

/** A rule's answer: an explanation, without its category where that is the rule's; undefined where the rule does not apply after all. */
export type Said = Pick<Explanation, 'sentence' | 'advice' | 'wanted' | 'got' | 'system'> & {
  readonly category?: Category
}

export interface Rule {
  readonly category: Category
  readonly pattern: RegExp
  /** Looks in the lines that a builder printed, too. */
  readonly inLogs?: boolean
  /** @param match groups of the pattern, '' for those that took no part @param text the whole message */
  readonly say: (match: readonly string[], text: string) => Said | undefined
}

/** `hello-2.12` of a store path or derivation; other texts as they are. */
export const shortName = (path: string): string => {
  const base = path.split('/').at(-1) ?? path
  return /^[0-9a-z]{32}-/.test(base) ? base.slice(33).replace(/\.drv(?:[!^].*)?$/, '') : path
}
