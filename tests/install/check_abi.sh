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

if [ "$(uname -m)" != x86_64 ]; then
    echo "skipped: the comparison of the ABI (needs an x86-64 processor)"
    exit 0
fi
[ -e "$build/build.ninja" ] ||
    meson setup "$build" "$source" -Ddebug=true -Doptimization=0 -Dtests=disabled -Dtools=false -Dbench=false
ninja -C "$build"

# The types of nnblas.h alone: the inside of a network is none of them.
write_abi() {
    abidw --headers-dir "$source/include" --drop-private-types --exported-interfaces-only \
        --no-show-locs --no-elf-needed --no-corpus-path --no-comp-dir-path --no-parameter-names \
        --no-write-default-sizes --out-file "$1" "$build/lib/libnnblas.so"
}

compare_abi() { # with what
    abidiff --no-added-syms "$1" "$build/now.abi"
}

if [ "${1:-}" = --renew ]; then
    write_abi "$baseline"
    exit 0
fi
write_abi "$build/now.abi"
if ! compare_abi "$baseline"; then
    echo "Programs of the last release would not work with this library (see CONTRIBUTING.md)." >&2
    exit 1
fi
echo "ok $(grep -c '<elf-symbol ' "$baseline") functions are as they were"

# It finds what it is for.
check_found() { # what a change of the types as sed makes it
    sed "$2" "$build/now.abi" >"$build/other.abi"
    if cmp -s "$build/now.abi" "$build/other.abi" || compare_abi "$build/other.abi" >/dev/null; then
        echo "not found: $1" >&2
        exit 1
    fi
    echo "ok found: $1"
}
check_found "a function that is gone" "s/nnblas_version/nnblas_gone/"
check_found "a constant with another number" "s/name='NNBLAS_RELU' value='2'/name='NNBLAS_RELU' value='7'/"
check_found "a member in another place" "s/layout-offset-in-bits='256'/layout-offset-in-bits='192'/"
