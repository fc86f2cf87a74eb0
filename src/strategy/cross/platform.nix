# The systems of one cross evaluation.
#   build    system that builds, "x86_64-linux"
#   target   { system, triple, crossNames, plain, static? } as src/inputs/targets.ts has it; plain: the system says it all;
#            static: the platform of `pkgsStatic` for that triple.
#   guise    system by which the flake's code names the target
{
  build,
  target,
  guise ? target.system,
}:
let
  inherit (builtins) elem filter head isString match;

  # What the build machine's kernel and processor run as they are is no reason to cross-compile.
  alsoNative = { x86_64-linux = [ "i686-linux" ]; }.${build} or [ ];
in
rec {
  inherit build target guise;

  # Double of what `system`, `localSystem` or `crossSystem` of `import nixpkgs` may be; null where it cannot be told.
  nameOf =
    system:
    if system == null || isString system then
      system
    else if system ? system then
      system.system
    else if system ? config then
      let
        parts = match "([^-]+)-.*linux.*" system.config;
      in
      if parts == null then system.config else "${head parts}-linux"
    else
      null;

  isForeign =
    name:
    name == guise
    || (name != null && name != build && match ".*-linux" name != null && !(elem name alsoNative));

  # The platform that nixpkgs is asked for where the flake asks for `local`.
  #   lib    of that very nixpkgs: its examples say more of a variant than a triple does
  crossSystemOf =
    lib: local:
    if nameOf local != guise then
      asSet local
    else if target.static or false then
      { isStatic = true; config = target.triple; }
    # nixpkgs takes other bare doubles for platforms that it has no compiler for
    else if target.plain && match ".*-linux" target.system != null then
      if isString local || guise != target.system then { inherit (target) system; } else local
    else
      let
        known = filter (name: lib.systems.examples ? ${name}) target.crossNames;
      in
      if known == [ ] then { config = target.triple; } else lib.systems.examples.${head known};

  asSet = system: if isString system then { inherit system; } else system;
}
