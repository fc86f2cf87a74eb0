import type { BuildResult, BuiltDerivation } from '../build/types.ts'
import type { Emulator } from '../emulation/types.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { PathInfo } from '../nix/json.ts'
import type { Nix } from '../nix/nix.ts'
import type { PushReport } from '../push/types.ts'

/** All that the report is made of. */
export interface RunRecord {
  readonly inputs: Pick<Inputs, 'targets' | 'onPushFailure' | 'dryRun'>
  readonly installed: InstalledNix
  readonly flake: ReportedFlake
  readonly emulators: readonly Emulator[]
  readonly results: readonly BuildResult[]
  /** All paths of the closures of what was realised. */
  readonly pathInfos: ReadonlyMap<string, PathInfo>
  /** What was built in this run, in the order of the starts. */
  readonly derivations: readonly BuiltDerivation[]
  /** Store paths that came from a substituter in this run. */
  readonly fetched: ReadonlySet<string>
  readonly pushes: readonly PushReport[]
  /** Bytes that the closure of a package for a target had in the last run, where that is known. */
  readonly earlierSize?: (target: string, packageName: string) => number | undefined
  /** The Actions cache was restored. */
  readonly cacheHit: boolean
}

/** The Nix of this run and how it came to be there. */
export interface InstalledNix {
  readonly nix: Pick<Nix, 'version' | 'system'>
  readonly source: string
  /** This run installed it. */
  readonly installed: boolean
  readonly reason: string
  /** One sentence: version, place, how builds run. */
  readonly describe: string
}

export interface ReportedFlake {
  /** Locked reference. */
  readonly url: string
  readonly revision: string | undefined
  /** Reference by which other machines have it, where there is one. */
  readonly shared?: string | undefined
  readonly description: string | undefined
}
