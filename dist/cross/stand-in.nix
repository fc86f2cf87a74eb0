# The default.nix of a stand-in tree: `import nixpkgs arguments`, cross-compiling. Beside it are this folder's files, in
# nix-multiarch/, with settings.json: { real, build, target, guise }.
arguments:
let
  settings = builtins.fromJSON (builtins.readFile ./nix-multiarch/settings.json);
  platform = import ./nix-multiarch/platform.nix { inherit (settings) build target guise; };
  nixpkgs = import ./nix-multiarch/nixpkgs.nix { inherit platform; standIn = _: ./.; };
in
nixpkgs.importNixpkgs settings.real arguments
