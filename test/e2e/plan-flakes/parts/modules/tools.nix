{
  perSystem =
    { make, ... }:
    {
      packages.tool = make "tool-1.0" [ ];
      packages."odd.name" = make "odd-1.0" [ ];
      checks.tool-works = make "tool-works" [ ];
    };
}
