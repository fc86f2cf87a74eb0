# Where the stand-in of a nixpkgs tree is: `import nixpkgs { … }` and "${nixpkgs}/…" in a flake's code lead to a tree whose
# default.nix is stand-in.nix and whose other entries are links into the real one. Nix code cannot make links, so one
# that is missing is asked for in an error that the action answers by making it and evaluating again.
{ target, guise }:
let
  inherit (builtins) attrNames pathExists readDir replaceStrings toJSON;
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
      entries = attrNames (readDir real);
    }
  }"
