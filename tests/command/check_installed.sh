#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The command as it is installed: with the library that is installed beside it, of which it has
# nothing inside.
# usage: check_installed.sh NNBLAS BUILD_DIRECTORY
set -u
build=$(cd "$2" && pwd)
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

# The library is found by the command itself, and by nothing else.
unset LD_LIBRARY_PATH

# holds_no_inside: of the library's hidden names, those of its inside are not in the command
holds_no_inside() {
    nm "$nnblas" >names 2>/dev/null || return 0
    ! has names ' [A-Za-z] nn_(blas|engine|plan|product|kernel|net|optimizer|trainer|fail)'
}

check_links() {
    check "the command has nothing of the library inside" holds_no_inside
    ldd "$nnblas" >libraries
    check "it links the shared library" has libraries 'libnnblas\.so\.0'
}

check_installed() {
    DESTDIR=$directory/stage meson install -C "$build" --no-rebuild >"$out" 2>&1
    report $? "meson installs the build"
    nnblas=$(find stage -path '*/bin/nnblas')
    check "the command is installed" test -n "$nnblas"
    nnblas=$directory/$nnblas
    ldd "$nnblas" >libraries
    check "it finds the library beside it" has libraries "libnnblas\.so\.0 => $directory/stage/"
    expect_status 0 --version
    expect_status 0 explain
    expect_status 0 info
    check "the man page is installed" test -n "$(find stage -name nnblas.1)"
    check "bash finds what completes its arguments" \
        test -n "$(find stage -path '*/bash-completion/completions/nnblas')"
    check "and zsh" test -n "$(find stage -path '*/zsh/site-functions/_nnblas')"
    if "$nnblas" --help | grep -q '^  train '; then
        make_model
        expect_status 0 evaluate model test.csv
    fi
}

check_links
check_installed
conclude
