import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { System } from '../../src/nix/system.ts'
import { makeStandIn, wantedStandIn } from '../../src/strategy/stand-in.ts'
import { fixtures, prepareFixtures } from '../fixtures/fixtures.ts'
import { machineUsable } from '../rig/available.ts'
import { nixVersions } from '../rig/cache.ts'
import { Machine } from '../rig/machine.ts'

// The views of src/strategy/cross, asked through a wrapper flake as the action does: pure evaluation, an unchanged flake,
// no lock file written.

const repository = join(import.meta.dirname, '../..')
const cross = join(repository, 'src/strategy/cross')
const nixFiles = readdirSync(cross).filter((file) => file.endsWith('.nix'))
const build = 'x86_64-linux' as System

const targetOf = (system: string, triple: string, crossName: string, plain = true) => ({
  name: plain ? system : triple,
  system: system as System,
  triple,
  crossNames: [crossName],
  plain,
})
const aarch64 = targetOf('aarch64-linux', 'aarch64-unknown-linux-gnu', 'aarch64-multiplatform')
const riscv64 = targetOf('riscv64-linux', 'riscv64-unknown-linux-gnu', 'riscv64')
type Target = typeof aarch64

interface Package {
  drvPath: string
  system: string
  host: string | null
}

/** Copies of the flakes with their inputs set, and what the machine has to ask them. */
class World {
  readonly folder = mkdtempSync(join(tmpdir(), 'transparent-'))
  rounds = 0

  constructor() {
    cpSync(join(import.meta.dirname, '../fixtures/transparent'), this.folder, { recursive: true })
    cpSync(fixtures.nixpkgs, join(this.folder, 'older'), { recursive: true })
    writeFileSync(join(this.folder, 'older/older'), 'another revision\n')
    for (const name of [...readdirSync(this.folder), 'nested/inner']) {
      const file = join(this.folder, name, 'flake.nix')
      const text = readFileSync(file, 'utf8').replaceAll('@nixpkgs@', fixtures.nixpkgs)
      writeFileSync(
        file,
        text.replace(/@(\w+)@/g, (_, input: string) => join(this.folder, input)),
      )
    }
    mkdirSync(join(this.folder, 'cross/trees'), { recursive: true })
    mkdirSync(join(this.folder, 'wrapper'))
    for (const file of nixFiles) cpSync(join(cross, file), join(this.folder, 'cross', file))
  }

  flake = (name: string): string => join(this.folder, name)

  /** The packages at an attribute path of a view. */
  async packages(machine: Machine, flake: string, target: Target, path: string): Promise<Record<string, Package>> {
    const wrapper = `{
      outputs = { target, cross, ... }: cross.views {
        flake = target;
        build = "${build}";
        target = builtins.fromJSON ${JSON.stringify(JSON.stringify(target))};
      };
    }`
    writeFileSync(join(this.folder, 'wrapper/flake.nix'), wrapper)
    const facts =
      'builtins.mapAttrs (_: p: { inherit (p) drvPath system; host = p.stdenv.hostPlatform.system or null; })'
    const overrides = `--override-input target path:${flake} --override-input cross path:${this.folder}/cross`
    const command = `nix eval --json 'path:${this.folder}/wrapper#${path}' ${overrides} --no-write-lock-file --apply '${facts}'`
    for (this.rounds = 0; ; this.rounds++) {
      const result = await machine.run(['bash', '-c', command], { timeout: 300_000 })
      if (result.code === 0) return JSON.parse(result.stdout) as Record<string, Package>
      const wanted = wantedStandIn(result.stderr)
      if (wanted === undefined || this.rounds > 5) throw new Error(result.stderr)
      makeStandIn(join(this.folder, 'cross'), wanted, build, [{ platform: target }])
    }
  }
}

/** Systems of the derivations in a closure, and build tools in it that are the target's. */
async function closure(
  machine: Machine,
  { drvPath }: Package,
  { triple }: Target,
): Promise<{ systems: string[]; targetTools: string[] }> {
  const text = await machine.sh(`nix derivation show -r ${drvPath} 2>/dev/null || nix show-derivation -r ${drvPath}`)
  const shown = JSON.parse(text) as Record<string, never>
  const drvs = Object.values(
    (shown.derivations ?? shown) as Record<string, { system: string; env: Record<string, string> }>,
  )
  const tools = drvs.flatMap(({ env }) => (env.nativeBuildInputs ?? '').split(' '))
  return {
    systems: [...new Set(drvs.map(({ system }) => system))].sort(),
    targetTools: tools.filter((tool) => tool.includes(`-${triple}`)),
  }
}

