{
  description = "Packages for bench/strategies.ts that the fixtures do not have";

  inputs.nixpkgs.url = "path:@nixpkgs@";

  outputs =
    { nixpkgs, ... }:
    {
      packages = nixpkgs.lib.genAttrs [ "x86_64-linux" "i686-linux" "aarch64-linux" ] (
        system:
        let
          pkgs = nixpkgs.legacyPackages.${system};
          part = n: pkgs.runCommand "part-${toString n}" { } "for i in 1 2 3 4 5; do echo ${toString n} | sed s/1/2/ >>$out; done";
          # what the runner executes although it is not its own system
          direct = name: args: derivation ({ inherit name system; builder = "/bin/sh"; args = [ "-c" "echo ${name} >$out" ]; } // args);
        in
        {
          # 24 derivations of a few commands each, and one that needs them all
          many = pkgs.runCommand "many-1.0" { } "cat ${toString (builtins.genList part 24)} >$out";
          text = direct "text-1.0" { };
          # one C program of 40 files
          program = pkgs.runCommandCC "program-1.0" { } ''
            for n in $(seq 40); do
              { echo '#include <stdio.h>'; for m in $(seq 30); do echo "int f''${n}_$m(int x) { printf(\"%d\\n\", x); return x * $m + $n; }"; done; } >file$n.c
              $CC -O2 -c file$n.c
            done
            echo 'int f1_1(int); int main(void) { return f1_1(0) != 1; }' >main.c
            mkdir -p $out/bin
            $CC -o $out/bin/program main.c file*.o
          '';
        }
      );
    };
}
