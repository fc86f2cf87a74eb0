# The 120 bytes before the code that make Linux run it: an ELF header and one program header, as the text of a listing.
# The file is loaded as a whole at 0x400000, so the code, which follows at once, begins at 0x400078.
{ system, code }:
let
  inherit (import ./hex.nix) digits littleEndian size;

  machine =
    {
      x86_64-linux = 62;
      aarch64-linux = 183;
      riscv64-linux = 243;
    }
    .${system};
  fileSize = littleEndian 8 (120 + size (digits code));
in
''
  # ELF header
  7f 45 4c 46                # "\x7fELF"
  02 01 01 00                # 64 bits, little endian, version 1, System V
  00 00 00 00 00 00 00 00
  02 00                      # an executable
  ${littleEndian 2 machine}                      # for ${system}
  01 00 00 00                # version 1
  78 00 40 00 00 00 00 00    # it starts at 0x400078
  40 00 00 00 00 00 00 00    # the program header is at byte 64 of the file
  00 00 00 00 00 00 00 00    # there are no section headers
  00 00 00 00                # flags
  40 00                      # this header has 64 bytes
  38 00 01 00                # 1 program header of 56 bytes
  40 00 00 00 00 00          # 0 section headers of 64 bytes

  # program header
  01 00 00 00                # load into memory
  05 00 00 00                # to read and execute
  00 00 00 00 00 00 00 00    # from byte 0 of the file
  00 00 40 00 00 00 00 00    # to the address 0x400000
  00 00 40 00 00 00 00 00
  ${fileSize}    # all bytes of the file
  ${fileSize}
  00 00 01 00 00 00 00 00    # on a boundary of 64 KiB, the largest page of the three

''
