import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fixtures, prepareFixtures, registerEmulators } from '../fixtures/fixtures.ts'
import { machineUsable } from '../rig/available.ts'
import { nixVersions, rig } from '../rig/cache.ts'
import { Machine } from '../rig/machine.ts'

// The fixture package set is what it claims to be: it evaluates with every Nix, and its native, cross and emulated
// builds give programs of the right architecture that run.

const usable = machineUsable()
const set = (path: string): string => `path:${fixtures.nixpkgs}#legacyPackages.${path}`
const flake = (name: string, attribute: string): string => `path:${fixtures.flake(name)}#${attribute}`

const start = (nix: (typeof nixVersions)[number] = '2.34.8'): Promise<Machine> =>
  Machine.start({
    user: 'root',
    nix,
    nixConf: `experimental-features = nix-command flakes\nextra-platforms = aarch64-linux riscv64-linux\n${fixtures.nixConf()}`,
    binds: [{ source: rig.qemu }, ...fixtures.binds],
  })

/** Builds installables and returns their output paths, in the order given (that of one `nix build` of all differs by version). */
async function build(machine: Machine, ...installables: string[]): Promise<string[]> {
  const all = installables.map((installable) => `'${installable}'`).join(' ')
  await machine.sh(`nix build --no-link ${all}`, { timeout: 900_000 })
  const shown = await Promise.all(installables.map((one) => machine.sh(`nix build --no-link --json '${one}'`)))
  return shown.map((json) => (JSON.parse(json) as [{ outputs: { out: string } }])[0].outputs.out)
}

/** Architectures of the ELF files in a store path, as file(1) names them. */
function architectures(machine: Machine, path: string): string[] {
  const files = execFileSync('find', [machine.path(path), '-type', 'f', '-exec', 'file', '-b', '{}', '+'], {
    encoding: 'utf8',
  })
  const found = files.match(/^ELF .*?, (x86-64|ARM aarch64|UCB RISC-V|ARM)(?=,)/gm) ?? []
  return [...new Set(found.map((line) => line.replace(/^ELF .*?, /, '')))]
}

/** How many derivations of an installable's closure are for each system. */
async function systems(machine: Machine, installable: string): Promise<Record<string, number>> {
  const shown = JSON.parse(
    await machine.sh(`nix derivation show -r '${installable}' || nix show-derivation -r '${installable}'`),
  )
  const counts: Record<string, number> = {}
  for (const { system } of Object.values((shown.derivations ?? shown) as Record<string, { system: string }>))
    counts[system] = (counts[system] ?? 0) + 1
  return counts
}

