# The second input of the wrapper flake (`--override-input cross path:<copy of this folder>`): views of a flake in
# which its packages are cross builds. It is an input of its own so that store paths of stand-in trees do not depend
# on what is asked.
{
  outputs =
    { self }:
    {
      # { flake, build, target, folder } -> { transparent, disguised, nixos, overlay }, each shaped like the flake's outputs.
      views =
        {
          flake,
          build,
          target,
          folder ? "",
        }:
        let
          view = guise: import ./cross.nix { inherit flake build target guise folder; };
        in
        {
          transparent = view target.system;
          # For a target that the flake does not list: what it has for the build system, made for the target.
          disguised = view build;
          nixos = import ./nixos.nix { inherit flake build target; };
          overlay = import ./overlay.nix { inherit flake build target; };
        };
    };
}
