# Method `overlay`: the flake's overlay applied to a cross nixpkgs of its own inputs, as `packages.<target>`.
{
  flake,
  build,
  target,
}:
let
  inherit (builtins) attrNames attrValues filter head isFunction length mapAttrs;
  platform = import ./platform.nix { inherit build target; };
  inherit (import ./nixpkgs.nix { inherit platform; standIn = real: real; }) importNixpkgs isNixpkgs;

  inputs = flake.inputs or { };
  candidates = filter isNixpkgs (
    (if inputs ? nixpkgs then [ inputs.nixpkgs ] else [ ]) ++ attrValues (removeAttrs inputs [ "nixpkgs" ])
  );
  overlays =
    if flake ? overlays.default then
      [ flake.overlays.default ]
    else if flake ? overlay then
      [ flake.overlay ]
    else
      filter isFunction (attrValues (flake.overlays or { }));

  nixpkgs = head candidates;
  packages = importNixpkgs nixpkgs.outPath { inherit (target) system; inherit overlays; };
  # What the overlay itself adds, by name; its values are taken from the whole set.
  added = builtins.foldl' (names: overlay: names // mapAttrs (name: _: packages.${name}) (overlay packages packages)) { } overlays;
  sole = if length (attrNames added) == 1 then { default = head (attrValues added); } else { };
in
if overlays == [ ] || candidates == [ ] then
  { }
else
  {
    packages.${target.system} = sole // added;
  }
