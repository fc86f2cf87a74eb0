import type { ParsedSigningKey } from '../nix/signing-key.ts'
import type { StoreUrl } from '../nix/store-url.ts'
import type { System } from '../nix/system.ts'

/** A store that closures are copied to. */
export type Destination = StoreUrl

export type SigningKey = ParsedSigningKey

/** How a target's packages are had (contract.md, Words). */
export type Strategy = 'native' | 'cross' | 'emulated'

/** One target: the system that a result runs on. Not a compiler's `targetPlatform`. */
export interface Target {
  /** As the workflow names it: system double, nixpkgs cross name or GNU triple. */
  readonly name: string
  readonly system: System
  /** GNU triple. */
  readonly triple: string
  /** Names under `pkgsCross`, the best first; a name that a newer nixpkgs renamed has its old form after it. */
  readonly crossNames: readonly string[]
  /** The plain system double: `packages.<system>` of the flake is made for it. False for musl, boards and the like. */
  readonly plain: boolean
  /** The platform of nixpkgs' `pkgsStatic`: `triple` is one of musl, `crossNames` those of the set that has it. */
  readonly static?: true
  readonly strategy: Strategy | 'auto'
}

/** All inputs, checked. Defaults are those of action.yml. */
export interface Inputs {
  readonly flake: string
  readonly targets: readonly Target[]
  readonly packages: readonly string[]
  readonly prefer: 'speed' | 'native-paths'
  readonly crossAttribute: string | undefined
  readonly nixSource: NixSource
  readonly nixVersion: string
  readonly extraNixConfig: string
  readonly githubToken: string | undefined
  readonly qemu: 'auto' | 'always' | 'never'
  readonly qemuSource: QemuSource
  readonly pushTo: readonly Destination[]
  readonly signingKey: SigningKey | undefined
  readonly skipUpstream: readonly string[] | 'substituters'
  readonly compression: string
  readonly onPushFailure: 'fail' | 'warn'
  readonly pushWhen: 'end' | 'built'
  readonly verify: 'sample' | 'full' | 'none'
  readonly cache: 'auto' | 'true' | 'false' | 'read-only'
  readonly checkArchitecture: boolean
  /** Command words; undefined where none was given. */
  readonly smokeTest: readonly string[] | undefined
  readonly keepGoing: boolean
  /** Seconds, 0 = none. */
  readonly buildTimeout: number
  /** Seconds, 0 = never. */
  readonly silentTimeout: number
  readonly dryRun: boolean
}

export type NixSource =
  | { readonly kind: 'auto' | 'existing' | 'release' | 'distro' }
  /** A release tarball; `sha256` (hex) is required for a URL and checked where given for a path. */
  | { readonly kind: 'tarball'; readonly location: string; readonly sha256: string | undefined }

export type QemuSource =
  | { readonly kind: 'auto' | 'existing' | 'distro' | 'nix' }
  | { readonly kind: 'folder'; readonly path: string }
