#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# What a user does: install, find it with pkg-config, build C and C++ programs; or have it as a
# meson subproject.
# usage: check_install.sh SOURCE
set -eu
source=$(cd "$1" && pwd)
program=$source/tests/install/program.c
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
warnings="-Wall -Wextra -Wpedantic -Werror"
library_only="-Dtests=disabled -Dtools=false -Dbench=false"

run_quietly() {
    if ! "$@" >"$work/log" 2>&1; then
        cat "$work/log" >&2
        echo "failed: $*" >&2
        exit 1
    fi
}

# shellcheck disable=SC2086 # the options are several words
run_quietly meson setup "$work/build" "$source" --prefix="$work/installed" --libdir=lib $library_only
run_quietly meson install -C "$work/build"

PKG_CONFIG_PATH=$work/installed/lib/pkgconfig
LD_LIBRARY_PATH=$work/installed/lib
export PKG_CONFIG_PATH LD_LIBRARY_PATH
flags=$(pkg-config --cflags --libs nnblas)
declared=$(sed -n "s/^ *version: '\(.*\)',/\1/p" "$source/meson.build")
[ "$(pkg-config --modversion nnblas)" = "$declared" ]
grep -q '^nnblas_status nnblas_net_create(' "$(pkg-config --variable=cdef nnblas)"
# shellcheck disable=SC2086
{
    for language in "c -std=c11" "c++ -std=c++17"; do
        run_quietly cc -x $language $warnings -Wconversion -Wshadow -fsyntax-only \
            "$work/installed/include/nnblas.h"
    done
    run_quietly cc -std=c11 $warnings "$program" $flags -o "$work/c_program"
    run_quietly c++ -x c++ -std=c++17 $warnings "$program" -x none $flags -o "$work/cxx_program"
}
"$work/c_program"
"$work/cxx_program"

mkdir -p "$work/project/subprojects"
ln -s "$source" "$work/project/subprojects/nnblas"
cp "$program" "$work/project/program.c"
cat >"$work/project/meson.build" <<'END'
project('user', 'c', default_options: ['c_std=c11'])
nnblas_dep = dependency('nnblas', fallback: 'nnblas')
test('program', executable('program', 'program.c', dependencies: nnblas_dep))
END
unset PKG_CONFIG_PATH LD_LIBRARY_PATH
run_quietly meson setup "$work/project/build" "$work/project" -Dnnblas:tests=disabled \
    -Dnnblas:tools=false -Dnnblas:bench=false
run_quietly meson test -C "$work/project/build" program
echo "installed, found, linked and run: C11, C++17, subproject"
