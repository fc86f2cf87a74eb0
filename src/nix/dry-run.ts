import { type DrvPath, parseDrvPath, parseStorePath, type StorePath } from './store-path.ts'

/** What `nix-store --realise --dry-run` or `nix build --dry-run` would do. */
export interface DryRun {
  readonly toBuild: readonly DrvPath[]
  readonly toFetch: readonly StorePath[]
  /** Compressed bytes to download, as exact as Nix prints it: to 0.01 MiB before 2.29, then to 0.1 of a unit. */
  readonly bytesToFetch: number
  /** Bytes of the fetched paths once unpacked. */
  readonly bytesUnpacked: number
  /** Paths that can be neither built nor fetched. */
  readonly unknown: readonly StorePath[]
}

const UNITS: Readonly<Record<string, number>> = {
  K: 2 ** 10,
  M: 2 ** 20,
  G: 2 ** 30,
  T: 2 ** 40,
  P: 2 ** 50,
  E: 2 ** 60,
}

/**
 * Reads the lists that Nix prints on stderr (src/libmain/shared.cc, printMissing; 2.8 to 2.35), in the plain log
 * format. Lines of other kinds are skipped.
 */
export function parseDryRun(stderr: string): DryRun {
  const toBuild: DrvPath[] = []
  const toFetch: StorePath[] = []
  const unknown: StorePath[] = []
  let bytes = { bytesToFetch: 0, bytesUnpacked: 0 }
  let take: ((path: string) => void) | undefined
  for (const line of stderr.split('\n')) {
    const fetched =
      /^th(?:is path|ese \d+ paths) will be fetched \((\S+) (.?)i?B download, (\S+) (.?)i?B unpacked\):/.exec(line)
    if (fetched !== null) {
      bytes = { bytesToFetch: size(fetched[1], fetched[2]), bytesUnpacked: size(fetched[3], fetched[4]) }
      take = (path) => toFetch.push(parseStorePath(path))
    } else if (/^th(?:is derivation|ese \d+ derivations) will be built:/.test(line)) {
      take = (path) => toBuild.push(parseDrvPath(path))
    } else if (/^don't know how to build these paths.*:/.test(line)) {
      take = (path) => unknown.push(parseStorePath(path))
    } else if (/^ {2}\/\S+$/.test(line)) take?.(line.trim())
    else take = undefined
  }
  return { toBuild, toFetch, unknown, ...bytes }
}

const size = (number = '0', unit = ''): number => Math.round(Number(number) * (UNITS[unit] ?? 1)) || 0
