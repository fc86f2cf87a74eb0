# Becomes flake.nix of the flake that the planner evaluates: see strategy/nix/flake.nix for why it is made this way.
{
  outputs =
    { target, ... }:
    {
      survey = import ./survey.nix {
        flake = target;
        request = builtins.fromJSON (builtins.readFile ./request.json);
      };
    };
}
