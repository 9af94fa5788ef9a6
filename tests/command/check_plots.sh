#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The curves that nnblas train has gnuplot draw.
# usage: check_plots.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

check_plots() {
    expect_status 1 train --plot nowhere/curve.svg
    PATH='' "$nnblas" train --plot curve.svg >"$out" 2>"$err"
    test $? -eq 1
    report $? "a plot without gnuplot exits 1"
    check "  and says why" has "$err" 'cannot run gnuplot.*: No such file'
    has_program gnuplot gnuplot-nox || return 0
    expect_status 0 train --quiet --epochs 20 --validation 0.2 --plot "it's \$(x).svg"
    check "the plot is an SVG" has "it's \$(x).svg" '<svg'
    check "  with both costs" has "it's \$(x).svg" 'validation cost'
    expect_status 0 train --quiet --epochs 20 --validation 0.2 --score --plot score.svg
    check "a score is a curve too" has score.svg 'validation score'
    check "  with an axis of its own" has score.svg '>score<'
    expect_status 0 train --quiet --epochs 20 --plot plain.svg
    check "without a validation there is none in the plot" lacks plain.svg validation
    check "  but the cost after the epoch" has plain.svg 'cost after the epoch'
    expect_status 0 train --quiet --epochs 20 --plot curve.png
    check "or a PNG" test "$(head -c 4 curve.png | tail -c 3)" = PNG
}

check_full_disk() {
    [ -c /dev/full ] || return 0
    ln -s /dev/full full.svg
    ln -s /dev/full full.png
    fails 'cannot write full.svg: No space left' train --quiet --epochs 20 --plot full.svg
    fails 'cannot write full.png: No space left' train --quiet --epochs 20 --plot full.png
}

# The limit of a file's size, in blocks of 512 bytes, stands for a disk with some room.
check_size_limit() {
    echo old >limited.svg
    (ulimit -f 4 && "$nnblas" train --quiet --epochs 20 --plot limited.svg) 2>"$err"
    test $? -eq 1
    report $? "a plot over the limit of a file's size exits 1"
    check "  with a message" has "$err" 'cannot write limited.svg: File too large'
    check "  and leaves the old file" grep -qx old limited.svg
    check "  alone" is_alone limited.svg
}

check_plots
if command -v gnuplot >/dev/null; then
    check_full_disk
    check_size_limit
fi
conclude
