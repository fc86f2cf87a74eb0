# Transparent cross: the outputs of an unchanged flake, evaluated with every nixpkgs of its graph replaced by a view that
# cross-compiles. The flake's `outputs` function is called here, so that this reaches nested inputs too.
#   flake    the flake as Nix evaluated it: outputs, inputs, outPath, sourceInfo
#   build    system that builds
#   target   as in platform.nix
#   guise    system whose outputs are made for the target: the target's own, or the build system where the flake does
#            not list the target
#   folder   of the flake in its source, where Nix does not say so itself (before 2.14)
{
  flake,
  build,
  target,
  guise ? target.system,
  folder ? "",
}:
let
  inherit (builtins)
    attrNames
    foldl'
    fromJSON
    genericClosure
    intersectAttrs
    isAttrs
    isList
    listToAttrs
    map
    mapAttrs
    pathExists
    readFile
    ;
  platform = import ./platform.nix { inherit build target guise; };
  standIn = import ./stand-ins.nix { inherit target; guise = platform.guise; };
  inherit (import ./nixpkgs.nix { inherit platform standIn; })
    attribute
    isDerivation
    isNixpkgs
    spliceValue
    viewNixpkgs
    ;

  # ---- the graph: one view for each node of the lock file, as Nix has one value for it
  root = folderOf flake { locked.dir = folder; };
  lockFile = root + "/flake.lock";
  lock = if pathExists lockFile then fromJSON (readFile lockFile) else { root = "root"; nodes.root = { }; };
  resolve = reference: if isList reference then follow lock.root reference else reference;
  follow = foldl' (key: name: resolve lock.nodes.${key}.inputs.${name});
  reached = genericClosure {
    startSet = [ { key = lock.root; path = [ ]; } ];
    operator =
      { key, path }:
      map (name: {
        key = resolve lock.nodes.${key}.inputs.${name};
        path = path ++ [ name ];
      }) (attrNames (lock.nodes.${key}.inputs or { }));
  };
  nodes = listToAttrs (
    map (
      { key, path }:
      {
        name = key;
        value = rec {
          real = foldl' (parent: name: parent.inputs.${name} or null) flake path;
          view = viewOf real (if key == lock.root then lock.nodes.${key} // { locked.dir = folder; } else lock.nodes.${key});
        };
      }
    ) reached
  );

  # An input of a node, where Nix took it from the lock file; one that was overridden has a graph of its own.
  inputOf =
    node: name: real:
    let
      known = nodes.${resolve node.inputs.${name}};
    in
    if (node.inputs or { }) ? ${name} && known.real.outPath or null == real.outPath or null then
      known.view
    else
      viewOf real { };

  viewOf =
    real: node:
    if isNixpkgs real then
      viewNixpkgs real
    else if isAttrs real && real ? inputs && real ? outPath && pathExists (folderOf real node + "/flake.nix") then
      call real node
    else
      real;

  folderOf =
    real: node:
    let
      folder = node.locked.dir or "";
    in
    if folder != "" && !(pathExists (real.outPath + "/flake.nix")) then real.outPath + "/" + folder else real.outPath;

  # What Nix's call-flake.nix does, with other inputs.
  call =
    real: node:
    let
      inputs = mapAttrs (inputOf node) real.inputs;
      raw = (import (folderOf real node + "/flake.nix")).outputs (inputs // { inherit self; });
      outputs = raw // mapAttrs (section real) (intersectAttrs sections raw);
      sourceInfo = real.sourceInfo or { };
      self =
        outputs
        // sourceInfo
        // {
          inherit (real) outPath;
          inherit inputs outputs sourceInfo;
          _type = "flake";
        };
    in
    self;

  sections = {
    packages = null;
    legacyPackages = null;
    defaultPackage = null;
  };
  # A flake that uses another's package as a tool takes it from the foreign system's set: there it gets its twin.
  section =
    real: name: systems:
    let
      native = if guise == build then real.${name} else systems;
      twins = if native ? ${build} then { value = native.${build}; } else { };
    in
    mapAttrs (
      system: packages:
      # A set that is nixpkgs' own has its twins already.
      if !(platform.isForeign system) || packages ? _twin then
        packages
      else if isAttrs packages && !(isDerivation packages) then
        mapAttrs (inner: value: spliceValue value (attribute inner twins)) packages
      else
        spliceValue packages twins
    ) systems;
in
nodes.${lock.root}.view
