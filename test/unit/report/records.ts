import type { BuildResult } from '../../../src/build/types.ts'
import type { Target } from '../../../src/inputs/inputs.ts'
import type { PathInfo } from '../../../src/nix/json.ts'
import { parseDrvPath, parseStorePath, type StorePath } from '../../../src/nix/store-path.ts'
import type { System } from '../../../src/nix/system.ts'
import { parseNixVersion } from '../../../src/nix/version.ts'
import type { PushReport } from '../../../src/push/types.ts'
import type { RunRecord } from '../../../src/report/types.ts'
import type { Candidate, Plan } from '../../../src/strategy/types.ts'

export const storePath = (name: string): StorePath => parseStorePath(`/nix/store/${'a'.repeat(32)}-${name}`)
const DEFAULT_REASON = 'no runner of its own kind, and the flake declares a cross build'

export function target(name: string): Target {
  return {
    name,
    system: name as System,
    triple: `${name.split('-')[0]}-unknown-linux-gnu`,
    crossNames: [],
    plain: true,
    strategy: 'auto',
  }
}

interface Options {
  readonly system?: string
  readonly reason?: string
  readonly strategy?: 'native' | 'cross' | 'emulated'
  readonly attribute?: string
  readonly choice?: boolean
}

export function plan(name: string, options: Options = {}): Plan {
  const { system = 'aarch64-linux', reason = DEFAULT_REASON, strategy = 'cross', choice = true } = options
  const attribute = options.attribute ?? `packages.x86_64-linux.${name}-aarch64`
  // attribute names may be anything, names of store paths may not
  const safe = name.replace(/[^a-z0-9.-]/gi, '-').slice(0, 50) || 'empty'
  const evaluated = {
    drvPath: parseDrvPath(`${storePath(safe)}.drv`),
    system: 'x86_64-linux',
    name: safe,
    outputs: { out: storePath(safe) },
  }
  const method = strategy === 'cross' ? { method: 'declared' as const } : {}
  const cost = {
    toBuild: { 'x86_64-linux': 3 },
    bytesToFetch: 5 * 1024 * 1024,
    seconds: 180,
    nativeSeconds: 180,
    emulated: [],
    unemulatable: [],
    features: [],
    closure: { 'x86_64-linux': 12 },
  }
  const chosen: Candidate = { strategy, ...method, attribute, evaluated, cost, chosen: true, reason }
  const other: Candidate = { strategy: 'emulated', attribute: '', chosen: false, reason: 'cross is faster' }
  return {
    target: target(system),
    package: name,
    candidates: choice ? [chosen, other] : [{ ...other, reason: 'there is no emulator' }],
    choice: choice ? { strategy, ...method, attribute, evaluated, substitutable: false } : undefined,
    reason,
  }
}

export const built = (name: string, options: Options = {}): BuildResult => ({
  plan: plan(name, options),
  status: 'built',
  seconds: 75.1234,
  closureSize: 3 * 1024 * 1024,
})

export const failed = (
  name: string,
  error: string,
  log: readonly string[] = [],
  options: Options = {},
): BuildResult => ({
  plan: plan(name, options),
  status: 'failed',
  seconds: 3,
  error,
  log,
})

export function pathInfo(name: string, references: readonly string[] = []): PathInfo {
  return {
    path: storePath(name),
    narHash: 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
    narSize: 120,
    references: references.map(storePath),
    signatures: [`test-1:${'A'.repeat(86)}==`],
    deriver: parseDrvPath(`${storePath(name)}.drv`),
  }
}

export const pushed = (names: readonly string[], more: Partial<PushReport> = {}): PushReport => ({
  destination: 'https://cache.example.org/nix',
  status: 'ok',
  paths: names.map((name) => ({ path: storePath(name), status: 'pushed', bytes: 1000 })),
  seconds: 2,
  verified: names.length,
  consumerLines: [
    'extra-substituters = https://cache.example.org/nix',
    `extra-trusted-public-keys = test-1:${'A'.repeat(43)}=`,
  ],
  ...more,
})

export function record(more: Partial<RunRecord> = {}): RunRecord {
  const version = parseNixVersion('nix (Nix) 2.34.8')
  if (version === undefined) throw new Error('unreachable')
  return {
    inputs: { targets: [target('aarch64-linux')], onPushFailure: 'fail', dryRun: false },
    installed: {
      nix: { version, system: 'x86_64-linux' as System },
      source: 'existing',
      installed: false,
      reason: 'Nix 2.34.8 was there',
      describe: 'Nix 2.34.8 in /usr/bin, single-user',
    },
    flake: {
      url: 'github:owner/name/0123456789abcdef0123456789abcdef01234567',
      revision: '0123456789abcdef0123456789abcdef01234567',
      shared: 'github:owner/name/0123456789abcdef0123456789abcdef01234567',
      description: undefined,
    },
    emulators: [],
    results: [],
    pathInfos: new Map(),
    derivations: [],
    fetched: new Set(),
    pushes: [],
    cacheHit: false,
    ...more,
  }
}

export const infosOf = (...infos: readonly PathInfo[]): ReadonlyMap<string, PathInfo> =>
  new Map(infos.map((info) => [info.path, info]))