describe.skipIf(!machineUsable()).each(nixVersions)('transparent cross with Nix %s', (nix) => {
  let machine: Machine
  let world: World
  beforeAll(async () => {
    await prepareFixtures()
    world = new World()
    machine = await Machine.start({
      user: 'root',
      nix,
      nixConf: `experimental-features = nix-command flakes\n${fixtures.nixConf()}`,
      binds: [{ source: world.folder }, ...fixtures.binds],
    })
  })
  afterAll(async () => {
    await machine?.stop()
    if (world !== undefined) rmSync(world.folder, { recursive: true })
  })

  const pkgsCross = async (name: string, attribute: string): Promise<string> =>
    (
      await machine.sh(
        `nix eval --raw 'path:${fixtures.nixpkgs}#legacyPackages.${build}.pkgsCross.${name}.${attribute}.drvPath'`,
      )
    ).trim()

  it('gives the very derivation of pkgsCross, however the flake asks for its nixpkgs', async () => {
    const packages = await world.packages(machine, world.flake('forms'), aarch64, 'transparent.packages.aarch64-linux')
    expect(world.rounds).toBe(1)
    const { overlay, extend, append, 'unspliced-overlay': unspliced, ...others } = packages
    const { 'for-build': forBuild, 'own-cross': ownCross, ...plain } = others
    const almanac = await pkgsCross('aarch64-multiplatform', 'almanac')
    for (const [name, { drvPath }] of Object.entries(plain)) expect(`${name} ${drvPath}`).toBe(`${name} ${almanac}`)
    expect(extend).toEqual(overlay)
    expect(append).toEqual(overlay)
    expect(unspliced).toEqual(overlay)
    expect(await closure(machine, overlay as Package, aarch64)).toEqual({
      systems: ['builtin', build],
      targetTools: [],
    })
    expect(forBuild).toMatchObject({ system: build, host: build })
    expect(ownCross?.drvPath).toBe(await pkgsCross('riscv64', 'almanac'))
    expect(existsSync(join(world.flake('forms'), 'flake.lock'))).toBe(false)
  })

  it('takes build tools from the build machine, wherever the flake takes them from', async () => {
    const packages = await world.packages(machine, world.flake('tools'), aarch64, 'transparent.packages.aarch64-linux')
    const { raw, ...others } = packages
    for (const [name, one] of Object.entries(others)) {
      expect({ name, system: one.system, host: one.host }).toEqual({ name, system: build, host: 'aarch64-linux' })
      expect({ name, ...(await closure(machine, one, aarch64)) }).toEqual({
        name,
        systems: ['builtin', build],
        targetTools: [],
      })
    }
    expect(raw?.system).toBe('aarch64-linux')
  })

  // 2.8 knows folders in git sources only
  if (nix !== '2.8.0')
    it('finds a flake in a folder of its source', async () => {
      const flake = `${world.flake('nested')}?dir=inner`
      const packages = await world.packages(machine, flake, aarch64, 'transparent.packages.aarch64-linux')
      expect(packages.inner).toMatchObject({ system: build, host: 'aarch64-linux' })
    })

  it('makes a package of the build system for a target that the flake does not list', async () => {
    for (const target of [aarch64, riscv64]) {
      const packages = await world.packages(machine, world.flake('single'), target, `disguised.packages.${build}`)
      const [name] = target.crossNames
      expect(packages.almanac?.drvPath).toBe(await pkgsCross(name as string, 'almanac'))
      expect(packages.default).toMatchObject({ system: build, host: target.system })
      const found = await closure(machine, packages.default as Package, target)
      expect(found).toEqual({ systems: ['builtin', build], targetTools: [] })
    }
  })

  it('makes it for Windows, WebAssembly, musl and as a static program', async () => {
    const musl = targetOf('aarch64-linux', 'aarch64-unknown-linux-musl', 'aarch64-multiplatform-musl', false)
    const others = [
      { target: targetOf('x86_64-windows', 'x86_64-w64-mingw32', 'ucrt64'), set: 'mingw-ucrt-x86_64' },
      { target: targetOf('wasm32-wasi', 'wasm32-unknown-wasi', 'wasi32'), set: 'wasi32' },
      { target: targetOf(build, 'x86_64-unknown-linux-musl', 'musl64', false), set: 'musl64' },
      { target: musl, set: 'aarch64-multiplatform-musl' },
      { target: { ...musl, name: 'aarch64-linux.pkgsStatic', static: true }, set: 'aarch64-multiplatform.pkgsStatic' },
    ]
    for (const { target, set } of others) {
      const packages = await world.packages(machine, world.flake('anywhere'), target, `disguised.packages.${build}`)
      expect(packages.tell?.drvPath).toBe(await pkgsCross(set, 'tell'))
      expect(packages.again).toMatchObject({ system: build, host: target.system })
      const found = await closure(machine, packages.again as Package, target)
      expect(found).toEqual({ systems: ['builtin', build], targetTools: [] })
    }
  })

  it('applies the overlay of a flake to a nixpkgs that cross-compiles', async () => {
    const packages = await world.packages(machine, world.flake('nested'), aarch64, 'overlay.packages.aarch64-linux')
    expect(Object.keys(packages)).toEqual(['default', 'stamped'])
    const found = await closure(machine, packages.stamped as Package, aarch64)
    expect(found).toEqual({ systems: ['builtin', build], targetTools: [] })
  })

  it('extends a NixOS configuration of the target with the build platform, and leaves others alone', async () => {
    const path = (host: string): string => `nixos.nixosConfigurations.${host}.config.system.build`
    const pi = await world.packages(machine, world.flake('machines'), aarch64, path('pi'))
    expect(pi.sdImage?.drvPath).toBe(await pkgsCross('aarch64-multiplatform', 'almanac'))
    const laptop = await world.packages(machine, world.flake('machines'), aarch64, path('laptop'))
    expect(laptop.sdImage).toMatchObject({ system: build, host: build })
  })

  if (nix === '2.34.8')
    it('gives a program of the target when it is built', async () => {
      const packages = await world.packages(
        machine,
        world.flake('tools'),
        aarch64,
        'transparent.packages.aarch64-linux',
      )
      const forms = await world.packages(machine, world.flake('forms'), aarch64, 'transparent.packages.aarch64-linux')
      const wanted = [packages.plain, packages.misplaced, packages['other-flake'], forms.overlay].map(
        (one) => `'${one?.drvPath}^out'`,
      )
      await machine.sh(`nix build --no-link ${wanted.join(' ')}`, { timeout: 900_000 })
      const out = (
        await machine.sh(`nix build --no-link --print-out-paths '${forms.legacyPackages?.drvPath}^out'`, {
          timeout: 900_000,
        })
      ).trim()
      expect(execFileSync('file', ['-b', machine.path(join(out, 'bin/almanac'))], { encoding: 'utf8' })).toContain(
        'ARM aarch64',
      )
    })
})
