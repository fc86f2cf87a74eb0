#!/bin/bash
# record.sh VERSION OUT
#
# Records what a real Nix says: texts of failures, structured logs, JSON. Run as root on a throw-away machine (no /nix,
# private mounts and network, no name server) with that Nix at /opt/nix-VERSION and static shells in /opt/static
# (busybox-amd64, busybox-arm64, bash-static). Each file of OUT begins with the command and its exit code.
set -uo pipefail
version=$1 out=$2
mkdir -p "$out" /tmp/case /nix/store /nix/var/nix
export PATH=/opt/nix-$version/bin:/usr/bin:/bin:/usr/sbin:/sbin HOME=/tmp/home NIX_CONF_DIR=/tmp/conf LC_ALL=C.UTF-8
mkdir -p "$HOME" $NIX_CONF_DIR
: >/etc/resolv.conf
cat >$NIX_CONF_DIR/nix.conf <<CONF
experimental-features = nix-command flakes
build-users-group =
sandbox = false
substituters =
max-jobs = 4
connect-timeout = 3
flake-registry = /tmp/case/registry.json
build-hook = /opt/nix-$version/libexec/nix/build-remote
CONF
echo '{"flakes":[],"version":2}' >/tmp/case/registry.json
case $version in 2.[0-9].*) show_derivation='nix show-derivation' show_config='nix show-config' ;; *) show_derivation='nix derivation show' show_config='nix config show' ;; esac

record() { # record NAME STREAM COMMAND: keeps stdout ("1"), stderr ("2") or both ("12") of a shell command
  local name=$1 stream=$2 command=$3 code
  case $stream in
    1) timeout 120 bash -c "$command" >/tmp/case/text 2>/tmp/case/other </dev/null ;;
    2) timeout 120 bash -c "$command" 2>/tmp/case/text >/tmp/case/other </dev/null ;;
    12) timeout 120 bash -c "$command" >/tmp/case/text 2>&1 </dev/null ;;
  esac
  code=$?
  { echo "\$ $command"; echo "exit $code"; cat /tmp/case/text; } >"$out/$name"
}

