# Where the stand-in of a nixpkgs tree is: `import nixpkgs { … }` and "${nixpkgs}/…" in a flake's code lead to a tree whose
# default.nix is stand-in.nix, to which pkgs/top-level leads too, and whose other entries are links into the real one. Nix
# code cannot make links, so one that is missing is asked for in an error that the action answers by making it and
# evaluating again.
{ target, guise }:
let
  inherit (builtins)
    attrNames
    concatMap
    elem
    pathExists
    readDir
    replaceStrings
    toJSON
    ;
  entries =
    real: folder:
    concatMap (
      name:
      if elem (folder + name) [ "pkgs" "pkgs/top-level" ] then entries real "${folder}${name}/" else [ (folder + name) ]
    ) (attrNames (readDir "${real}/${folder}"));
in
real:
let
  name = replaceStrings [ "/" ] [ "-" ] "${target.name}-as-${guise}${real}";
  tree = ./trees + "/${name}";
in
if pathExists tree then
  tree
else
  abort "nix-multiarch wants a stand-in: ${
    toJSON {
      inherit name real guise;
      target = target.name;
      entries = entries real "";
    }
  }"