describe.skipIf(!usable)('the fixture package set', () => {
  let machine: Machine
  beforeAll(async () => {
    await prepareFixtures((line) => console.log(line))
    machine = await start()
    await registerEmulators(machine)
  })
  afterAll(() => machine?.stop())

  const cases = [
    { how: 'native', path: 'x86_64-linux', architecture: 'x86-64', programs: ['hello', 'zlib', 'lua', 'almanac'] },
    {
      how: 'cross for aarch64',
      path: 'x86_64-linux.pkgsCross.aarch64-multiplatform',
      architecture: 'ARM aarch64',
      programs: ['hello', 'zlib', 'lua', 'almanac'],
    },
    {
      how: 'cross for riscv64',
      path: 'x86_64-linux.pkgsCross.riscv64',
      architecture: 'UCB RISC-V',
      programs: ['hello', 'zlib'],
    },
    {
      how: 'cross for armv7l',
      path: 'x86_64-linux.pkgsCross.armv7l-hf-multiplatform',
      architecture: 'ARM',
      programs: ['greet'],
    },
    {
      how: 'emulated for aarch64',
      path: 'aarch64-linux',
      architecture: 'ARM aarch64',
      programs: ['greet', 'zlib'], // lua takes four minutes of CPU so, hello more
    },
    { how: 'emulated for riscv64', path: 'riscv64-linux', architecture: 'UCB RISC-V', programs: ['greet'] },
  ]
  it.each(cases)('builds $programs $how', async ({ path, architecture, programs }) => {
    const outputs = await build(machine, ...programs.map((program) => set(`${path}.${program}`)))
    for (const output of outputs) expect(architectures(machine, output)).toEqual([architecture])
    const run: Record<string, [string, string]> = {
      hello: ['hello', 'Hello, world!\n'],
      lua: ['lua -e "print(6*7)"', '42\n'],
      almanac: ['almanac', 'Monday\nTuesday\nWednesday\nThursday\nFriday\nSaturday\nSunday\n'],
      greet: ['greet', expect.stringMatching(/^greetings from (aarch64|riscv64|armv7l)\n$/)],
    }
    for (const [index, program] of programs.entries()) {
      const [command, expected] = run[program] ?? []
      if (command) expect(await machine.sh(`${outputs[index]}/bin/${command}`)).toEqual(expected)
    }
  })

  it('keeps compilers out of what a program needs to run', async () => {
    const [output] = await build(machine, set('x86_64-linux.pkgsCross.aarch64-multiplatform.almanac'))
    const closure = (await machine.sh(`nix-store -qR ${output}`)).trim().split('\n')
    expect(closure.map((path) => path.replace(/^.{44}/, '')).sort()).toEqual([
      'almanac-aarch64-unknown-linux-gnu-1.0',
      expect.stringMatching(/^glibc-aarch64-unknown-linux-gnu-/),
      'zlib-aarch64-unknown-linux-gnu-1.3.1',
    ])
  })

  it('says by the systems of its derivations how something is built', async () => {
    const native = await systems(machine, set('aarch64-linux.almanac'))
    expect(Object.keys(native).sort()).toEqual(['aarch64-linux', 'builtin'])
    const cross = await systems(machine, set('x86_64-linux.pkgsCross.aarch64-multiplatform.almanac'))
    expect(Object.keys(cross).sort()).toEqual(['builtin', 'x86_64-linux'])
  })

  it('gives the same derivation for pkgsCross, crossSystem and both spellings of the platform', async () => {
    const out = await machine.sh(
      `nix eval --json --impure --expr '
        let
          n = import ${fixtures.nixpkgs};
          plain = n { system = "x86_64-linux"; };
          ways = [
            plain.pkgsCross.aarch64-multiplatform
            (n { localSystem = "x86_64-linux"; crossSystem = "aarch64-linux"; })
            (n { system = "x86_64-linux"; crossSystem.config = "aarch64-unknown-linux-gnu"; })
            (n { localSystem.system = "x86_64-linux"; crossSystem = { system = "aarch64-linux"; }; config = { splicedTopLevel = false; }; })
          ];
        in map (p: p.almanac.drvPath) ways ++ [ (n { system = "x86_64-linux"; crossSystem = "x86_64-linux"; }).almanac.drvPath plain.pkgsCross.gnu64.almanac.drvPath plain.almanac.drvPath ]'`,
    )
    const paths = JSON.parse(out) as string[]
    expect(new Set(paths.slice(0, 4)).size).toBe(1)
    expect(new Set(paths.slice(4)).size).toBe(1)
  })

  it('is spliced at the top level, or as older nixpkgs was', async () => {
    const lua = (spliced: boolean): Promise<string> =>
      machine.sh(
        `nix eval --raw --impure --expr '
          let p = import ${fixtures.nixpkgs} { system = "x86_64-linux"; crossSystem = "aarch64-linux"; config.splicedTopLevel = ${spliced}; };
          in (builtins.head (p.stdenv.mkDerivation { name = "x"; nativeBuildInputs = [ p.lua ]; }).nativeBuildInputs).name'`,
      )
    expect(await lua(true)).toBe('lua-5.4.7')
    expect(await lua(false)).toBe('lua-aarch64-unknown-linux-gnu-5.4.7')
  })

  it('lets packages be changed as nixpkgs does', async () => {
    const out = await machine.sh(
      `nix eval --json --impure --expr '
        let
          p = import ${fixtures.nixpkgs} { system = "x86_64-linux"; overlays = [ (final: prev: { mine = final.callPackage ({ stdenv, zlib, depth ? 1 }: stdenv.mkDerivation (self: { pname = "mine"; version = "1"; buildInputs = [ zlib ]; passthru = { inherit depth; twice = self.version + self.version; }; })) { }; }) ]; };
          x = p.pkgsCross.riscv64.extend (final: prev: { mine = prev.mine.overrideAttrs (old: { version = "2"; }); });
        in [ p.mine.name (p.mine.override { depth = 7; }).depth (p.mine.overrideAttrs { version = "3"; }).twice (p.mine.overrideAttrs (final: prev: { pname = prev.pname + final.version; })).name x.mine.name (p.appendOverlays [ (_: _: { q = 1; }) ]).q ]'`,
    )
    expect(JSON.parse(out)).toEqual(['mine-1', 7, '33', 'mine1-1', 'mine-riscv64-unknown-linux-gnu-2', 1])
  })

  it('has flakes that fail as they should', async () => {
    const fails = async (attribute: string): Promise<string> => {
      const { code, stderr } = await machine.run(['nix', 'build', '--no-link', '-L', flake('broken', attribute)], {
        timeout: 300_000,
      })
      expect(code).not.toBe(0)
      return stderr
    }
    expect(await fails('fails-to-build')).toContain('about to fail')
    expect(await fails('fails-to-compile')).toContain('#error there is an error here')
    expect(await fails('fails-to-evaluate')).toContain('this package cannot be evaluated, on purpose')
    expect(await fails('wrong-hash')).toContain('hash mismatch in fixed-output derivation')
    const wrong = await build(machine, flake('broken', 'packages.aarch64-linux.wrong-architecture'))
    expect(architectures(machine, wrong[0] ?? '')).toEqual(['x86-64'])
    const hung = await machine.run(
      ['nix', 'build', '--no-link', '--max-silent-time', '2', flake('broken', 'packages.aarch64-linux.hangs')],
      { timeout: 60_000 },
    )
    expect(hung.stderr).toContain('timed out after 2 seconds')
  })
})

