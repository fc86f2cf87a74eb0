# The default.nix of a stand-in tree: `import nixpkgs arguments`, cross-compiling. Beside it are this folder's files, in
# nix-multiarch/, with settings.json: { real, build, target, guise }.
arguments:
let
  text = builtins.readFile ./nix-multiarch/settings.json;
  # A derivation's output is a copy, which may have been patched: that would be lost.
  settings =
    if builtins.hasContext text then
      throw "the flake imports a copy of nixpkgs that a derivation makes, such as a patched one, and that cannot be made to cross-compile"
    else
      builtins.fromJSON text;
  platform = import ./nix-multiarch/platform.nix { inherit (settings) build target guise; };
  nixpkgs = import ./nix-multiarch/nixpkgs.nix { inherit platform; standIn = _: ./.; };
in
nixpkgs.importNixpkgs settings.real arguments
