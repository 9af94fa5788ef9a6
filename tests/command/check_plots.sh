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
    expect_status 0 train --quiet --epochs 20 --plot curve.png
    check "or a PNG" test "$(head -c 4 curve.png | tail -c 3)" = PNG
}

check_plots
conclude
