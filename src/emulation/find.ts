import { open } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { QemuSource } from '../inputs/inputs.ts'
import type { Nix } from '../nix/nix.ts'
import { platformOf } from '../nix/platform.ts'
import type { System } from '../nix/system.ts'
import type { Runner } from '../runner/ports.ts'
import type { Architecture } from './architectures.ts'
import { fetchFromDistribution, type Offer } from './distro.ts'
import { emulatorFault } from './elf.ts'
import { detailOf, qemuVersion } from './execution.ts'
import { PROBE_EXIT } from './machine-code.ts'
import { type Built, obtainByNix } from './nix-source.ts'
import type { Prover } from './prove.ts'

/** A static QEMU of this machine that ran a program of its architecture when called by its path. */
export interface Found {
  readonly path: string
  readonly version: string | undefined
  /** Where it came from, as the end of a sentence: `the Debian package qemu-user-static 1:7.2+dfsg-7`. */
  readonly origin: string
}

/** One architecture's emulator, or why the source has none. */
export type Finding = Found | { readonly missing: string }

/** What the search needs beside the source. */
export interface Search {
  readonly runner: Runner
  readonly prover: Prover
  readonly machine: System
  /** Undefined where there is no Nix (yet). */
  readonly nix: Nix | undefined
}

type Step = QemuSource | { readonly kind: 'existing' | 'distro' | 'nix' }

/**
 * Finds an emulator for each architecture. `auto` asks the machine, then its distribution, then Nix, each for what the
 * one before did not have.
 * @returns architecture name → emulator, or one phrase on why there is none
 */
export async function findEmulators(
  search: Search,
  source: QemuSource,
  architectures: readonly Architecture[],
): Promise<ReadonlyMap<string, Finding>> {
  const steps: readonly Step[] =
    source.kind === 'auto' ? [{ kind: 'existing' }, { kind: 'distro' }, { kind: 'nix' }] : [source]
  const found = new Map<string, Finding>()
  const reasons = new Map<string, string[]>()
  for (const step of steps) {
    const wanted = architectures.filter((architecture) => !found.has(architecture.name))
    if (wanted.length === 0) break
    const offers = await offersOf(search, step, wanted)
    for (const architecture of wanted) {
      const finding = await choose(search, architecture, offers.get(architecture.name))
      if ('path' in finding) found.set(architecture.name, finding)
      else reasons.set(architecture.name, [...(reasons.get(architecture.name) ?? []), finding.missing])
    }
  }
  for (const [name, missing] of reasons) if (!found.has(name)) found.set(name, { missing: missing.join('; ') })
  return found
}

async function offersOf(
  search: Search,
  step: Step,
  wanted: readonly Architecture[],
): Promise<ReadonlyMap<string, Offer>> {
  const names = wanted.map((architecture) => architecture.name)
  if (step.kind === 'distro') return await fetchFromDistribution(search.runner, names)
  const built = step.kind === 'nix' ? await obtainByNix(search.runner, search.nix, names) : undefined
  return new Map(names.map((name) => [name, offer(search, step, name, built?.get(name))]))
}

const fileNames = (name: string): readonly string[] => [`qemu-${name}-static`, `qemu-${name}`]

function offer({ runner }: Search, step: Step, name: string, built: Built | undefined): Offer {
  if (step.kind === 'folder') {
    const folder = resolve(runner.facts.workspace, step.path)
    const paths = fileNames(name).map((file) => join(folder, file))
    return { paths, origin: `the folder ${folder}`, none: `${folder} holds no qemu-${name} and no qemu-${name}-static` }
  }
  if (built !== undefined) {
    const paths = 'bin' in built ? fileNames(name).map((file) => join(built.bin, file)) : []
    const none = 'bin' in built ? `nixpkgs' QEMU has no qemu-${name}` : built.why
    return { paths, origin: 'Nix (nixpkgs#pkgsStatic.qemu-user)', none }
  }
  const onPath = fileNames(name).flatMap((file) => runner.commands.find(file) ?? [])
  const usual = ['/usr/bin', '/usr/local/bin'].flatMap((folder) => fileNames(name).map((file) => join(folder, file)))
  const none = `this machine has no static qemu-${name} on PATH, in /usr/bin or in /usr/local/bin`
  return { paths: [...new Set([...onPath, ...usual])], origin: 'this machine', none }
}

async function choose(search: Search, architecture: Architecture, offer: Offer | undefined): Promise<Finding> {
  const refused: string[] = []
  for (const path of offer?.paths ?? []) {
    const start = await readStart(path)
    if (start === undefined) continue
    const finding = await vet(search, architecture, path, start, offer?.origin ?? '')
    if ('path' in finding) return finding
    refused.push(finding.missing)
  }
  return { missing: refused.length > 0 ? refused.join(', and ') : (offer?.none ?? 'nothing was offered') }
}

/** A program can be registered only if it is static and of this machine, and works. */
async function vet(
  { runner, prover, machine }: Search,
  architecture: Architecture,
  path: string,
  start: Uint8Array,
  origin: string,
): Promise<Finding> {
  const own = platformOf(machine)?.elf
  const fault = own === undefined ? `nothing is known of ${machine}` : emulatorFault(start, own)
  if (fault !== undefined) return { missing: `${path} is refused: ${fault}` }
  const run = await prover.emulate(path, architecture)
  if (run.exitCode !== PROBE_EXIT) {
    return { missing: `${path} is refused: it does not run a program for ${architecture.name} (${detailOf(run)})` }
  }
  const told = await runner.commands.run({ tool: path, args: ['--version'] }, { accept: 'any', timeoutSeconds: 60 })
  return { path, version: qemuVersion(told.stdout), origin }
}

/** Enough for the program headers of any linker; a loader's path lies right behind them. */
const START = 64 * 1024

/** The first 64 KiB of a file; undefined where there is none that this user may read. */
async function readStart(path: string): Promise<Uint8Array | undefined> {
  try {
    const file = await open(path)
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(START), 0, START, 0)
      return buffer.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  } catch {
    return undefined
  }
}
