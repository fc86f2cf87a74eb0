# In the shape of flake-parts: modules, whose `perSystem` is transposed, beside outputs that know no system.
{
  outputs =
    { self }:
    (import ./mk-flake.nix) { inherit self; } {
      systems = [ "x86_64-linux" "riscv64-linux" ];
      imports = [ ./modules/tools.nix ];
      perSystem =
        { make, self', ... }:
        {
          packages.default = make "default-1.0" [ self'.packages.tool ];
          legacyPackages.set.nested = make "nested-1.0" [ ];
        };
      flake.nixosConfigurations.pi.config.system.build.toplevel =
        derivation {
          name = "nixos-system-pi";
          system = "riscv64-linux";
          builder = "/bin/sh";
          args = [ "-c" "echo system > $out" ];
        }
        // {
          stdenv.hostPlatform.system = "riscv64-linux";
        };
    };
}
