import { join } from 'node:path'
import { decodeJson, field, list, text } from '../nix/decode.ts'
import { type Nix, nixCommand } from '../nix/nix.ts'
import type { Runner } from '../runner/ports.ts'
import { keepEmulator } from './distro.ts'

/** Folder of an emulator that Nix built, or why there is none. */
export type Built = { readonly bin: string } | { readonly why: string }

/** Nixpkgs' QEMU with the user mode only, static: what NixOS takes for `boot.binfmt.preferStaticEmulators`. */
const ATTRIBUTE = 'nixpkgs#pkgsStatic.qemu-user'

/** It is in no cache for every machine, and then has to be built. */
const SECONDS = 3600

/** In the tool cache it stays until that is emptied: which nixpkgs the registry means is known only once it is fetched. */
const KEPT_VERSION = '0.0.0-nixpkgs'

/** Emulators by name: those that an earlier job kept, else built, and kept for the next. */
export async function obtainByNix(
  runner: Runner,
  nix: Nix | undefined,
  names: readonly string[],
): Promise<ReadonlyMap<string, Built>> {
  const kept = await Promise.all(
    names.map(async (name) => [name, await runner.tools.find(`qemu-${name}`, KEPT_VERSION)] as const),
  )
  if (kept.every(([, folder]) => folder !== undefined))
    return new Map(kept.map(([name, folder]) => [name, { bin: folder ?? '' }]))
  const built = await buildByNix(runner, nix)
  if ('bin' in built) for (const name of names) await keepEmulator(runner, built.bin, name, KEPT_VERSION)
  return new Map(names.map((name) => [name, built]))
}

/** Realises QEMU from the flake registry's nixpkgs; its paths are read from `--json`, as Nix 2.8 has no other way. */
async function buildByNix(runner: Runner, nix: Nix | undefined): Promise<Built> {
  if (nix === undefined) return { why: 'there is no Nix to build one with' }
  const features = ['--extra-experimental-features', 'nix-command flakes']
  const command = nixCommand(nix, 'nix', ['build', ...features, '--no-link', '--json', ATTRIBUTE])
  runner.log.info(`qemu-source nix: nix build ${ATTRIBUTE}`)
  const onLine = (line: string, stream: string): void => {
    if (stream === 'stderr') runner.log.info(line)
  }
  const result = await runner.commands.run(command, { accept: 'any', timeoutSeconds: SECONDS, onLine })
  if (result.exitCode !== 0 || result.stopped !== undefined) {
    return { why: `nix build ${ATTRIBUTE} failed (${result.stopped ?? result.stderr.trim().split('\n').at(-1)})` }
  }
  const outputs = decodeJson(
    'nix build --json',
    result.stdout,
    list((built, at) => field(built, at, 'outputs', outPath)),
  )
  return outputs[0] === undefined ? { why: `nix build ${ATTRIBUTE} gave nothing` } : { bin: join(outputs[0], 'bin') }
}

const outPath = (outputs: unknown, at: string): string => field(outputs, at, 'out', text)
