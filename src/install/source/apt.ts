/** Packages that `apt-get --simulate install` would newly install; an upgrade has the old version in brackets. */
export function newPackages(simulation: string): readonly string[] {
  return [...simulation.matchAll(/^Inst (\S+) (?!\[)/gm)].map((match) => match[1] ?? '')
}

/** Whether what apt-get printed is cured by `apt-get update`: no such package yet, or a list that is out of date. */
export const wantsUpdate = (stderr: string): boolean =>
  /Unable to locate package|has no installation candidate|404 +Not Found|Unable to fetch some archives|is not available/i.test(
    stderr,
  )

/** `ID` of /etc/os-release. */
export const distributionOf = (osRelease: string): string | undefined =>
  /^ID="?([^"\n]*)"?$/m.exec(osRelease)?.[1]?.toLowerCase()
