#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Compares the functions and types of the library with those of the last release, by libabigail. New
# functions and new constants are fine; what is gone or has another type or layout is an error.
# usage: tests/install/check_abi.sh [--renew]
#   --renew  writes what is compared with anew, from what the library is now
set -eu
source=$(cd "$(dirname "$0")/../.." && pwd)
baseline=$source/tests/install/abi/x86_64.abi
build=$source/build/abi
library=$build/lib/libnnblas.so

if [ "$(uname -m)" != x86_64 ]; then
    echo "skipped: the comparison of the ABI (needs an x86-64 processor)"
    exit 0
fi
[ -e "$build/build.ninja" ] ||
    meson setup "$build" "$source" -Ddebug=true -Dtests=disabled -Dtools=false -Dbench=false
ninja -C "$build"
if [ "${1:-}" = --renew ]; then
    abidw --headers-dir "$source/include" --drop-private-types --exported-interfaces-only --no-show-locs --no-elf-needed \
        --no-corpus-path --no-comp-dir-path --no-parameter-names --no-write-default-sizes \
        --out-file "$baseline" "$library"
    exit 0
fi
if ! abidiff --headers-dir2 "$source/include" --drop-private-types --no-added-syms --no-corpus-path \
    "$baseline" "$library"; then
    echo "Programs of the last release would not work with this library (see CONTRIBUTING.md)." >&2
    exit 1
fi
echo "$(grep -c '<elf-symbol ' "$baseline") functions are as they were"
