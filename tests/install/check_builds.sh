#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The builds that distributions and other projects make: each configures, compiles with warnings as
# errors and runs a suite of the network. Says what it skipped, and ends with "N passed, N failed".
# usage: tests/install/check_builds.sh
set -u
source=$(cd "$(dirname "$0")/../.." && pwd)
work=$source/build/variants
passed=0
failed=0
rm -rf "$work"
mkdir -p "$work"

run_check() { # name command...
    name=$1
    shift
    if "$@" >"$work/log" 2>&1; then
        echo "ok $name"
        passed=$((passed + 1))
    else
        cat "$work/log"
        echo "not ok $name"
        failed=$((failed + 1))
    fi
}

# The same where what it needs is there.
run_check_with() { # package name command-that-finds-it command...
    if $3 >/dev/null 2>&1; then
        name=$2
        shift 3
        run_check "$name" "$@"
    else
        echo "skipped: the build with $2 (needs $1)"
    fi
}

# With the suite alone, or with the programs too. Not optimised: what the optimiser warns of, the
# builds of gcc and clang see.
build_and_test() { # folder suite|programs meson-option...
    folder=$work/$1
    targets=tests/test_networks
    [ "$2" = suite ] || targets="$targets tools/nnblas bench/nnblas-bench"
    shift 2
    # shellcheck disable=SC2086 # several targets
    CC_LD=gold meson setup "$folder" "$source" -Doptimization=0 -Dtests=enabled -Dwerror=true "$@" &&
        ninja -C "$folder" $targets &&
        meson test -C "$folder" --no-rebuild --print-errorlogs networks
}

# Where it is the only library, pkg-config names all that it needs without being asked for a static link.
build_static() {
    build_and_test static suite -Ddefault_library=static --unity=on &&
        meson configure "$work/static" -Dtests=disabled -Dtools=false -Dbench=false &&
        DESTDIR=$work/static/staged meson install -C "$work/static" || return 1
    prefix=$work/static/staged/usr/local
    pc=$(find "$prefix" -name nnblas.pc)
    flags=$(pkg-config --define-variable=prefix="$prefix" --cflags --libs "$pc")
    # shellcheck disable=SC2086 # the flags are several words
    cc "$source/tests/install/program.c" -o "$work/static/program" $flags && "$work/static/program"
}

# A compiler and a C library that have nothing of Debian's: compiled and linked, as there is no BLAS
# for musl that could be run. Its own liblbfgs would be glibc's too.
build_with_musl() {
    CC=musl-gcc meson setup "$work/musl" "$source" -Dtests=disabled -Dtools=false -Dbench=false \
        -Doptimization=0 -Dlbfgs=disabled -Dmpi=disabled -Dwerror=true &&
        ninja -C "$work/musl" && ! nm -D --undefined-only "$work/musl/lib/libnnblas.so" | grep GLIBC
}

refuse_wide_blas() {
    ! meson setup "$work/wide" "$source" -Dblas=openblas64 >"$work/wide.log" &&
        grep 'ERROR: .*64-bit integers' "$work/wide.log"
}

# A project that has no Jansson, Check or compiler of C++ in reach.
build_as_subproject() {
    mkdir -p "$work/project/subprojects"
    ln -s "$source" "$work/project/subprojects/nnblas"
    cp "$source/tests/install/program.c" "$work/project"
    cat >"$work/project/meson.build" <<'END'
project('user', 'c')
nnblas_dep = dependency('nnblas', fallback: 'nnblas')
test('program', executable('program', 'program.c', dependencies: nnblas_dep))
END
    meson setup "$work/project/build" "$work/project" -Doptimization=0 -Dwerror=true &&
        ninja -C "$work/project/build" -t targets all >"$work/targets" &&
        ! grep -E 'nnblas-bench|test_|tools/nnblas' "$work/targets" &&
        meson test -C "$work/project/build" program
}

run_check "strict C11, and threads that wait as POSIX has it" build_and_test c11 programs -Dc_std=c11 \
    -Dc_args=-DNN_NO_FUTEX
run_check "static library, in a unity build" build_static
run_check "without optional parts" build_and_test small programs -Dlbfgs=disabled -Dlapack=disabled \
    -Dcsv=disabled -Dgzip=disabled -Dmpi=disabled -Dhardening=false
# The linker sees the sizes that no array has, which a test asks for on purpose, and would warn.
run_check "static and shared library, optimised by the linker" build_and_test lto suite \
    -Doptimization=1 -Db_lto=true -Ddefault_library=both
run_check "subproject" build_as_subproject
run_check_with musl-tools musl "musl-gcc --version" build_with_musl
run_check_with libopenblas64-dev "64-bit BLAS integers" "pkg-config --exists openblas64" refuse_wide_blas
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
