#!/bin/bash
# mktarball.sh PREFIX OUT: run by root inside a machine. Makes OUT/nix-VERSION-x86_64-linux.tar.xz, laid out like
# upstream's release (packaging/binary-tarball.nix), from the relocated Nix at PREFIX. Nix itself builds the store paths,
# so their hashes and references are real.
set -euo pipefail
: "${RIG_CACHE:?}"
prefix=$1 out=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
version=$("$prefix/bin/nix" --version | awk '{print $3}')

# 2.8.0 looks for its build hook in a folder that was fixed when Debian compiled it
wrap=
if [ "$version" = 2.8.0 ]; then wrap="$here/wrap.sh \$out"; fi

cat >"$work/default.nix" <<NIX
let
  run = name: script: derivation {
    inherit name;
    system = "x86_64-linux";
    builder = "/bin/bash";
    args = [ "-euc" script ];
    PATH = "/usr/bin:/bin";
    RIG_CACHE = "$RIG_CACHE";
  };
in {
  nix = run "nix-$version" ''
    mkdir -p \$out/etc/profile.d \$out/lib/systemd/system
    cp -a $prefix/. \$out/ && chmod -R u+w \$out
    $here/patchelf.sh --set-interpreter \$out/lib/ld-linux-x86-64.so.2 --set-rpath \$out/lib \$out/bin/nix
    $wrap
    for name in nix nix-daemon; do
      echo 'export PATH="\$HOME/.nix-profile/bin:/nix/var/nix/profiles/default/bin:\$PATH"' > \$out/etc/profile.d/\$name.sh
    done
    printf '%s\n' '[Unit]' 'RequiresMountsFor=/nix/store' '[Service]' "ExecStart=@\$out/bin/nix-daemon nix-daemon --daemon" \
      'KillMode=process' 'LimitNOFILE=1048576' '[Install]' 'WantedBy=multi-user.target' > \$out/lib/systemd/system/nix-daemon.service
    printf '%s\n' '[Unit]' 'ConditionPathIsReadWrite=/nix/var/nix/daemon-socket' '[Socket]' \
      'ListenStream=/nix/var/nix/daemon-socket/socket' '[Install]' 'WantedBy=sockets.target' > \$out/lib/systemd/system/nix-daemon.socket
    exit 0
  '';
  cacert = run "nss-cacert-debian" '' mkdir -p \$out/etc/ssl/certs; cp /etc/ssl/certs/ca-certificates.crt \$out/etc/ssl/certs/ca-bundle.crt; exit 0'';
}
NIX
cat >"$work/nix.conf" <<CONF
build-users-group =
sandbox = false
substituters =
build-hook = $prefix/libexec/nix/build-remote
CONF
mkdir -p /nix/store /nix/var/nix
export NIX_REMOTE='' NIX_CONF_DIR=$work HOME=$work
nix=$("$prefix/bin/nix-build" "$work/default.nix" -A nix --no-out-link)
cacert=$("$prefix/bin/nix-build" "$work/default.nix" -A cacert --no-out-link)
mapfile -t paths < <("$nix/bin/nix-store" -qR "$nix" "$cacert")

name=nix-$version-x86_64-linux
mkdir -p "$work/$name/store" "$out"
cp -a "${paths[@]}" "$work/$name/store/"
chmod -R u+rw,uga+r "$work/$name/store"
# --dump-db writes each path's deriver; the release's .reginfo has an empty line there
"$nix/bin/nix-store" --dump-db "${paths[@]}" |
  awk '{ s++ } s == 4 { print ""; next } { print } s == 5 { n = $0 } s >= 5 && s == 5 + n { s = 0 }' >"$work/$name/.reginfo"

sed -e "s,@nix@,$nix,g" -e "s,@cacert@,$cacert,g" >"$work/$name/install" <<'INSTALL'
#!/bin/sh
# the release installer's contract in small: --no-daemon (default) or --daemon
set -e
self=$(cd "$(dirname "$0")" && pwd)
nix=@nix@
mkdir -p /nix/store /nix/var/nix
cp -RP --preserve=ownership,timestamps "$self"/store/* /nix/store/
chmod -R a-w /nix/store/*
if [ "$1" = --daemon ]; then
  groupadd --force --gid 30000 nixbld
  n=1
  while [ $n -le 10 ]; do
    id nixbld$n >/dev/null 2>&1 || useradd --uid $((30000 + n)) --gid nixbld --groups nixbld --home-dir /var/empty --no-create-home --shell /usr/sbin/nologin nixbld$n
    n=$((n + 1))
  done
  chgrp nixbld /nix/store && chmod 1775 /nix/store
  mkdir -p /etc/nix && echo 'build-users-group = nixbld' >>/etc/nix/nix.conf
fi
"$nix/bin/nix-store" --load-db <"$self/.reginfo"
"$nix/bin/nix-env" -p /nix/var/nix/profiles/default -i "$nix" "@cacert@"
INSTALL
printf '#!/bin/sh\nexec "$(dirname "$0")/install" --daemon\n' >"$work/$name/install-multi-user"
chmod +x "$work/$name/install" "$work/$name/install-multi-user"

cd "$work"
tar -c --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 --hard-dereference "$name" | xz -T0 -1 >"$out/$name.tar.xz"
sha256sum "$out/$name.tar.xz" | cut -d' ' -f1 | tr -d '\n' >"$out/$name.tar.xz.sha256"
