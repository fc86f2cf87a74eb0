#!/bin/bash
# mknix.sh UNPACKED INTO: makes INTO/VERSION, Debian's Nix with its own libraries and loader, which runs on any Linux
# when mounted at /opt/nix-VERSION. Its compiled-in paths (/usr/bin, /usr/libexec/nix, /etc/nix) are Debian's.
set -euo pipefail
: "${RIG_CACHE:?}"
unpacked=$1 into=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

loader=$(find "$unpacked" -name ld-linux-x86-64.so.2 -path '*x86_64-linux-gnu*' -print -quit)
libraries=$unpacked/lib/x86_64-linux-gnu:$unpacked/usr/lib/x86_64-linux-gnu:$unpacked/usr/lib/nix
load() { "$loader" --library-path "$libraries" "$@"; }

version=$(load --argv0 nix "$unpacked/usr/bin/nix" --version | awk '{print $3}')
prefix=$into/$version home=/opt/nix-$version
mkdir -p "$prefix"/{bin,lib,libexec/nix}
load --list "$unpacked/usr/bin/nix" | awk '$3 ~ /^\//{print $3}' | sort -u | xargs cp -L -t "$prefix/lib"
cp -L "$loader" "$prefix/lib/"
cp "$unpacked/usr/bin/nix" "$prefix/bin/nix"
if [ -e "$unpacked/usr/libexec/nix-nswrapper" ]; then cp "$unpacked/usr/libexec/nix-nswrapper" "$prefix/libexec/"; fi
chmod -R u+w "$prefix"

for file in "$prefix"/lib/*.so*; do
  case $file in
    *ld-linux* | */libc.so.6) ;; # patching these two breaks them
    *) "$here/patchelf.sh" --set-rpath '$ORIGIN' "$file" ;;
  esac
done
"$here/patchelf.sh" --set-interpreter "$home/lib/ld-linux-x86-64.so.2" --set-rpath '$ORIGIN/../lib' "$prefix/bin/nix"
ln -s ../../bin/nix "$prefix/libexec/nix/build-remote"
for name in build channel collect-garbage copy-closure daemon env hash instantiate prefetch-url shell store; do
  ln -s nix "$prefix/bin/nix-$name"
done
