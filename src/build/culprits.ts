import type { BuildError, FollowedDerivation } from './log/follow.ts'

type Seen = Pick<FollowedDerivation, 'drvPath' | 'name' | 'status' | 'error'>

/** Of an output that is built and may not be as it is, Nix names the output alone; to 2.26 it counts it as built. */
const REFUSED_OUTPUT = /(?:output|path) '\/[^']*\/[0-9a-z]{32}-([^']+)' is (?:not allowed to refer|too large)/

function refusalOf(name: string, errors: readonly BuildError[]): string | undefined {
  const isOf = (output = ''): boolean => output === name || output.startsWith(`${name}-`)
  return errors.find(({ text, drvPath }) => drvPath === undefined && isOf(REFUSED_OUTPUT.exec(text)?.[1]))?.text
}

/** Derivations that failed, with Nix's message; without one where another's failure ended them. */
export function failuresIn<T extends Seen>(seen: readonly T[], errors: readonly BuildError[]): readonly T[] {
  return seen.flatMap((each) => {
    const refusal = refusalOf(each.name, errors)
    const hasFailed = each.status === 'failed' || each.status === 'silent' || each.status === 'timeout'
    return hasFailed || refusal !== undefined ? [{ ...each, error: each.error ?? refusal }] : []
  })
}

/** Derivations that failed by themselves. */
export function culpritsOf(seen: readonly Seen[], errors: readonly BuildError[]): readonly string[] {
  const failed = failuresIn(seen, errors).filter(({ error }) => error !== undefined)
  return [...new Set([...failed.map(({ drvPath }) => drvPath), ...errors.flatMap(({ drvPath }) => drvPath ?? [])])]
}
