import type { BuildError, FollowedDerivation } from './log/follow.ts'

type Seen = Pick<FollowedDerivation, 'drvPath' | 'name' | 'status' | 'error'>

export const hasFailed = ({ status }: Pick<Seen, 'status'>): boolean =>
  status === 'failed' || status === 'silent' || status === 'timeout'

/** Of an output that is built and may not be as it is, Nix names the output alone. */
export function errorOf({ name, error }: Pick<Seen, 'name' | 'error'>, errors: readonly BuildError[]) {
  const isOf = (output = ''): boolean => output === name || output.startsWith(`${name}-`)
  const named = ({ text }: BuildError) => isOf(/'\/[^']*\/[0-9a-z]{32}-([^']+)'/.exec(text)?.[1])
  return error ?? errors.find((each) => each.drvPath === undefined && named(each))?.text
}

/** Derivations that failed by themselves. One that fails without a word was ended by another's failure. */
export function culpritsOf(seen: readonly Seen[], errors: readonly BuildError[]): readonly string[] {
  const failed = seen.filter((each) => hasFailed(each) && errorOf(each, errors) !== undefined)
  return [...new Set([...failed.map(({ drvPath }) => drvPath), ...errors.flatMap(({ drvPath }) => drvPath ?? [])])]
}
