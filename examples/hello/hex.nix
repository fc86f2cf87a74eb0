# Bytes for a language that has none: here they are strings of hex digits, two for each byte.
let
  inherit (builtins)
    bitAnd
    concatStringsSep
    foldl'
    fromTOML
    genList
    head
    isString
    match
    replaceStrings
    split
    stringLength
    substring
    ;
  toInt = digits: (fromTOML "n = 0x${digits}").n;
in
rec {
  # A listing without its blanks and comments (from '#' to the end of the line).
  digits =
    listing:
    let
      code = line: if isString line then head (match "([^#]*).*" line) else "";
    in
    replaceStrings [ " " ] [ "" ] (concatStringsSep "" (map code (split "\n" listing)));

  size = bytes: stringLength bytes / 2;

  sum = bytes: foldl' (total: i: total + toInt (substring (2 * i) 2 bytes)) 0 (genList (i: i) (size bytes));

  zeros = count: concatStringsSep "" (genList (_: "00") count);

  # An integer as that many bytes, the lowest first, with blanks between them.
  littleEndian =
    count: n:
    let
      digit = d: substring (bitAnd d 15) 1 "0123456789abcdef";
      byte = digit (n / 16) + digit n;
    in
    if count == 1 then byte else "${byte} ${littleEndian (count - 1) (n / 256)}";

  # An integer as that many octal digits.
  octal = count: n: if count == 0 then "" else octal (count - 1) (n / 8) + toString (bitAnd n 7);

  # Base64 in lines of 64 letters. Zeros fill up the last group of three bytes.
  base64 =
    bytes:
    let
      letter = n: substring (bitAnd n 63) 1 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
      group =
        i:
        let
          n = toInt (substring 0 6 (substring (6 * i) 6 bytes + "0000"));
        in
        letter (n / 262144) + letter (n / 4096) + letter (n / 64) + letter n + (if bitAnd i 15 == 15 then "\n" else "");
    in
    concatStringsSep "" (genList group ((size bytes + 2) / 3));
}
