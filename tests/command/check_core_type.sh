#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The program starts again where another core type of OpenBLAS is faster.
# usage: check_core_type.sh NNBLAS TEST_CORE_TYPE
set -u
test_core_type=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

# restarts EXPECTED_STDOUT LINES_ON_STDERR DESCRIPTION VARIABLE=VALUE...: the test program with
# $argument for its argument
argument=argument
restarts() {
    expected=$1 lines=$2 description=$3
    shift 3
    # The time limit is for a program that would start again for ever.
    env -u OPENBLAS_CORETYPE -u NNBLAS_KEEP_CORETYPE "$@" \
        timeout 20 "$test_core_type" "$argument" >"$out" 2>"$err"
    test $? -eq 0 && test "$(cat "$out")" = "$expected"
    report $? "$description: '$expected'"
    check "  with $lines lines on stderr" test "$(grep -c 'restarting with' "$err")" -eq "$lines"
}

check_coretype() {
    restarts 'Better argument 2' 1 'a better core is taken'
    argument=--quiet
    restarts 'Better --quiet 2' 0 '--quiet takes it without a word'
    argument=argument
    restarts 'none argument 2' 0 'NNBLAS_KEEP_CORETYPE=1 keeps the core' NNBLAS_KEEP_CORETYPE=1
    restarts 'Better argument 2' 1 'NNBLAS_KEEP_CORETYPE=0 does not' NNBLAS_KEEP_CORETYPE=0
    restarts 'Mine argument 2' 0 'the own choice is kept' OPENBLAS_CORETYPE=Mine
    env -u OPENBLAS_CORETYPE -u NNBLAS_KEEP_CORETYPE "$nnblas" info >"$out" 2>"$err"
    report $? "nnblas runs with the better core"
    has "$out" 'OPENBLAS_CORETYPE='
    test $? -eq 1
    report $? "  and there is none better then"
    NNBLAS_KEEP_CORETYPE=1 "$nnblas" --version >"$out" 2>"$err"
    check "nnblas keeps the core where it is told to" test ! -s "$err"
}

check_coretype
conclude
