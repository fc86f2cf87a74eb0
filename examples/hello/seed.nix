# Makes a listing an executable, with nothing but Nix. The two obstacles: a Nix string cannot hold a zero byte, and no
# builtin function makes a file executable. But Nix can unpack archives, which can do both, and its library (libarchive)
# reads them in base64, too:
#
#   listing ── hex.nix ──▶ digits ── here ──▶ cpio archive ── hex.nix ──▶ base64 ── builtin:unpack-channel ──▶ executable
{ name, listing }:
let
  inherit (builtins) concatStringsSep genList stringLength substring toFile;
  inherit (import ./hex.nix) base64 digits octal size;

  # cpio's portable header is made of octal digits only, and the ASCII code of a digit d is 0x3d.
  ascii = text: concatStringsSep "" (genList (i: "3${substring i 1 text}") (stringLength text));
  field = width: n: substring (stringLength (octal n)) width ("00000000000" + octal n);

  entry =
    mode: path: data:
    ascii (
      concatStringsSep "" [
        "070707" # magic number
        "000000" # device
        "000000" # inode
        mode
        "000000" # owner
        "000000" # group
        "000001" # links
        "000000" # device number
        "00000000001" # time of change
        (field 6 (size path))
        (field 11 (size data))
      ]
    )
    + path
    + data;

  archive =
    entry "100755" "6100" (digits listing) # a file "a", rwxr-xr-x
    + entry "000000" "545241494c455221212100" ""; # "TRAILER!!!", the end
  
  unpacked = derivation {
    inherit name;
    system = "builtin";
    builder = "builtin:unpack-channel";
    src = toFile "${name}.cpio.b64" "begin-base64 644 a\n${base64 archive}\n====\n";
    channelName = "program";
  };
in
"${unpacked}/program"
