#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The pictures that nnblas train and evaluate have gnuplot draw.
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
    mkdir broken
    printf '#!/bin/sh\nexit 3\n' >broken/gnuplot
    chmod +x broken/gnuplot
    PATH=$PWD/broken:$PATH "$nnblas" train --epochs 2 --plot curve.svg >"$out" 2>"$err"
    test $? -eq 1
    report $? "a gnuplot that fails exits 1"
    check "  with its status" has "$err" '^nnblas train: gnuplot failed with status 3$'
    check "  and draws nothing" test ! -e curve.svg
    has_program gnuplot gnuplot-nox || return 0
    expect_status 0 train --quiet --epochs 20 --validation 0.2 --plot "it's \$(x).svg"
    check "the plot is an SVG" has "it's \$(x).svg" '<svg'
    check "  with both costs" has "it's \$(x).svg" 'validation cost'
    check "  the target" has "it's \$(x).svg" 'training on species'
    check "  and the epoch that is kept" has "it's \$(x).svg" 'epoch [0-9]+, which is kept'
    expect_status 0 train --quiet --epochs 20 --validation 0.2 --score --plot score.svg
    check "a score is a curve too" has score.svg 'validation score'
    check "  with an axis of its own" has score.svg '>score<'
    expect_status 0 train --quiet --epochs 20 --plot plain.svg
    check "without a validation there is none in the plot" lacks plain.svg validation
    check "  but the cost after the epoch" has plain.svg 'cost after the epoch'
    expect_status 0 train --quiet --epochs 20 --plot curve.png
    check "or a PNG" test "$(head -c 4 curve.png | tail -c 3)" = PNG
}

# The gradient of this training is 0 from the beginning.
check_no_epoch() {
    has_program gnuplot gnuplot-nox || return 0
    awk 'BEGIN { print "x,y"; for (i = 0; i < 8; i++) print "7," (i % 2 ? "no" : "yes") }' >same.csv
    "$nnblas" train same.csv --target y --features x --hidden 0 --optimizer lbfgs --weight-decay 0 \
        --plot none.svg >"$out" 2>"$err"
    status=$?
    if has "$err" 'without liblbfgs'; then
        echo "skipped: a training without an epoch (needs liblbfgs)"
        return 0
    fi
    report $status "a training that begins at a minimum"
    check "  keeps what it began with" has "$out" '^kept the initial weights$'
    check "  has nothing to draw" has "$err" \
        '^nnblas train: warning: there is no epoch to draw: none.svg is not written$'
    check "  and writes no picture" test ! -e none.svg
}

check_score_plots() {
    make_model
    expect_status 2 evaluate model test.csv --plot scores.pdf
    PATH='' "$nnblas" evaluate model test.csv --plot scores.svg >"$out" 2>"$err"
    test $? -eq 1
    report $? "evaluate --plot without gnuplot exits 1"
    check "  before it reads the table" is_empty "$out"
    has_program gnuplot gnuplot-nox || return 0
    sed "s/virginica/it's a_b/; s/versicolor/versicolor of many colours/" train.csv >odd.csv
    "$nnblas" train odd.csv --target species --quiet --epochs 20 --output odd
    expect_status 0 evaluate odd odd.csv --plot scores.svg
    check "the confusion matrix is an SVG" has scores.svg '<svg'
    check "  with the names of the classes as they are" has scores.svg ">it('|&apos;|&#39;)s a_b<"
    check "  and the counts" has scores.svg '> ?40<'
    check "  whose names are turned, as they are long" has scores.svg 'rotate[(]30'
    sed "s/virginica/20%/; s/versicolor/50%off/" train.csv >percent.csv
    "$nnblas" train percent.csv --target species --text species --quiet --epochs 20 --output percent
    expect_status 0 evaluate percent percent.csv --plot percent.svg
    check "names of classes with % are as they are" has percent.svg '>20%<'
    check "  and no formats" has percent.svg '>50%off<'
    awk -v OFS=, 'BEGIN { print "a %,b %o,y"; for (i = 0; i < 60; i++) print i % 7, i % 5, i % 7 }' >percent.csv
    "$nnblas" train percent.csv --target y --numbers --quiet --epochs 20 --output percent
    expect_status 0 importance percent percent.csv --plot percent.svg
    check "so are names of columns" has percent.svg '>a %<'
    check "  which are no formats" has percent.svg '>b %o<'
    awk -v OFS=, 'BEGIN { print "x,y"; for (i = 0; i < 60; i++) print i % 7, (i % 7 > 3) }' >label.csv
    "$nnblas" train label.csv --target y --quiet --epochs 20 --output label
    expect_status 0 evaluate label label.csv --plot label.svg
    check "short names of classes stand straight" lacks label.svg 'rotate[(]30'
    awk -v OFS=, 'BEGIN { print "x,y,z"; for (i = 0; i < 3000; i++) print i, i * i / 7, -i }' >numbers.csv
    "$nnblas" train numbers.csv --target y,z --quiet --epochs 2 --output numbers
    expect_status 0 evaluate numbers numbers.csv --plot scatter.svg
    check "numbers are points" has scatter.svg '2000 of 3000 rows'
    check "  of each target" has scatter.svg '>z<'
    expect_status 0 evaluate numbers numbers.csv --plot scatter.png
    check "or a PNG" test "$(head -c 4 scatter.png | tail -c 3)" = PNG
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
check_no_epoch
check_score_plots
if command -v gnuplot >/dev/null; then
    check_full_disk
    check_size_limit
fi
conclude
