#!/bin/sh
# wrap.sh OUT: makes OUT/bin/nix a script that tells the real program, moved to OUT/real, where its build hook is.
set -eu
out=$1
mkdir "$out/real"
mv "$out"/bin/* "$out/real/"
ln -s nix "$out/real/build-remote"
cat >"$out/bin/nix" <<WRAPPER
#!/bin/sh
NIX_LIBEXEC_DIR=$out/libexec exec "$out/real/\${0##*/}" "\$@"
WRAPPER
chmod +x "$out/bin/nix"
for name in "$out"/real/nix-*; do ln -s nix "$out/bin/${name##*/}"; done
