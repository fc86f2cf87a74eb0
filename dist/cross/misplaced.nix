# Tools that flakes put into `buildInputs`, from where only a native build has them on its PATH: moved to `nativeBuildInputs`.
{ isDerivation }:
let
  inherit (builtins) elem filter isList parseDrvName;

  tools = [
    "autoconf"
    "automake"
    "autoreconf-hook"
    "bison"
    "cargo"
    "cmake"
    "gnumake"
    "go"
    "m4"
    "meson"
    "nasm"
    "ninja"
    "pkg-config"
    "pkg-config-wrapper"
    "rustc"
    "scdoc"
  ];
  isTool = item: isDerivation item && elem (item.pname or (parseDrvName item.name).name) tools;
in
argument:
let
  list = argument.buildInputs;
  found = if isList list then filter isTool list else [ ];
in
if argument ? buildInputs && argument ? nativeBuildInputs then
  argument
  // {
    buildInputs = if isList list then filter (item: !(isTool item)) list else list;
    nativeBuildInputs = argument.nativeBuildInputs ++ found;
  }
else
  argument
