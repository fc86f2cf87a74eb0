# Makes a listing an executable, with nothing but Nix. Two things are in the way: a Nix string cannot hold a zero byte,
# and no builtin function makes a file executable. But Nix unpacks archives, which can do both, and its library for that
# (libarchive) reads them in base64, too:
#
#   listing ── hex.nix ──▶ digits ── here ──▶ tar archive ── hex.nix ──▶ base64 ── builtin:unpack-channel ──▶ executable
{ name, listing }:
let
  inherit (builtins) concatStringsSep genList substring toFile;
  inherit (import ./hex.nix) base64 digits octal size sum zeros;

  program = digits listing;

  # A number in a tar header is octal digits, as text (the ASCII code of a digit d is 0x3d), and a zero byte.
  number =
    count: n: concatStringsSep "" (genList (i: "3${substring i 1 (octal count n)}") count) + "00";

  header =
    checksum:
    concatStringsSep "" [
      ("61" + zeros 99) # file name: "a"
      (number 7 493) # mode: 0755, rwxr-xr-x
      (number 7 0) # owner
      (number 7 0) # group
      (number 11 (size program))
      (number 11 1) # time of change
      checksum
      "30" # a regular file
      (zeros 355)
    ];

  # The checksum of a header is the sum of its bytes, taken while the checksum itself is eight blanks. The zeros fill up
  # the last block of 512 bytes, and mark the end with two more blocks.
  archive = header (number 6 (sum (header "2020202020202020")) + "20") + program + zeros 2048;

  unpacked = derivation {
    inherit name;
    system = "builtin";
    builder = "builtin:unpack-channel";
    src = toFile "${name}.tar.b64" "begin-base64 644 a\n${base64 archive}\n====\n";
    channelName = "program";
  };
in
"${unpacked}/program"
