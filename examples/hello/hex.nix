# What the other files need to reckon with bytes. Nix has no bytes, so they are strings of hex digits here.
rec {
  inherit (builtins)
    bitAnd
    concatStringsSep
    fromTOML
    genList
    head
    match
    replaceStrings
    split
    stringLength
    substring
    ;

  # A listing without its comments (from '#' to the end of a line) and blanks: only the digits.
  digits =
    listing:
    let
      code = line: if builtins.isString line then head (match "([^#]*).*" line) else "";
    in
    replaceStrings [ " " ] [ "" ] (concatStringsSep "" (map code (split "\n" listing)));

  # The number of bytes.
  size = bytes: stringLength bytes / 2;

  toInt = bytes: (fromTOML "n = 0x${bytes}").n;

  # An integer as that many bytes, the lowest first, with blanks between them.
  littleEndian =
    count: n:
    let
      digit = d: substring d 1 "0123456789abcdef";
      byte = digit (bitAnd (n / 16) 15) + digit (bitAnd n 15);
    in
    if count == 1 then byte else "${byte} ${littleEndian (count - 1) (n / 256)}";

  octal = n: if n < 8 then toString n else octal (n / 8) + toString (bitAnd n 7);

  # Base64 in lines of 60. Zeros fill up the last group of three bytes.
  base64 =
    bytes:
    let
      alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
      letter = n: substring (bitAnd n 63) 1 alphabet;
      group =
        i:
        let
          n = toInt (substring 0 6 (substring (6 * i) 6 bytes + "0000"));
          end = if bitAnd i 15 == 14 then "\n" else "";
        in
        letter (n / 262144) + letter (n / 4096) + letter (n / 64) + letter n;
    in
    concatStringsSep "" (genList group ((stringLength bytes + 5) / 6));
}
