# In the shape of flake-utils: one function of the system makes all outputs, which are then turned inside out.
{
  outputs =
    { self }:
    let
      inherit (import ./each-system.nix) eachSystem;
    in
    eachSystem [ "x86_64-linux" "aarch64-linux" "riscv64-linux" "aarch64-darwin" ] (
      system:
      let
        make =
          name: needs:
          derivation {
            inherit name system needs;
            builder = "/bin/sh";
            args = [ "-c" "echo ${name} for ${system}: $needs > $out" ];
          };
        core = make "core-1.0" [ ];
      in
      {
        packages = {
          left = make "left-1.0" [ core ];
          right = make "right-1.0" [ core ];
          alone = make "alone-1.0" [ ];
          # What tryEval catches, and what nothing catches.
          thrown = throw "this one is broken on purpose";
          wrong = make "wrong-1.0" [ { }.missing ];
          text = "no derivation";
        };
        checks = {
          left-works = make "left-works" [ self.packages.${system}.left ];
        };
        defaultPackage = self.packages.${system}.left;
      }
    );
}
