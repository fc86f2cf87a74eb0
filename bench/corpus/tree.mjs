// Makes a nixpkgs-like tree that evaluates offline, for bench/corpus.mjs:
//
//   node bench/corpus/tree.mjs corepkgs TREE COREPKGS NIX-LIB    ekala-project/corepkgs, with the ekala-project/nix-lib that it pins
//   node bench/corpus/tree.mjs aux TREE CORE                     auxolotl/core: nixpkgs 24.05, when its set was not spliced yet
//
// What they lack is there as an empty package of the same name, with a library and a tool as its inputs.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [kind, tree, source, nixLib] = process.argv.slice(2)
const at = (file) => join(tree, file)
const edit = (file, from, to) => {
  const text = readFileSync(at(file), 'utf8')
  if (!text.includes(from)) throw new Error(`${file}: no ${from}`)
  writeFileSync(at(file), text.replaceAll(from, to))
}

rmSync(tree, { recursive: true, force: true })
cpSync(source, tree, { recursive: true, verbatimSymlinks: true })
if (kind === 'corepkgs') corepkgs()
else aux()
addStubs()

function corepkgs() {
  cpSync(nixLib, at('nix-lib'), { recursive: true })
  rmSync(at('flake.lock'))

  // nixpkgs' ways to its library and to files that flakes read
  writeFileSync(at('pins.nix'), '{ lib = ./nix-lib; }\n')
  mkdirSync(at('lib'))
  writeFileSync(at('lib/default.nix'), 'import ../lib.nix\n')
  cpSync(at('build-support'), at('pkgs/build-support'), { recursive: true })
  mkdirSync(at('pkgs/development/compilers/zig'), { recursive: true })
  writeFileSync(at('pkgs/development/compilers/zig/passthru.nix'), '{ ... }: { }\n')
  for (const folder of ['build-support', 'development']) writeFileSync(at(`pkgs/${folder}/default.nix`), '{ }: { }\n')
  edit(
    'lib.nix',
    'maintainers = { };',
    `maintainers = { };
    version = "26.05pre-git";
    trivial = (import pins.lib).trivial // { version = "26.05pre-git"; release = "26.05"; };`,
  )
  writeFileSync(
    at('flake.nix'),
    `{
  outputs = { self }:
    let
      lib = (import ./lib.nix).extend (_: _: { nixosSystem = _: throw "no NixOS in this tree"; });
      systems = [ "x86_64-linux" "aarch64-linux" "armv7l-linux" "armv6l-linux" "i686-linux" "riscv64-linux" "powerpc64le-linux" "x86_64-darwin" "aarch64-darwin" ];
    in
    {
      inherit lib;
      legacyPackages = lib.genAttrs systems (system: import ./. { inherit system; } // { inherit lib; });
    };
}
  `,
  )

  // faults that keep corepkgs' own cross sets from evaluating
  edit(
    'pkgs-many/llvm/generic.nix',
    'spliceAttrName}";',
    'spliceAttrName}" // { selfBuildTarget = { }; selfHostHost = { }; selfTargetTarget = { }; };',
  )
  edit('stdenv/aliases.nix', '= icu.icu', '= icu.v')
  // options of nixpkgs' curl
  edit(
    'pkgs-many/curl/generic.nix',
    '{\n  lib,\n  stdenv,\n  fetchurl,',
    '{\n  zlibSupport ? true,\n  lib,\n  stdenv,\n  fetchurl,',
  )
  edit('stdenv/stage.nix', '      toplevelOverrides\n', '      toplevelOverrides\n      (import ../stubs.nix)\n')
}

function aux() {
  // a loop that keeps its own cross sets from evaluating
  edit(
    'pkgs/by-name/gc/gcc/packages.nix',
    'libgcc = stdenv.cc.cc.libgcc or null;',
    'libgcc = if stdenv.hostPlatform != stdenv.buildPlatform then null else stdenv.cc.cc.libgcc or null;',
  )
  edit('pkgs/top-level/stage.nix', 'configOverrides\n', 'configOverrides\n    (import ../../stubs.nix)\n')
}

function addStubs() {
  cpSync(join(import.meta.dirname, 'stubs.txt'), at('stubs.txt'))
  writeFileSync(
    at('stubs.nix'),
    `self: super:
let
  lib = import ./lib;
  stub = name: lib.makeOverridable (args: self.stdenv.mkDerivation {
    pname = args.pname or name;
    version = args.version or "0";
    src = args.src or null;
    dontUnpack = true;
    nativeBuildInputs = [ self.pkg-config ];
    buildInputs = [ self.zlib ];
    mesonFlags = [ ];
    cmakeFlags = [ ];
    patches = [ ];
    installPhase = "touch $out";
    meta.mainProgram = name;
  }) { };
  names = builtins.filter (name: name != "") (lib.splitString "\\n" (builtins.readFile ./stubs.txt));
  format = { type = lib.types.anything; generate = name: value: self.writeText name (builtins.toJSON value); };
in
lib.genAttrs names (name: if super.\${name} or null == null then stub name else super.\${name})
// {
  path = ./.;
  qemu-user = super.qemu or (stub "qemu-user");
  shellcheck-minimal = stub "shellcheck-minimal" // { compiler.bootstrapAvailable = true; };
  shellcheck = stub "shellcheck" // { compiler.bootstrapAvailable = true; };
  yarn-berry = stub "yarn-berry" // { yarn-berry-fetcher = stub "yarn-berry-fetcher"; };
  gcc16Stdenv = self.stdenv;
  mkShellNoCC = self.mkShell.override { stdenv = self.stdenvNoCC; };
  mkShell = super.mkShell or (lib.makeOverridable ({ stdenv }: args: stdenv.mkDerivation ({ name = "shell"; } // args)) { inherit (self) stdenv; });
  formats = super.formats or (lib.genAttrs [ "json" "yaml" "toml" "ini" "keyValue" ] (_: _: format));
  buildGoModule = super.buildGoModule or (args: (stub "go-module").override (if lib.isFunction args then args { } else args));
  buildLinux = args: (stub "linux").override args;
  linuxPackagesFor = kernel: { inherit kernel; };
  nixosOptionsDoc = _: lib.genAttrs [ "optionsCommonMark" "optionsJSON" "optionsAsciiDoc" ] stub;
}
`,
  )
}
