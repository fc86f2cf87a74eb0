import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The folder that holds the rig's scripts. */
export const rigDir = import.meta.dirname

/** Where prepared parts are kept; git-ignored. NIX_MULTIARCH_RIG_CACHE shares one between clones. */
export const cacheDir = process.env.NIX_MULTIARCH_RIG_CACHE ?? join(rigDir, '.cache')

/** The Nix versions that Debian bookworm, trixie and sid carry. */
export const nixVersions = ['2.8.0', '2.26.3', '2.34.8'] as const
export type RigNixVersion = (typeof nixVersions)[number]

/** What each part needs first. `debs` are the raw packages, the others are made from them. */
export const partNeeds = {
  debs: [],
  nix: ['debs'],
  qemu: ['debs'],
  tools: [],
  apt: [],
  node24: [],
  wine: [],
  browser: [],
  tarballs: ['nix', 'qemu', 'tools', 'node24'],
} as const satisfies Record<string, readonly string[]>
export type Part = keyof typeof partNeeds
export const allParts = Object.keys(partNeeds) as Part[]

/** What a finished part leaves behind: `key` tells whether it is still what the scripts would make. */
export interface Stamp {
  key: string
  seconds: number
  at: string
}

const sources: Record<Part, string[]> = {
  debs: ['debian.sh', 'mirror.sh', 'parts.sh'],
  nix: ['debian.sh', 'mirror.sh', 'parts.sh', 'mknix.sh', 'patchelf.sh'],
  qemu: ['debian.sh', 'mirror.sh', 'parts.sh'],
  tools: ['debian.sh', 'mirror.sh', 'parts.sh'],
  apt: ['debian.sh', 'mirror.sh', 'parts.sh'],
  node24: ['parts.sh'],
  wine: ['debian.sh', 'mirror.sh', 'parts.sh'],
  browser: ['debian.sh', 'mirror.sh', 'browser.sh'],
  tarballs: ['debian.sh', 'mirror.sh', 'parts.sh', 'mknix.sh', 'patchelf.sh', 'mktarball.sh', 'wrap.sh'],
}

/** Changes when a script that makes the part changes, or (where packages are chosen by it) what the host has installed. */
export function partKey(part: Part): string {
  const hash = createHash('sha256')
  for (const file of sources[part]) hash.update(readFileSync(join(rigDir, file)))
  const status = '/var/lib/dpkg/status'
  if (['apt', 'tools', 'wine', 'browser'].includes(part) && existsSync(status)) hash.update(readFileSync(status))
  return hash.digest('hex')
}

export const stampFile = (part: Part): string => join(cacheDir, `${part}.json`)

/** The stamp of a part that is there and up to date, else undefined. */
export function preparedPart(part: Part): Stamp | undefined {
  try {
    const stamp = JSON.parse(readFileSync(stampFile(part), 'utf8')) as Stamp
    return stamp.key === partKey(part) ? stamp : undefined
  } catch {
    return undefined
  }
}

/**
 * An outdated part will do: the host may have installed a package since.
 * @throws if a part is missing: a test forgot `await prepare({ need: [...] })`.
 */
export function assertPrepared(...parts: Part[]): void {
  const missing = parts.filter((part) => !existsSync(stampFile(part)))
  if (missing.length > 0)
    throw new Error(`test rig: not prepared: ${missing.join(', ')}; run: node test/rig/prepare.mjs`)
}

/** Paths of prepared things. */
export const rig = {
  /** A node 24 binary. */
  node24: join(cacheDir, 'node24/node'),
  /** Folder with static `qemu-<arch>` emulators. */
  qemu: join(cacheDir, 'qemu'),
  /** Static shells: `bash-static`, `busybox-amd64`, `busybox-arm64`, `busybox-riscv64`. */
  static: (name: string): string => join(cacheDir, 'static', name),
  /** Release-layout tarball of a version; `.sha256` (hex, no newline) beside it. */
  tarball: (version: RigNixVersion): string => join(cacheDir, 'tarballs', `nix-${version}-x86_64-linux.tar.xz`),
  tarballSha256: (version: RigNixVersion): string => readFileSync(`${rig.tarball(version)}.sha256`, 'utf8'),
  nixPrefix: (version: RigNixVersion): string => join(cacheDir, 'nix', version),
  /** Debian's Wine, laid out as it is installed below `/`. */
  wine: join(cacheDir, 'wine'),
  /** Debian's chromium and fonts, unpacked as on a root (browser.ts). */
  browser: join(cacheDir, 'browser'),
  aptRepo: join(cacheDir, 'apt-repo'),
  tool: (name: 'sudo' | 'ssh'): string => join(cacheDir, 'tools', name),
}
