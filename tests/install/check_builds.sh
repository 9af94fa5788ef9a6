#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The builds that distributions and other projects make: each configures, compiles with warnings as
# errors and runs a suite of the network. Ends with "N passed, N failed".
# usage: tests/install/check_builds.sh
set -u
source=$(cd "$(dirname "$0")/../.." && pwd)
work=$source/build/variants
passed=0
failed=0
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

build_and_test() { # folder meson-option...
    folder=$work/$1
    shift
    rm -rf "$folder"
    meson setup "$folder" "$source" -Doptimization=1 -Dtests=enabled -Dwerror=true "$@" &&
        ninja -C "$folder" && meson test -C "$folder" --no-rebuild --print-errorlogs networks
}

# The linker sees what a test asks for on purpose, sizes that no array has, and warns of them.
build_with_lto() {
    rm -rf "$work/lto"
    meson setup "$work/lto" "$source" -Db_lto=true -Dtests=enabled -Dtools=false -Dbench=false &&
        ninja -C "$work/lto" tests/test_networks &&
        meson test -C "$work/lto" --no-rebuild --print-errorlogs networks
}

# Compiled and linked against musl; Debian has no BLAS for it that could be run. Its own liblbfgs would
# be glibc's too.
build_with_musl() {
    rm -rf "$work/musl"
    CC=musl-gcc meson setup "$work/musl" "$source" -Dtests=disabled -Dtools=false -Dbench=false \
        -Dlbfgs=disabled -Dwerror=true &&
        ninja -C "$work/musl" && ! nm -D --undefined-only "$work/musl/lib/libnnblas.so" | grep GLIBC
}

refuse_wide_blas() {
    rm -rf "$work/wide"
    ! meson setup "$work/wide" "$source" -Dblas=openblas64 >"$work/wide.log" &&
        grep 'ERROR: .*64-bit integers' "$work/wide.log"
}

# A project that has no Jansson, libcsv, Check or compiler of C++ in reach.
build_as_subproject() {
    rm -rf "$work/project"
    mkdir -p "$work/project/subprojects"
    ln -s "$source" "$work/project/subprojects/nnblas"
    cp "$source/tests/install/program.c" "$work/project"
    cat >"$work/project/meson.build" <<'END'
project('user', 'c')
nnblas_dep = dependency('nnblas', fallback: 'nnblas')
test('program', executable('program', 'program.c', dependencies: nnblas_dep))
END
    meson setup "$work/project/build" "$work/project" &&
        ninja -C "$work/project/build" -t targets all >"$work/targets" &&
        ! grep -E 'nnblas-bench|test_|tools/nnblas' "$work/targets" &&
        meson test -C "$work/project/build" program
}

run_check "strict C11" build_and_test c11 -Dc_std=c11 -Dbench=false
run_check "unity" build_and_test unity --unity=on
run_check "static library" build_and_test static -Ddefault_library=static
run_check "static and shared library" build_and_test both -Ddefault_library=both
run_check "threads that wait as POSIX has it" build_and_test posix -Dc_args=-DNN_NO_FUTEX -Dbench=false
run_check "without optional parts" build_and_test small -Dlbfgs=disabled -Dcsv=disabled -Dbench=false \
    -Dhardening=false
run_check "link-time optimisation" build_with_lto
run_check "musl" build_with_musl
run_check "64-bit BLAS integers are refused" refuse_wide_blas
run_check "subproject" build_as_subproject
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
