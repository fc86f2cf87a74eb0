# A hello world for three CPUs that needs nothing but Nix: no inputs, no network, no compiler, no shell, no host tools.
#
#   hexasm.hex ──── seed.nix ────▶ hexasm   our whole toolchain: a program of one CPU that turns listings into programs
#   hello.hex ───── hexasm ──────▶ hello    a program of the CPU that its listing was written for
#
# The listings are machine code in hex, with the instructions as comments. hexasm copies bytes and does not care whose
# they are, so the hexasm of any CPU builds the hello of any CPU:
#
#   nix build path:.#packages.x86_64-linux.hello                              native, on x86_64
#   nix build path:.#packages.x86_64-linux.hello-aarch64-unknown-linux-gnu    cross: x86_64's hexasm, aarch64's hello
#   nix build path:.#packages.riscv64-linux.hello                             emulated: riscv64's hexasm, under QEMU
#
# All ways to one target give the same bytes, but not the same store path: Nix names a result after its recipe.
{
  description = "Hello from three CPUs, built with nothing but Nix";

  outputs =
    { self }:
    let
      inherit (builtins)
        attrNames
        filter
        listToAttrs
        mapAttrs
        readFile
        toFile
        ;

      triples = {
        x86_64-linux = "x86_64-unknown-linux-gnu";
        aarch64-linux = "aarch64-unknown-linux-gnu";
        riscv64-linux = "riscv64-unknown-linux-gnu";
      };
      forEachSystem = f: mapAttrs (system: _triple: f system) triples;

      # The listing of a whole program: its code, and before it the ELF header made for that code.
      listing =
        program: system:
        let
          code = readFile (./. + "/${system}/${program}.hex");
        in
        import ./elf.nix { inherit system code; } + code;

      hexasm = forEachSystem (
        system:
        import ./seed.nix {
          name = "hexasm-${system}";
          listing = listing "hexasm" system;
        }
      );

      # build: the system whose hexasm does the work; target: the system that the program runs on.
      hello =
        build: target:
        let
          out = placeholder "out";
        in
        derivation {
          name = if build == target then "hello-1.0" else "hello-${triples.${target}}-1.0";
          system = build;
          builder = hexasm.${build};
          args = [
            (toFile "hello-${target}.hex" (listing "hello" target))
            out
            "${out}/bin"
            "${out}/bin/hello"
          ];
        }
        // {
          meta.description = "Says hello from ${target}";
          meta.mainProgram = "hello";
          meta.platforms = [ target ];
        };

      # Cross packages under the name that Nix's own flake gives them: packages.<build>."<package>-<triple>".
      crossFrom =
        package: build:
        listToAttrs (
          map (target: {
            name = "${package}-${triples.${target}}";
            value = hello build target;
          }) (filter (target: target != build) (attrNames triples))
        );
    in
    {
      packages = forEachSystem (
        system:
        {
          hello = hello system system;
          default = hello system system;
        }
        // crossFrom "hello" system
        // crossFrom "default" system
      );
    };
}
