#!/bin/bash
# debian.sh SUITE ARCHS OUT STATUS PACKAGE...
#
# Downloads packages of a Debian suite, installing nothing, and leaves the .deb files in OUT. Each PACKAGE comes with
# what it depends on, except what STATUS (a dpkg status file, or "none" for an empty machine) already holds; a
# trailing "!" takes the package alone. Needs RIG_CACHE (work folder) and RIG_MIRROR (a Debian mirror).
set -euo pipefail
. "$(dirname "$0")/mirror.sh"
: "${RIG_CACHE:?}" "${RIG_MIRROR:?}"
suite=$1 archs=$2 out=$3 status=$4
shift 4
# one folder of lists for each question asked, since apt's cache depends on the architectures and on the status file
apt=$RIG_CACHE/apt/$suite-$(sha256sum <<<"$archs $status" | cut -c1-8)
mkdir -p "$apt"/{lists/partial,cache/archives/partial,empty} "$out"
if [ "$status" = none ]; then status=$apt/status && : >"$status"; fi

cat >"$apt/apt.conf" <<CONF
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "$apt/empty";
Dir::Etc::preferences "$apt/empty/preferences";
Dir::Etc::preferencesparts "$apt/empty";
Dir::State::lists "$apt/lists";
Dir::State::status "$status";
Dir::Cache "$apt/cache";
Acquire::Languages "none";
Acquire::Retries "4";
APT::Architectures { $(for arch in $archs; do printf '"%s"; ' "$arch"; done)};
APT::Sandbox::User "root";
CONF
export APT_CONFIG=$apt/apt.conf

exec 8>"$apt/lock"
flock 8 # parts that ask the same question would meet in apt's own lock, which does not wait
recent=$(find "$apt/lists" -maxdepth 1 -name '*Packages*' -mmin -30 -print -quit)
update() { update_lists "$apt" "$RIG_MIRROR" "$suite" deb; }
[ -n "$recent" ] || again update

with_lists() { # a mirror's lists may also be whole, signed and without what is looked for: then they are fetched anew
  "$@" && return
  rm -rf "$apt"/lists/* "$apt"/cache/*.bin && mkdir -p "$apt/lists/partial"
  update && "$@"
}

whole=() wanted=()
for package in "$@"; do
  case $package in *'!') wanted+=("${package%!}") ;; *) whole+=("$package") ;; esac
done
if [ "${#whole[@]}" -gt 0 ]; then
  skip='^$'
  # what an unpacked program does not need: services, package configuration, accounts, perl
  [ "$status" = "$apt/status" ] && skip='^(systemd.*|libpam-.*|perl.*|libperl.*|lib.*-perl|debconf|passwd|procps|ucf|login.*|base-passwd|debianutils|mount|adduser|dpkg|tar|init-system-helpers)$'
  plan=$(again with_lists apt-get -s install --no-install-recommends "${whole[@]}")
  mapfile -t resolved < <(awk '/^Inst /{print $2}' <<<"$plan" | grep -vE "$skip")
  wanted+=("${resolved[@]}")
fi
[ "${#wanted[@]}" -gt 0 ] || exit 0
cd "$out"
again with_lists apt-get download -qq "${wanted[@]}"
