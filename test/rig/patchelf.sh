#!/bin/sh
# patchelf.sh ARGUMENT...: sid's patchelf, run without installing it.
libraries=${RIG_CACHE:?}/root/sid/usr/lib/x86_64-linux-gnu
exec "$libraries/ld-linux-x86-64.so.2" --library-path "$libraries" "$RIG_CACHE/root/sid/usr/bin/patchelf" "$@"
