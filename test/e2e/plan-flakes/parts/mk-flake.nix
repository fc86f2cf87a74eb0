{ self }:
module:
let
  inherit (builtins)
    attrNames
    concatMap
    foldl'
    isAttrs
    listToAttrs
    ;
  merge = a: b: a // foldl' (all: key: all // { ${key} = both a b key; }) { } (attrNames b);
  both =
    a: b: key:
    if a ? ${key} && isAttrs a.${key} && isAttrs b.${key} && !(b.${key} ? type) then merge a.${key} b.${key} else b.${key};
  modules = [ module ] ++ map import (module.imports or [ ]);
  forSystem =
    system:
    let
      all = foldl' merge { } (
        map (each: each.perSystem {
          inherit system;
          self' = all;
          make =
            name: needs:
            derivation {
              inherit name system needs;
              builder = "/bin/sh";
              args = [ "-c" "echo ${name} for ${system}: $needs > $out" ];
            };
        }) modules
      );
    in
    all;
  bySystem = map (name: { inherit name; value = forSystem name; }) module.systems;
  keys = attrNames (foldl' (all: each: all // each.value) { } bySystem);
in
(module.flake or { })
// listToAttrs (
  map (key: {
    name = key;
    value = listToAttrs (map ({ name, value }: { inherit name; value = value.${key} or { }; }) bySystem);
  }) keys
)
