#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Trainings that are interrupted and resumed, and their progress.
# usage: check_stops.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

# interrupts SIGNAL
interrupts() {
    "$nnblas" train --epochs 1000000000 --patience 0 --output stopped >"$out" 2>"$err" &
    process=$!
    tries=0
    while ! has "$err" '^epoch ' && [ $tries -lt 100 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
    kill -"$1" $process
    wait $process
    report $? "SIG$1 ends a training with success"
    check "  which says so" has "$out" 'epochs: stopped by a signal'
    expect_status 0 evaluate stopped test.csv
    rm -f stopped
}

check_interruption() {
    interrupts INT
    interrupts TERM
}

check_resumption() {
    expect_status 0 train --quiet --epochs 60 --patience 0 --output straight
    expect_status 0 train --epochs 25 --patience 0 --checkpoint checkpoint --resume
    check "without a checkpoint training begins anew" has "$err" 'no checkpoint checkpoint yet'
    expect_status 0 evaluate checkpoint test.csv
    expect_status 0 train --epochs 60 --patience 0 --checkpoint checkpoint --resume \
        --output resumed --history history.csv
    check "a resumed training gives the same model" same_network straight resumed
    check "  with all its epochs" has_lines history.csv 61
    fails 'checkpoint' train --epochs 60 --hidden 7 --checkpoint checkpoint --resume
    fails 'train.csv' train --epochs 60 --checkpoint train.csv --resume
    cp checkpoint checkpoint.kept
    fails 'cannot resume from checkpoint: it is of a training on 150 rows, and this table has 120$' \
        train train.csv --target species --epochs 70 --checkpoint checkpoint --resume
    check "  and the checkpoint is as it was" cmp checkpoint.kept checkpoint
}

check_progress() {
    expect_status 0 train --epochs 25 --patience 0 --validation 0.2
    check "epochs 1, 2, 5, 10, 20 and the last have a line" has_lines "$err" 6
    check "  with both costs" has "$err" '^epoch +20   cost 0\.[0-9]+  validation 0\.'
    has_program script bsdutils || return 0
    script -qec "$nnblas train --epochs 2000 --patience 0" typescript </dev/null >/dev/null
    report $? "train on a terminal"
    tr '\r' '\n' <typescript >lines
    check "has a line that changes" has lines '^\[#+-*\] epoch [0-9]+/2000  cost '
    check "  with rows a second and the time left" has lines ' rows/s  [0-9]+:[0-9]{2} left'
    check "  until the end" has lines '^\[#{20}\] epoch 2000/2000 '
}

make_model
check_interruption
check_resumption
check_progress
conclude
