# Method `nixos`: the flake's own NixOS configurations, built on the build machine. No input is replaced.
{
  flake,
  build,
  target,
}:
let
  platform = import ./platform.nix { inherit build target; };
  inherit (import ./nixpkgs.nix { inherit platform; standIn = real: real; }) crossNixos;
in
{
  nixosConfigurations = builtins.mapAttrs (_: crossNixos) (flake.nixosConfigurations or { });
}
