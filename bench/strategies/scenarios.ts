import { join } from 'node:path'
import { fixturesDir, registerEmulators } from '../../test/fixtures/fixtures.ts'
import type { Machine } from '../../test/rig/machine.ts'
import { startSshServer } from '../../test/rig/servers.ts'

/** A strategy, or a cross build with an emulator, which only `auto` takes: had by a memory of failures. */
export type Way = 'native' | 'cross' | 'emulated' | 'hybrid' | 'auto'

export interface Scenario {
  readonly name: string
  readonly title: string
  /** Of test/fixtures/flakes, test/fixtures/transparent or bench/. */
  readonly flake: string
  readonly package: string
  readonly target?: string
  readonly ways: readonly Way[]
  /** A package set whose compiler, and all that only that needs, is not in the binary cache. */
  readonly without?: string
  /** A way that was built before, and is in the binary cache. */
  readonly cached?: Way
  /** `auto` has the memory of another run of `auto`. */
  readonly remembers?: boolean
  /** Furnishes a machine. @returns more inputs of the action */
  readonly prepare?: (machine: Machine) => Promise<Record<string, string>>
}

const both = ['cross', 'emulated'] as const
const three = ['cross', 'hybrid', 'emulated'] as const

/** The compilers' archives, which the set's own derivations cannot fetch in a sandbox. */
async function addArchives(machine: Machine): Promise<Record<string, string>> {
  const script = `nix-store --add-fixed sha256 ./*.deb ./*.orig.tar.* >/dev/null
    for program in bash-* busybox-*; do
      case $program in *.deb) ;; *) nix-store --add-fixed --recursive sha256 "$program" >/dev/null ;; esac
    done`
  await machine.sh(script, { cwd: join(fixturesDir, 'debs'), timeout: 300_000 })
  return {}
}

/** This very machine as its own remote builder, by SSH and with another store; QEMU is its processor for the system. */
async function addBuilder(machine: Machine, system: string): Promise<Record<string, string>> {
  const ssh = await startSshServer(machine)
  const words = ssh.options.split(' ')
  const option = (name: string): string => words[words.indexOf(name) + 1] ?? ''
  const hosts = words.find((word) => word.startsWith('UserKnownHostsFile=')) ?? ''
  const config = `Host 127.0.0.1\n  Port ${option('-p')}\n  IdentityFile ${option('-i')}\n  ${hosts.replace('=', ' ')}\n`
  await machine.sh('mkdir -p -m 700 /root/.ssh; cat > /root/.ssh/config', { input: config })
  await registerEmulators(machine)
  const uri = `ssh-ng://${ssh.authority}?remote-store=/var/builder`
  await machine.sh('cat >> /etc/nix/nix.conf', {
    input: `builders = ${uri} ${system} - 2 1\nbuilders-use-substitutes = true\n`,
  })
  // the builder's side reads this too
  await machine.sh('cat >> /etc/nix/nix.conf', { input: `extra-platforms = ${system}\n` })
  return {}
}

export const scenarios: readonly Scenario[] = [
  { name: 'c', title: 'one C file', flake: 'plain', package: 'greet', ways: both },
  { name: 'program', title: 'a C program of 41 files', flake: 'strategies', package: 'program', ways: both },
  { name: 'two-outputs', title: 'zlib, two outputs', flake: 'plain', package: 'zlib', ways: both },
  { name: 'lua', title: 'Lua, a plain Makefile', flake: 'plain', package: 'lua', ways: both },
  {
    name: 'riscv64',
    title: 'one C file, for riscv64',
    flake: 'plain',
    package: 'greet',
    target: 'riscv64-linux',
    ways: both,
  },
  { name: 'shell', title: 'a shell script', flake: 'plain', package: 'motd', ways: both },
  { name: 'many', title: '25 small derivations', flake: 'strategies', package: 'many', ways: both },
  {
    name: 'no-cross-toolchain',
    title: 'the cross compiler is in no cache',
    flake: 'plain',
    package: 'greet',
    ways: both,
    without: 'x86_64-linux.pkgsCross.aarch64-multiplatform',
    prepare: addArchives,
  },
  {
    name: 'no-own-toolchain',
    title: "the target's own compiler is in no cache",
    flake: 'plain',
    package: 'greet',
    ways: both,
    without: 'aarch64-linux',
    prepare: addArchives,
  },
  {
    name: 'own-cached',
    title: "the target's own output is in a cache",
    flake: 'plain',
    package: 'greet',
    ways: [...both, 'native'],
    cached: 'emulated',
  },
  {
    name: 'cross-cached',
    title: "the cross build's output is in a cache",
    flake: 'plain',
    package: 'greet',
    ways: both,
    cached: 'cross',
  },
  { name: 'declared', title: 'declared', flake: 'declared', package: 'by-triple', ways: both },
  { name: 'pkgs-cross', title: 'pkgsCross', flake: 'pkgscross', package: 'greeting', ways: both },
  { name: 'overlay', title: 'nothing but an overlay', flake: 'overlay-only', package: 'shout', ways: ['cross'] },
  {
    name: 'nixos',
    title: 'a NixOS configuration',
    flake: 'machines',
    package: 'nixosConfigurations.pi.config.system.build.sdImage',
    ways: both,
  },
  {
    name: 'table',
    title: 'a foreign derivation in a cross build',
    flake: 'stubborn',
    package: 'includes-a-table',
    ways: three,
  },
  {
    name: 'foreign-tool',
    title: "runs another flake's tool for the target",
    flake: 'stubborn',
    package: 'runs-a-foreign-tool',
    ways: three,
  },
  { name: 'runs-itself', title: 'runs what it compiled', flake: 'stubborn', package: 'runs-itself', ways: three },
  {
    name: 'asks-the-machine',
    title: 'asks for the kind of machine',
    flake: 'stubborn',
    package: 'asks-the-machine',
    ways: three,
  },
  { name: 'raw', title: 'a raw derivation', flake: 'raw', package: 'default', ways: ['emulated'] },
  {
    name: 'i686',
    title: 'i686 on x86_64',
    flake: 'strategies',
    package: 'text',
    target: 'i686-linux',
    ways: ['native'],
  },
  {
    name: 'builder',
    title: 'a remote builder',
    flake: 'raw',
    package: 'uses-both',
    ways: ['native', 'emulated'],
    prepare: (machine) => addBuilder(machine, 'aarch64-linux'),
  },
  {
    name: 'second-run',
    title: 'runs what it compiled, second run',
    flake: 'stubborn',
    package: 'runs-itself',
    ways: three,
    remembers: true,
  },
  { name: 'autotools', title: 'hello, autotools', flake: 'plain', package: 'hello', ways: both },
]
