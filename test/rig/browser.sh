#!/bin/bash
# browser.sh: makes the rig's part "browser": Debian's headless chromium and fonts, in a folder that a machine binds.
# Needs RIG_CACHE, RIG_MIRROR, RIG_SUITE (the host's own suite).
set -euo pipefail
: "${RIG_CACHE:?}" "${RIG_MIRROR:?}" "${RIG_SUITE:?}"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
browser=$RIG_CACHE/browser
rm -rf "$browser.new" && mkdir -p "$browser.new"
"$here/debian.sh" "$RIG_SUITE" amd64 "$browser.new/debs" /var/lib/dpkg/status chromium-headless-shell \
  'fonts-liberation!' 'fonts-dejavu-core!' 'fonts-noto-color-emoji!'
for deb in "$browser.new"/debs/*.deb; do dpkg -x "$deb" "$browser.new"; done
rm -r "$browser.new/debs" "$browser.new/usr/share/doc"
rm -rf "$browser" && mv "$browser.new" "$browser"
