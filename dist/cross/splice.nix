# Splicing in depth. nixpkgs gives each package of a cross set its twin, the same package for the build machine
# (`__spliced.buildHost`), which `mkDerivation` takes for `nativeBuildInputs`. It does so for plain packages only, and
# for what goes through `callPackage`. Here everything that a flake's own code can reach gets its twin: results of
# functions and of `override`, nested sets, packages made by `mkDerivation` directly.
#
# `value` is what runs on the target, `twin` is { } or { value = the same for the build machine; }. Nothing of a twin is
# evaluated unless a build needs it.
let
  inherit (builtins)
    attrNames
    concatMap
    elem
    filter
    functionArgs
    intersectAttrs
    isAttrs
    isFunction
    isList
    listToAttrs
    mapAttrs
    substring
    tryEval
    ;

  isDerivation = value: isAttrs value && (value.type or null) == "derivation";
  isStdenv = value: isAttrs value && value ? mkDerivation && value ? hostPlatform;
  isCallable = value: isFunction value || (isAttrs value && value ? __functor);

  # The twin of an attribute, of a result.
  attribute = name: twin: if twin ? value && isAttrs twin.value && twin.value ? ${name} then { value = twin.value.${name}; } else { };
  result = twin: argument: if twin ? value then { value = twin.value argument; } else { };

  # A twin that throws (a package that the build machine cannot have) is none. One that is the target's own (a function or
  # an overlay that knows the system from outside) may have the build machine's.
  orItself =
    value: twin:
    let
      attempt = tryEval (twin.value.outPath or null);
    in
    if attempt.success && attempt.value != null then forBuild twin.value else value;

  slots =
    value: twin:
    {
      hostHost = value;
      hostTarget = value;
    }
    // (
      if twin ? value then
        rec {
          buildHost = orItself value twin;
          buildBuild = buildHost;
          buildTarget = buildHost;
        }
      else
        { }
    );

  # Attributes of a derivation that are data or plumbing.
  untouched = [
    "_type"
    "__spliced"
    "all"
    "args"
    "builder"
    "drvAttrs"
    "drvPath"
    "finalPackage"
    "inputDerivation"
    "meta"
    "name"
    "out"
    "outPath"
    "outputName"
    "outputs"
    "passthru"
    "pname"
    "src"
    "stdenv"
    "system"
    "tests"
    "type"
    "version"
  ];

  spliceDerivation =
    value: twin:
    let
      outputs = value.outputs or [ ];
      withSlots = name: output: if isAttrs output then output // { __spliced = slots output (attribute name twin); } else output;
      inside =
        name: inner:
        if elem name outputs then
          withSlots name inner
        else if isCallable inner then
          spliceFunction inner (attribute name twin)
        else if isDerivation inner && !(inner ? __spliced) then
          spliceDerivation inner (attribute name twin)
        else
          inner;
    in
    value
    // mapAttrs inside (removeAttrs value untouched)
    // (if value ? out then { out = withSlots "out" value.out; } else { })
    // { __spliced = (value.__spliced or { }) // slots value twin; };

  spliceFunction =
    function: twin:
    if isAttrs function then
      function
      // { __functor = _: spliceFunction (argument: function argument) twin; }
      // (
        if function ? override then
          { override = argument: spliceFunction (function.override argument) (result (attribute "override" twin) argument); }
        else
          { }
      )
    else
      argument: spliceResult (function (flattened argument)) (result twin (forBuild argument));

  # Sets too: `callPackage` of a builder flake (crane, naersk, gomod2nix) gives a set of functions.
  spliceResult = value: twin: if isStdenv value then value else spliceValue value twin;

  # An argument, as the twin of the function is to see it.
  forBuild =
    value:
    if isAttrs value then
      if value ? _twin then
        value._twin
      else if isDerivation value then
        if runsElsewhere value then value.__spliced.buildHost or value else value
      else if value ? __functor || value ? _type then
        value
      else
        mapAttrs (name: inner: if elem name [ "config" "lib" "meta" "passthru" "src" ] then inner else forBuild inner) value
    else if isList value then
      map forBuild value
    else if isFunction value && functionArgs value == { } then
      argument: forBuild (value argument)
    else
      value;
  # By triple: a static or musl build for the build machine's own system is a cross build too.
  runsElsewhere =
    value:
    let
      inherit (value.stdenv) buildPlatform hostPlatform;
    in
    value ? stdenv.hostPlatform
    && (hostPlatform.config != buildPlatform.config || hostPlatform.isStatic or false != buildPlatform.isStatic or false);

  # nixpkgs takes the twin of what stands in a dependency list itself, but not in lists within it.
  dependencies = listToAttrs (map (name: { inherit name; value = null; }) [
    "nativeBuildInputs"
    "buildInputs"
    "propagatedBuildInputs"
    "propagatedNativeBuildInputs"
    "depsBuildBuild"
    "depsBuildTarget"
    "depsHostHost"
    "depsTargetTarget"
    "nativeCheckInputs"
    "checkInputs"
    "nativeInstallCheckInputs"
    "installCheckInputs"
  ]);
  placed = import ./misplaced.nix { inherit isDerivation; };
  # a builder of another kind may not know the name
  withNative = argument: if isFunction argument then inner: withNative (argument inner) else { nativeBuildInputs = [ ]; } // argument;

  flat = concatMap (item: if isList item then flat item else [ item ]);
  flattened =
    argument:
    if isFunction argument then
      if functionArgs argument == { } then inner: flattened (argument inner) else argument
    else if isAttrs argument && !(isDerivation argument || argument ? __functor || argument ? _twin) then
      placed (argument // mapAttrs (_: list: if isList list then flat list else list) (intersectAttrs dependencies argument))
    else
      argument;

  spliceStdenv =
    value: twin:
    let
      make = spliceFunction value.mkDerivation (attribute "mkDerivation" twin);
    in
    value
    // {
      _twin = twin.value or value;
      mkDerivation = argument: make (withNative argument);
    };

  # Attributes of a package set that are no packages, or have their own idea of the stage.
  opaque = [
    "_type"
    "appendOverlays"
    "buildPackages"
    "buildPlatform"
    "callPackage"
    "callPackageWith"
    "callPackages"
    "config"
    "extend"
    "generateSplicesForMkScope"
    "hostPlatform"
    "lib"
    "makeScopeWithSplicing"
    "makeScopeWithSplicing'"
    "newScope"
    "nixosTests"
    "override"
    "overrideDerivation"
    "overlays"
    "path"
    "pkgs"
    "recurseForDerivations"
    "splicePackages"
    "stdenvAdapters"
    "system"
    "targetPackages"
    "targetPlatform"
    "tests"
    "type"
  ];
  isOpaque = name: elem name opaque || substring 0 2 name == "__" || (substring 0 4 name == "pkgs" && name != "pkgs");

  spliceValue =
    value: twin:
    if isStdenv value then
      spliceStdenv value twin
    else if isDerivation value then
      spliceDerivation value twin
    else if isCallable value then
      spliceFunction value twin
    else if isAttrs value && !(value ? _type || value ? _twin) then
      spliceSet value twin
    else
      value;

  spliceSet = set: twin: mapAttrs (name: value: if isOpaque name then value else spliceValue value (attribute name twin)) set;
in
{
  inherit attribute forBuild isDerivation isOpaque spliceResult spliceSet spliceValue;
}
