# The cross view of a nixpkgs: what it gives for a foreign system is cross-compiled on the build machine instead.
#   platform   of platform.nix
#   standIn    path of a real nixpkgs tree (text without context) -> path of its stand-in tree (stand-in.nix)
{ platform, standIn }:
let
  inherit (builtins)
    elem
    isAttrs
    isFunction
    listToAttrs
    map
    mapAttrs
    match
    pathExists
    substring
    tryEval
    unsafeDiscardStringContext
    ;
  inherit (platform) build isForeign nameOf crossSystemOf;
  splice = import ./splice.nix;
  inherit (splice) forBuild isOpaque spliceResult spliceSet spliceValue;

  plain = path: unsafeDiscardStringContext (toString path);
  isCross = packages: packages.stdenv.buildPlatform != packages.stdenv.hostPlatform;

  # By content: a fork, a tarball and a path input are nixpkgs too.
  isTree = path: pathExists (path + "/pkgs/top-level/impure.nix") || pathExists (path + "/stdenv/impure.nix");
  isNixpkgs = input: isAttrs input && input ? outPath && isTree input.outPath;

  # `import nixpkgs arguments`. A foreign `system` or `localSystem` becomes `crossSystem`; a call for the build system,
  # or from it to a `crossSystem` of the flake's own, stays as it is.
  importNixpkgs =
    real: arguments:
    let
      local = arguments.localSystem or (arguments.system or null);
      cross = arguments.crossSystem or null;
      rest = removeAttrs arguments [
        "system"
        "localSystem"
        "crossSystem"
      ];
      lib = import (real + "/lib");
      moved = rest // {
        localSystem = { system = build; };
        crossSystem = if cross == null then crossSystemOf lib local else cross;
        overlays = map spliceOverlay (arguments.overlays or [ ]);
      };
    in
    if isFunction arguments || local == null || !(isForeign (nameOf local)) then
      import real arguments // { path = standIn (plain real); }
    else if cross != null && nameOf cross == build then
      import real (rest // { localSystem = { system = build; }; })
    else
      dress real (import real moved);

  # The set as a flake's own code is given it: spliced in depth, and by nixpkgs itself before NixOS/nixpkgs#456138.
  dress =
    real: packages:
    let
      buildPackages = packages.pkgsBuildHost;
      twin = { value = buildPackages; };
      spliced = packages.__splicedPackages or packages;
      body = spliceSet spliced twin;
      again = dress real;
      self =
        body
        // mapAttrs (name: _: buildPackages.${name}) (intersect wrappers body)
        // scope packages self buildPackages
        // {
          _twin = buildPackages;
          pkgs = self;
          path = standIn (plain real);
          extend = overlay: again (packages.extend (spliceOverlay overlay));
          appendOverlays = overlays: if overlays == [ ] then self else again (packages.appendOverlays (map spliceOverlay overlays));
        }
        // mapAttrs (_: again) (intersect [ "pkgsStatic" "pkgsMusl" "pkgsLLVM" "pkgsZig" ] packages)
        // mapAttrs (_: mapAttrs (_: again)) (intersect [ "pkgsCross" ] packages);
    in
    self;
  intersect = names: set: builtins.intersectAttrs (listToAttrs (map (name: { inherit name; value = null; }) names)) set;

  # `callPackage` and `newScope` whose arguments and results are spliced in depth.
  scope =
    packages: self: buildPackages:
    let
      # as nixpkgs does; where it is but an alias of old, it may throw
      found = tryEval (self.xorg or { });
      xorg =
        if found.success && isAttrs found.value then
          removeAttrs found.value [
            "callPackage"
            "newScope"
            "overrideScope"
            "packages"
          ]
        else
          { };
      call =
        extra: function: arguments:
        spliceResult (packages.lib.callPackageWith (self // xorg // extra) function arguments) {
          value = buildPackages.newScope (forBuild extra) function (forBuild arguments);
        };
    in
    {
      newScope = call;
      callPackage = call { };
    };

  # Wrappers that flakes put into `buildInputs` too: they are programs of the build machine wherever they stand.
  wrappers = [
    "makeBinaryWrapper"
    "makeShellWrapper"
    "makeWrapper"
  ];

  # What an overlay is given as `final` and `prev`. It is asked in every stage, so nothing is dressed where the stage does
  # not cross; and inside the fixed point the stage must be found without `final`, on which names may not depend.
  spliceOverlay =
    overlay: final: prev:
    let
      shown = dressStage final shown (final.__splicedPackages or final);
    in
    overlay shown (dressStage final shown prev);
  dressStage =
    final: shown: set:
    let
      cross = isCross set;
      buildPackages = final.pkgsBuildHost;
      own = scope final shown buildPackages;
      attribute =
        name: value:
        if isOpaque name || !cross then
          value
        else if elem name wrappers then
          buildPackages.${name}
        else
          spliceValue value (if buildPackages ? ${name} then { value = buildPackages.${name}; } else { });
    in
    mapAttrs attribute set
    // {
      pkgs = if cross then shown else final.pkgs;
      newScope = if cross then own.newScope else set.newScope or final.newScope;
      callPackage = if cross then own.callPackage else set.callPackage or final.callPackage;
    };

  # The view of an input that is a nixpkgs. As text (`import nixpkgs`, "${nixpkgs}/…") it is its stand-in tree;
  # `outPath` stays what it is, for a registry or a channel that ends up in a system must not name the stand-in.
  viewNixpkgs =
    input:
    let
      real = input.outPath;
      tree = toString (standIn (plain real));
      packagesFor = system: importNixpkgs real { inherit system; } // { inherit (input) lib; };
    in
    input
    // {
      __toString = _: withContext tree + substring 0 0 real;
    }
    // (
      if input ? legacyPackages then
        {
          legacyPackages =
            mapAttrs (
              system: packages: if isForeign system then packagesFor system else packages // { path = standIn (plain real); }
            ) input.legacyPackages
            // { ${platform.guise} = packagesFor platform.guise; };
        }
      else
        { }
    )
    // (
      if input ? lib && input.lib ? nixosSystem then
        { lib = input.lib // { nixosSystem = arguments: crossNixos (input.lib.nixosSystem arguments); }; }
      else
        { }
    );

  # A store path given as text, with the context that makes it an input of derivations.
  withContext =
    text:
    let
      parts = match "(${builtins.storeDir}/[^/]+)(/.*)?" text;
    in
    if parts == null then text else builtins.appendContext text { ${builtins.head parts} = { path = true; }; };

  # A NixOS configuration with its packages cross-compiled: its own modules and one more.
  crossNixos =
    configuration:
    let
      host = configuration.pkgs.stdenv.hostPlatform;
      modern = configuration.options.nixpkgs.hostPlatform.isDefined;
      module =
        { lib, ... }:
        {
          nixpkgs =
            if modern then
              { buildPlatform = lib.mkForce build; }
            else
              {
                localSystem = lib.mkForce { system = build; };
                crossSystem = lib.mkForce { inherit (host) system; };
              };
        };
    in
    if isForeign host.system && configuration.pkgs.stdenv.buildPlatform.system != build then
      configuration.extendModules { modules = [ module ]; }
    else
      configuration;
in
{
  inherit crossNixos importNixpkgs isNixpkgs viewNixpkgs;
  inherit (splice) attribute isDerivation spliceValue;
}
