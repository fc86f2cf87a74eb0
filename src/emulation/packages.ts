/** A package that apt would download. */
export interface Candidate {
  readonly name: string
  /** Debian version, `1:7.2+dfsg-7+deb12u18`. */
  readonly version: string
  /** Hex; of the package file, from the signed lists. */
  readonly sha256: string
}

/**
 * Reads `apt-get download --print-uris`: `'URL' name_version_arch.deb size SHA256:…`, the version's colon as `%3a`.
 * @returns undefined where apt knows no such package
 */
export function parseCandidate(name: string, printed: string): Candidate | undefined {
  const [, file = '', sha256 = ''] = /^'[^']+' (\S+\.deb) \d+ SHA256:([0-9a-f]{64})$/m.exec(printed) ?? []
  const version = /^[^_]+_(.+)_[^_]+$/.exec(file)?.[1]
  return version === undefined ? undefined : { name, version: version.replaceAll('%3a', ':'), sha256 }
}

/** Version under which the tool cache keeps what was in a package; it wants a semantic version, and the hash decides. */
export function cacheVersion({ version, sha256 }: Candidate): string {
  const [, major = '0', minor = '0', patch = '0'] = /^(?:\d+:)?(\d+)\.(\d+)(?:\.(\d+))?/.exec(version) ?? []
  return `${[major, minor, patch].map(Number).join('.')}-sha${sha256.slice(0, 16)}`
}

/** The line of apt's messages that says most: what failed to be fetched, or else the last one. */
export function complaintOf(stderr: string): string {
  const lines = stderr.trim().split('\n')
  return lines.find((line) => /Failed to fetch|^E:/.test(line))?.trim() ?? lines.at(-1) ?? ''
}
