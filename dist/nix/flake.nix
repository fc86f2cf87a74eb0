# The flake that this action evaluates: its inputs are the workflow's flake and the views of it in which it
# cross-compiles (`--override-input target <flake> --override-input cross path:<src/strategy/cross>`).
# So one pure evaluation sees all outputs of that flake, just as they are, and no text of the workflow ever becomes
# part of a Nix expression: the questions come as JSON.
{
  outputs =
    { target, cross, ... }:
    {
      answer = import ./answer.nix {
        flake = target;
        inherit (cross) views;
        request = builtins.fromJSON (builtins.readFile ./request.json);
      };
    };
}
