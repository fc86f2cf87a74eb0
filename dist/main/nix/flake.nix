# The flake that this action evaluates: its only input is the workflow's flake (`--override-input target <flake>`).
# So one pure evaluation sees all outputs of that flake, just as they are, and no text of the workflow ever becomes
# part of a Nix expression: the questions come as JSON.
{
  outputs =
    { target, ... }:
    {
      answer = import ./answer.nix {
        flake = target;
        request = builtins.fromJSON (builtins.readFile ./request.json);
      };
    };
}
