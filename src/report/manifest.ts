import type { BuildResult } from '../build/types.ts'
import type { PathInfo } from '../nix/json.ts'
import type { PushReport } from '../push/types.ts'
import { rounded } from './results.ts'
import type { RunRecord } from './types.ts'

/** Raised where a consumer of the manifest would have to change; docs/manifest.schema.json describes this version. */
export const MANIFEST_VERSION = 1

/** The release manifest: what was built from what, and where it is. */
export interface Manifest {
  readonly version: typeof MANIFEST_VERSION
  /** ISO 8601, UTC. */
  readonly createdAt: string
  readonly flake: { readonly url: string; readonly revision: string | null; readonly description: string | null }
  readonly nix: { readonly version: string; readonly system: string }
  readonly packages: readonly ManifestPackage[]
  /** Every path of the closures, references before what refers to them. */
  readonly paths: readonly ManifestPath[]
  readonly destinations: readonly ManifestDestination[]
}

export interface ManifestPackage {
  readonly target: string
  readonly system: string
  readonly triple: string
  readonly package: string
  readonly strategy: string | null
  readonly method: string | null
  /** Attribute path of the flake that gives exactly these paths. */
  readonly attribute: string | null
  readonly reason: string
  readonly status: string
  readonly seconds: number
  readonly drvPath: string | null
  /** Output name → store path; the facts of a path that exists are in `paths`. */
  readonly outputs: Readonly<Record<string, string>>
  readonly closureSize: number | null
  readonly error: string | null
}

export interface ManifestPath {
  readonly path: string
  /** SRI. */
  readonly narHash: string
  readonly narSize: number
  readonly references: readonly string[]
  readonly signatures: readonly string[]
  readonly deriver: string | null
  readonly ca: string | null
  /** URLs of the destinations that have it. */
  readonly destinations: readonly string[]
}

export interface ManifestDestination {
  readonly url: string
  readonly status: string
  readonly reason: string | null
  readonly pushed: number
  readonly pushedBytes: number
  readonly verified: number
  /** Lines for a consumer's nix.conf. */
  readonly nixConf: readonly string[]
}

/** @param createdAt ISO 8601 */
export function buildManifest(record: RunRecord, createdAt: string): Manifest {
  const { flake, installed, results, pathInfos, pushes } = record
  const places = placesOf(pushes)
  return {
    version: MANIFEST_VERSION,
    createdAt,
    flake: { url: flake.url, revision: flake.revision ?? null, description: flake.description ?? null },
    nix: { version: installed.nix.version.text, system: installed.nix.system },
    packages: results.map(manifestPackage),
    paths: inOrder(pathInfos).map((info) => manifestPath(info, places.get(info.path) ?? [])),
    destinations: pushes.map(manifestDestination),
  }
}

const manifestPackage = ({ plan, status, seconds, closureSize, error }: BuildResult): ManifestPackage => ({
  target: plan.target.name,
  system: plan.target.system,
  triple: plan.target.triple,
  package: plan.package,
  strategy: plan.choice?.strategy ?? null,
  method: plan.choice?.method ?? null,
  attribute: plan.choice?.attribute ?? null,
  reason: plan.reason,
  status,
  seconds: rounded(seconds),
  drvPath: plan.choice?.evaluated.drvPath ?? null,
  outputs: plan.choice?.evaluated.outputs ?? {},
  closureSize: closureSize ?? null,
  error: error ?? null,
})

const manifestPath = (info: PathInfo, places: readonly Place[]): ManifestPath => ({
  path: info.path,
  narHash: info.narHash,
  narSize: info.narSize,
  references: [...info.references].sort(),
  signatures: [...new Set([...info.signatures, ...places.flatMap(({ signatures }) => signatures)])],
  deriver: info.deriver ?? null,
  ca: info.ca ?? null,
  destinations: places.map(({ destination }) => destination),
})

/** Where a path is now, and the signatures on it there. */
interface Place {
  readonly destination: string
  readonly signatures: readonly string[]
}

function placesOf(pushes: readonly PushReport[]): ReadonlyMap<string, readonly Place[]> {
  const places = new Map<string, Place[]>()
  for (const { destination, paths } of pushes) {
    for (const { path, status, signatures = [] } of paths) {
      if (status === 'pushed' || status === 'present')
        places.set(path, [...(places.get(path) ?? []), { destination, signatures }])
    }
  }
  return places
}

const manifestDestination = ({
  destination,
  status,
  reason,
  paths,
  verified,
  consumerLines,
}: PushReport): ManifestDestination => {
  const pushed = paths.filter((path) => path.status === 'pushed')
  return {
    url: destination,
    status,
    reason: reason ?? null,
    pushed: pushed.length,
    pushedBytes: pushed.reduce((sum, { bytes }) => sum + bytes, 0),
    verified,
    nixConf: consumerLines,
  }
}

/** References first, otherwise by path: a copy in this order is never broken half-way. */
function inOrder(pathInfos: ReadonlyMap<string, PathInfo>): readonly PathInfo[] {
  const done = new Set<string>()
  const ordered: PathInfo[] = []
  for (const start of [...pathInfos.keys()].sort()) {
    // a stack of our own: closures can be deeper than the call stack
    const stack = [{ path: start, entered: false }]
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const info = pathInfos.get(top.path)
      if (info === undefined) continue
      if (top.entered) ordered.push(info)
      else if (!done.has(top.path)) {
        done.add(top.path)
        stack.push(
          { path: top.path, entered: true },
          ...[...info.references].sort().map((path) => ({ path, entered: false })),
        )
      }
    }
  }
  return ordered
}