flake() { # flake NAME: writes the flake on stdin to /tmp/case/NAME, with "sh" for short derivations
  mkdir -p "/tmp/case/$1"
  { cat <<'NIX'
{
  outputs = { self, ... }: let
    drv = { system ? "x86_64-linux", builder ? "/bin/sh", script ? "echo made > $out", ... }@more:
      derivation (removeAttrs more [ "script" ] // { inherit system builder; args = [ "-euc" script ]; PATH = "/usr/bin:/bin"; });
  in
NIX
    cat; echo '}'; } >"/tmp/case/$1/flake.nix"
}

flake all <<'NIX'
  rec {
    packages.x86_64-linux = rec {
      default = drv { name = "hello-2.12"; };
      hello = default;
      failing = drv { name = "failing-1.0"; script = "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo line $i; done; echo 'oops: no such thing' >&2; exit 3"; };
      dependent = drv { name = "dependent-1.0"; script = "cat ${failing} > $out"; };
      killed = drv { name = "killed-1.0"; script = "kill -9 $$"; };
      nooutput = drv { name = "nooutput-1.0"; script = "exit 0"; };
      foreign = drv { name = "foreign-1.0"; system = "aarch64-linux"; };
      feature = drv { name = "feature-1.0"; system = "armv7l-linux"; requiredSystemFeatures = [ "gccarch-armv7-a" ]; };
      kvm = drv { name = "vm-test-1.0"; requiredSystemFeatures = [ "kvm" "nixos-test" ]; };
      execformat = drv { name = "execformat-1.0"; system = "aarch64-linux"; builder = "${./busybox-arm64}"; };
      nointerpreter = drv { name = "nointerpreter-1.0"; builder = "${./nointerpreter}"; };
      hash = drv { name = "source.txt"; outputHashMode = "flat"; outputHashAlgo = "sha256"; outputHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; };
      fetchhash = import <nix/fetchurl.nix> { url = "file:///tmp/case/file.txt"; hash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; };
      refused = import <nix/fetchurl.nix> { url = "http://127.0.0.1:9/hello.tar.gz"; hash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; };
      nohost = import <nix/fetchurl.nix> { url = "http://nowhere.invalid/hello.tar.gz"; hash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; };
      notfound = import <nix/fetchurl.nix> { url = "http://127.0.0.1:8099/nothing.tar.gz"; hash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; };
      evalfetch = builtins.fetchTarball { url = "http://127.0.0.1:9/x.tar.gz"; sha256 = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; };
      evalhash = builtins.fetchurl { url = "file:///tmp/case/file.txt"; sha256 = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; };
      silent = drv { name = "silent-1.0"; script = "echo begun; sleep 30"; };
      slow = drv { name = "slow-1.0"; script = "while :; do echo still here; sleep 0.3; done"; };
      long = drv { name = "longlog-1.0"; script = "i=0; while [ $i -lt 400 ]; do echo 0123456789012345678901234567890123456789; i=$((i+1)); done; echo 1 > $out"; };
      full = drv { name = "full-1.0"; script = "/bin/sh -c 'i=0; while [ $i -lt 700000 ]; do echo 01234567890123456789012345678901234567890123456789; i=$((i+1)); done' > $out"; };
      missingattr = packages.x86_64-linux.nosuch;
      missinginset = ({ alpha = 1; }).beta;
      undefined = import ./undefined.nix;
      syntax = import ./syntax.nix;
      type = drv { name = 1 + "x"; };
      thrown = throw "this package is not for sale";
      asserted = assert 1 == 2; hello;
      recursive = let x = x; in x;
      aborted = builtins.abort "enough";
      missingarg = (import ./function.nix) { a = 1; };
      unexpectedarg = (import ./function.nix) { a = 1; b = 2; c = 3; };
      impure = builtins.getEnv "HOME" + builtins.readFile "/etc/hostname";
      ifd = import (drv { name = "generated.nix"; script = "echo '{ name = \"x\"; }' > $out"; });
      ifdforeign = import (drv { name = "generated.nix"; system = "aarch64-linux"; script = "echo '{ name = \"x\"; }' > $out"; });
      unfree = throw "Package ‘unfree-1.0’ in /nix/store/00000000000000000000000000000000-source/pkgs/unfree.nix:3 has an unfree license (‘unfree’), refusing to evaluate.";
      notstring = hello // { type = "something"; };
      set = { a = hello; b = hello; };
    };
  };
NIX
cp /opt/static/busybox-arm64 /tmp/case/all/busybox-arm64
cp /opt/static/bash-static /tmp/case/file.txt
printf '#!/lib/nothing/interpreter\n' >/tmp/case/all/nointerpreter && chmod +x /tmp/case/all/nointerpreter
echo 'let a = 1; in undefinedThing' >/tmp/case/all/undefined.nix
echo '{ a = 1; b = ; }' >/tmp/case/all/syntax.nix
echo '{ a, b }: a' >/tmp/case/all/function.nix

failures() {
  local f=path:/tmp/case/all name
  for name in failing dependent killed nooutput foreign feature nointerpreter hash fetchhash missingattr missinginset \
    undefined syntax type thrown asserted recursive aborted missingarg unexpectedarg impure notstring set unfree; do
    record "fail-$name" 2 "nix build --no-link $f#$name"
  done
  record fail-keep-going 2 "nix build --keep-going --no-link $f#dependent $f#hash $f#nooutput"
  record fail-kvm 2 "nix build --no-link --option system-features '' $f#kvm"
  record fail-noattr 2 "nix build --no-link $f#helo"
  record fail-nosystem 2 "nix build --no-link $f#packages.riscv64-linux.default"
  record fail-eval-noattr 2 "nix eval $f#packages.x86_64-linux.helo.drvPath"
  record fail-execformat 2 "nix build --no-link --option extra-platforms aarch64-linux $f#execformat"
  record fail-silent 2 "nix build --no-link --max-silent-time 1 $f#silent"
  record fail-timeout 2 "nix build --no-link --timeout 1 $f#slow"
  record fail-longlog 2 "nix build --no-link --max-build-log-size 4000 $f#long"
  record fail-ifd 2 "nix build --no-link --no-allow-import-from-derivation $f#ifd"
  record fail-ifd-foreign 2 "nix build --no-link $f#ifdforeign"
  for name in refused nohost notfound evalfetch evalhash; do
    record "fail-$name" 2 "nix build --no-link --option download-attempts 2 $f#$name"
  done
  record fail-experimental 2 "nix --option experimental-features '' build --no-link $f"
  record fail-unknown-setting 2 "nix --option no-such-setting 1 build --no-link --dry-run $f"
  record fail-unknown-flag 2 "nix build --no-such-flag $f"
}

flakes() {
  mkdir -p /tmp/case/{empty,notgit,git,untracked,locked,badlock,newlock,dep,syntax}
  record flake-nodir 2 "nix build path:/tmp/case/no-such-folder"
  record flake-nodir-plain 2 "cd /tmp/case && nix build ./no-such-folder"
  record flake-empty 2 "nix build path:/tmp/case/empty"
  record flake-empty-plain 2 "cd /tmp/case/empty && nix build ."
  record flake-registry 2 "nix build nosuchflake#hello"
  record flake-scheme 2 "nix build foo://bar"
  record flake-github 2 "nix build --option download-attempts 1 github:owner/repository"
  record flake-githost 2 "nix build git+https://nowhere.invalid/repository"
  flake git <<<'{ packages.x86_64-linux.default = import ./part.nix drv; };'
  echo 'drv: drv { name = "part"; }' >/tmp/case/git/part.nix
  git -C /tmp/case/git init -q && git -C /tmp/case/git add flake.nix
  record flake-untracked-file 2 "cd /tmp/case/git && nix build --no-link ."
  flake untracked <<<'{ packages.x86_64-linux.default = drv { name = "x"; }; };'
  git -C /tmp/case/untracked init -q
  record flake-untracked 2 "cd /tmp/case/untracked && nix build --no-link ."
  echo '{ outputs = _: { packages = ; }; }' >/tmp/case/syntax/flake.nix
  record flake-syntax 2 "nix build --no-link path:/tmp/case/syntax"
  flake dep <<<'{ value = 1; };'
  printf '{ inputs.dep.url = "path:/tmp/case/dep"; outputs = { dep, self }: { packages.x86_64-linux.default = dep.value; }; }' | tee /tmp/case/locked/flake.nix /tmp/case/badlock/flake.nix >/tmp/case/newlock/flake.nix
  record lock-needed 2 "nix build --no-link --no-update-lock-file path:/tmp/case/locked"
  echo '{ "nodes": { "root": {} }, "root": "root", "version": 99 }' >/tmp/case/newlock/flake.lock
  echo '{ "nodes": <<<<<<< HEAD }' >/tmp/case/badlock/flake.lock
  record lock-version 2 "nix build --no-link path:/tmp/case/newlock"
  record lock-broken 2 "nix build --no-link path:/tmp/case/badlock"
  nix flake lock path:/tmp/case/locked >/dev/null 2>&1
  sed -i 's/"narHash": "sha256-[^"]*"/"narHash": "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="/' /tmp/case/locked/flake.lock
  rm -rf "$HOME/.cache"
  record lock-narhash 2 "nix build --no-link path:/tmp/case/locked"
}

signatures() {
  local path f=path:/tmp/case/all
  nix build --no-link $f#hello 2>/dev/null
  path=$(nix eval --raw $f#hello.outPath)
  nix copy --to file:///tmp/cache "$path"
  nix-store --delete "$path" >/dev/null 2>&1
  record sig-copy 2 "nix copy --from file:///tmp/cache $path"
  record sig-substitute 2 "nix-store --realise --option substituters file:///tmp/cache $path"
  record missing-realise 2 "nix-store --realise $path"
  cp -r /tmp/cache /tmp/rotten
  find /tmp/rotten/nar -type f -exec sh -c 'cp /opt/static/busybox-amd64 /tmp/b; xz -c /tmp/b > "$1"' _ {} \;
  record corrupt-copy 2 "nix copy --no-check-sigs --from file:///tmp/rotten $path"
  record destination-none 2 "nix copy --to http://127.0.0.1:9/cache --option download-attempts 1 $(nix eval --raw $f#hello.drvPath)"
  record unknown-store 2 "nix copy --to foo://bar $(nix eval --raw $f#hello.drvPath)"
  nix build --no-link $f#hello 2>/dev/null
  chmod u+w "$path"; echo tampered >"$path"
  record corrupt-verify 2 "nix store verify --no-trust $path"
  record corrupt-verify-all 12 "nix-store --verify --check-contents"
  nix-store --delete "$path" >/dev/null 2>&1
  nix-store --generate-binary-cache-key test-1 /tmp/key.sec /tmp/key.pub
  echo 'not a key' >/tmp/key.bad
  nix build --no-link $f#hello 2>/dev/null
  record key-malformed 2 "nix store sign -k /tmp/key.bad $path"
}

machine() { # faults of the machine: sandbox, disk, rights, daemon
  local f=path:/tmp/case/all
  unshare --mount bash -c 'mount -o bind,ro /proc/sys /proc/sys; exec "$@"' _ bash -c \
    "$(declare -f record); out=$out; record sandbox-none 2 'nix build --no-link --option sandbox true --option sandbox-fallback false $f#hello --rebuild'"
  sed -i 's/^sandbox = .*/sandbox = true/' $NIX_CONF_DIR/nix.conf
  nix-store --delete "$(nix eval --raw $f#hello.outPath)" >/dev/null 2>&1
  unshare --mount bash -c 'mount -o bind,ro /proc/sys /proc/sys; exec "$@"' _ bash -c \
    "$(declare -f record); out=$out; record sandbox-none-build 2 'nix build --no-link --option sandbox-fallback false $f#hello'"
  sed -i 's/^sandbox = .*/sandbox = false/' $NIX_CONF_DIR/nix.conf
  unshare --mount bash -c 'mkdir -p /tmp/small && mount -t tmpfs -o size=24m none /tmp/small; exec "$@"' _ bash -c \
    "$(declare -f record); out=$out; record disk-full 2 'nix build --no-link --store /tmp/small --option sandbox-paths /bin/sh=/opt/static/busybox-amd64 $f#full'"
  unshare --mount bash -c 'mkdir -p /tmp/full && mount -t tmpfs -o size=200k none /tmp/full; exec "$@"' _ bash -c \
    "$(declare -f record); out=$out; record disk-full-push 2 'nix copy --to file:///tmp/full/cache?compression=none $f#hello /nix/store/*-busybox-arm64'"
  id stranger >/dev/null 2>&1 || useradd -m stranger
  local as='setpriv --reuid stranger --regid stranger --clear-groups env HOME=/home/stranger'
  record rights-store 2 "$as nix build --no-link $f#hello"
  record daemon-none 2 "NIX_REMOTE=daemon nix build --no-link $f#hello"
  NIX_CONF_DIR=/tmp/conf nix-daemon >/tmp/daemon.log 2>&1 &
  local daemon=$!
  sleep 1
  record untrusted 2 "NIX_REMOTE=daemon $as nix build --no-link --option extra-platforms aarch64-linux --option sandbox false --option substituters http://127.0.0.1:9/x --option extra-substituters http://127.0.0.1:9/y --option builders x $f#hello"
  (sleep 2; pkill -9 -P $daemon; kill -9 $daemon) &
  local killer=$!
  record daemon-died 2 "NIX_REMOTE=daemon nix build --no-link $f#slow"
  wait $killer $daemon
  rm -f /nix/var/nix/daemon-socket/socket
}

flake many <<'NIX'
  {
    packages.x86_64-linux = rec {
      phase = p: "echo '@nix { \"action\": \"setPhase\", \"phase\": \"${p}\" }' >&2\n";
      liba = drv { name = "liba-1.0"; script = phase "unpackPhase" + "echo unpacking\n" + phase "buildPhase" + "printf '\\033[31mred\\033[0m text\\n'; printf 'one\\rtwo\\r\\n'; printf 'bytes \\351\\377\\376\\n'; sleep 1.2; echo done > $out"; };
      libb = drv { name = "libb-2.0"; script = "cat ${liba}; echo '::error::hacked'; echo '##[save-state name=a]b'; echo b > $out"; };
      bad = drv { name = "bad-3.0"; script = "for i in $(seq 40); do echo bad line $i; done; exit 2"; };
      needsbad = drv { name = "needsbad-1.0"; script = "cat ${bad} > $out"; };
      hung = drv { name = "hung-1.0"; script = "echo then silence; sleep 60"; };
      killed = drv { name = "killed-1.0"; script = "kill -9 $$"; };
      fod = drv { name = "fod.txt"; outputHashMode = "flat"; outputHashAlgo = "sha256"; outputHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; };
      good = drv { name = "good-1.0"; script = "cat ${liba} ${libb} > $out"; };
      all = drv { name = "all-1.0"; script = "cat ${good} ${needsbad} ${fod} ${killed} > $out"; };
    };
  };
NIX

streams() {
  local f=path:/tmp/case/many p good
  record stream-good 2 "nix build --no-link -v --log-format internal-json $f#good"
  record stream-failures 2 "nix build --no-link --keep-going -v --max-silent-time 2 --log-format internal-json $f#all $f#hung"
  # stream-remote is none of this script's: good2, which needs good, and fail, on a remote builder of the same version by ssh-ng
  record stream-store 2 "nix-store --realise --keep-going --log-format internal-json \$(nix eval --raw $f#needsbad.drvPath) \$(nix eval --raw $f#fod.drvPath)"
  good=$(nix eval --raw $f#good.outPath)
  p=$(nix-store -qR "$good" $(nix eval --raw $f#liba.outPath) $(nix eval --raw $f#libb.outPath))
  nix copy --to file:///tmp/manycache $p
  nix-store --delete $p >/dev/null 2>&1
  record dry-fetch-one 12 "nix-store --realise --dry-run --option substituters file:///tmp/manycache --no-require-sigs $good"
  record dry-fetch-two 12 "nix-store --realise --dry-run --option substituters file:///tmp/manycache --no-require-sigs $(echo $p)"
  record dry-build-one 12 "nix-store --realise --dry-run \$(nix eval --raw $f#bad.drvPath)"
  record dry-build-many 12 "nix-store --realise --dry-run \$(nix eval --raw $f#all.drvPath)"
  record dry-both 12 "nix-store --realise --dry-run --option substituters file:///tmp/manycache --no-require-sigs \$(nix eval --raw $f#all.drvPath)"
  record dry-unknown 12 "nix-store --realise --dry-run /nix/store/00000000000000000000000000000000-nothing"
  record dry-json 12 "nix-store --realise --dry-run --log-format internal-json --option substituters file:///tmp/manycache --no-require-sigs \$(nix eval --raw $f#all.drvPath)"
  record stream-substitute 2 "nix build --no-link -v --log-format internal-json --option substituters file:///tmp/manycache --no-require-sigs $f#good"
  record dry-nothing 12 "nix-store --realise --dry-run $good"
  record stream-copy 2 "nix copy --log-format internal-json -v --to file:///tmp/manycache2 $good"
}

json() {
  local f=path:/tmp/case/many good drv
  good=$(nix eval --raw $f#good.outPath) drv=$(nix eval --raw $f#good.drvPath)
  nix-store --generate-binary-cache-key test-1 /tmp/json.sec /tmp/json.pub
  nix build --no-link $f#good 2>/dev/null
  nix store sign -k /tmp/json.sec -r "$good"
  record path-info 1 "nix path-info --json $good"
  record path-info-r 1 "nix path-info --json -r $drv"
  record path-info-closure 1 "nix path-info --json --closure-size $good"
  record path-info-missing 1 "nix path-info --json /nix/store/00000000000000000000000000000000-nothing"
  record path-info-cache 1 "nix path-info --json --store file:///tmp/manycache $good"
  record path-info-cache-missing 1 "nix path-info --json --store file:///tmp/manycache $good /nix/store/00000000000000000000000000000000-nothing"
  case $version in 2.3[3-9].*) record path-info-2 1 "nix path-info --json --json-format 2 -r $drv"; record path-info-1 1 "nix path-info --json --json-format 1 -r $drv" ;; esac
  record derivation-show 1 "$show_derivation -r $drv"
  record derivation-show-fod 1 "$show_derivation $(nix eval --raw $f#fod.drvPath)"
  record config 1 "$show_config --json | python3 -c 'import json, sys; print(json.dumps({k: {\"value\": v[\"value\"]} for k, v in json.load(sys.stdin).items()}))'"
  printf '{ inputs.dep.url = "path:/tmp/case/dep"; outputs = { dep, self }: { }; }' >/tmp/case/locked/flake.nix
  nix flake update "path:/tmp/case/locked" >/dev/null 2>&1 || (cd /tmp/case/locked && nix flake update >/dev/null 2>&1)
  record flake-metadata 1 "nix flake metadata --json path:/tmp/case/locked"
  git -C /tmp/case/git add -A && git -C /tmp/case/git -c user.name=n -c user.email=e@example.org commit -qm one --date=2026-01-01T00:00:00Z
  record flake-metadata-git 1 "nix flake metadata --json git+file:///tmp/case/git"
  echo '# more' >>/tmp/case/git/flake.nix
  record flake-metadata-dirty 1 "nix flake metadata --json git+file:///tmp/case/git"
}

python3 -m http.server -d /tmp/empty-site 8099 >/dev/null 2>&1 & # every file is a 404
server=$!
for part in ${3:-failures flakes signatures machine streams json}; do $part; done
kill $server