describe.skipIf(!usable).each(nixVersions)('the test flakes with Nix %s', (version) => {
  let machine: Machine
  beforeAll(async () => {
    await prepareFixtures()
    machine = await start(version)
    await registerEmulators(machine)
  })
  afterAll(() => machine?.stop())

  it('evaluate purely, without writing a lock file', async () => {
    for (const attribute of [
      flake('plain', 'packages.aarch64-linux.default.drvPath'),
      flake('plain', 'packages.armv7l-linux.counter-plain.drvPath'),
      flake('declared', 'packages.x86_64-linux."by-triple-aarch64-unknown-linux-gnu".drvPath'),
      flake('pkgscross', 'legacyPackages.x86_64-linux.pkgsCross.riscv64.greeting.drvPath'),
      flake('old-schema', 'defaultPackage.aarch64-linux.drvPath'),
    ])
      expect(await machine.sh(`nix eval --raw '${attribute}'`)).toMatch(/^\/nix\/store\/.*\.drv$/)
  })

  it('build with toolchains from the cache', async () => {
    const [cross, native] = await build(
      machine,
      flake('pkgscross', 'legacyPackages.x86_64-linux.pkgsCross.aarch64-multiplatform.greeting'),
      flake('old-schema', 'defaultPackage.x86_64-linux'),
    )
    expect(await machine.sh(`${cross}/bin/greeting`)).toBe(
      'aarch64-unknown-linux-gnu, built on x86_64-unknown-linux-gnu\n',
    )
    expect(await machine.sh(`${native}/bin/greet`)).toBe('greetings from x86_64\n')
  })

  it('build without any toolchain', async () => {
    const names = ['x86_64-linux', 'aarch64-linux', 'riscv64-linux']
    const outputs = await build(machine, ...names.map((system) => flake('raw', `packages.${system}.uses-both`)))
    for (const [index, output] of outputs.entries())
      expect(await machine.sh(`${output}/bin/tiny`)).toBe(`a tiny program for ${names[index]?.split('-')[0]}\n`)
  })
})
