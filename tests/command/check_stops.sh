#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Trainings that are interrupted and resumed, and their progress.
# usage: check_stops.sh NNBLAS [STOP_AT_ONCE]
set -u
library=${2:+$(cd "$(dirname "$2")" && pwd)/$(basename "$2")}
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

# interrupts SIGNAL...
interrupts() {
    rm -f "$err"
    heeding_signals "$nnblas" train --epochs 1000000000 --patience 0 --output stopped >"$out" 2>"$err" &
    process=$!
    wait_for "$err" '^epoch '
    for signal in "$@"; do
        kill -"$signal" $process
    done
    wait $process
    report $? "SIG$* ends a training with success"
    check "  which says so" has "$out" 'epochs: stopped by a signal'
    expect_status 0 evaluate stopped test.csv
    rm -f stopped
}

# A terminal that is closed sends SIGHUP twice.
check_interruption() {
    interrupts INT
    interrupts TERM
    interrupts HUP
    interrupts HUP HUP
}

# read_pipe FILE: what the process writes; its status. Nobody writes to the pipe of one that has failed.
read_pipe() {
    cat pipe >"$1" &
    reader=$!
    wait $process
    status=$?
    [ $status -eq 0 ] || kill $reader
    wait $reader
    return $status
}

# Until somebody reads the pipe, the training has ended and the model is not saved.
check_late_signal() {
    mkfifo pipe
    expect_status 0 train --quiet --epochs 2 --output straight
    for signal in INT TERM HUP; do
        rm -f "$err"
        heeding_signals "$nnblas" train --epochs 2 --output pipe >"$out" 2>"$err" &
        process=$!
        wait_for "$err" '^epoch +2 '
        sleep 0.3
        kill -$signal $process
        read_pipe piped
        report $? "SIG$signal behind the last epoch does no harm"
        check "  to the model" same_network straight piped
        check "  nor is anything cut short" has "$out" '^2 of 2 epochs: completed'
    done
}

# As of a job that a script starts with &, and of nohup; also when the model is saved.
check_ignored_signals() {
    rm -f "$err"
    (trap '' INT HUP && exec "$nnblas" train --epochs 2000 --patience 0 --history pipe) >"$out" 2>"$err" &
    process=$!
    wait_for "$err" '^epoch +10 '
    kill -INT $process
    kill -HUP $process
    wait_for "$err" '^epoch +2000 '
    sleep 0.3
    kill -INT $process
    read_pipe history.csv
    report $? "signals that are ignored are ignored in a training too"
    check "  of which all epochs are done" has "$out" '^2000 of 2000 epochs: completed'
    check "  and behind it" has_lines history.csv 2001
}

# stops_at_once STATUS ARGUMENTS...: the signal arrives before the first epoch
stops_at_once() {
    expected=$1
    shift
    (heeding_signals env LD_PRELOAD="$library" "$nnblas" "$@") >"$out" 2>"$err"
    test $? -eq "$expected"
    report $? "'nnblas $*', stopped at once, exits $expected"
}

check_early_stop() {
    [ -n "$library" ] || return 0
    stops_at_once 0 train --epochs 9 --output stopped
    check "one epoch is completed" has "$out" '^1 of 9 epochs: stopped by a signal$'
    stops_at_once 1 train --ensemble 3 --epochs 9 --output none
    check "no network of an ensemble began" has "$err" '^nnblas train: stopped by a signal before a training began$'
    check "  and none is saved" test ! -e none
    stops_at_once 1 cross-validate --epochs 9
    check "nor one of a fold" has "$err" 'stopped by a signal before a training was complete$'
}

check_killed_scores() {
    [ -n "$library" ] || return 0
    (KILL_SCORES=1 LD_PRELOAD="$library" exec "$nnblas" train --epochs 9 --output kept) >"$out" 2>"$err"
    check "a program that is killed while it computes scores" test $? -eq 137
    check "  has told what it saved" has "$out" '^saved kept$'
    expect_status 0 evaluate kept test.csv
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
    cp checkpoint longer
    expect_status 0 train --epochs 30 --patience 0 --checkpoint longer --resume
    check "a checkpoint of more epochs is said to be one" has "$out" '^60 epochs, more than the 30 of --epochs$'
    expect_status 0 train --epochs 5 --checkpoint longer
    check "a training that does not resume warns of the checkpoint that it replaces" has "$err" \
        '^nnblas train: warning: this training replaces the checkpoint longer of another one, from which --resume goes on$'
    expect_status 0 train --epochs 5 --checkpoint new
    check "  and only of that" lacks "$err" 'another one'
    # The default weight decay of numbers is an estimate, which knows nothing of the epochs.
    awk -v OFS=, 'BEGIN { print "x,y"; for (i = 0; i < 60; i++) print i / 10, sin(i / 10) + i % 7 / 10 }' >numbers.csv
    expect_status 0 train numbers.csv --target y --epochs 7 --checkpoint numbers
    expect_status 0 train numbers.csv --target y --epochs 40 --checkpoint numbers --resume
    fails 'checkpoint' train --epochs 60 --hidden 7 --checkpoint checkpoint --resume
    fails 'train.csv' train --epochs 60 --checkpoint train.csv --resume
    cp checkpoint checkpoint.kept
    fails 'cannot resume from checkpoint: it belongs to a training on 150 rows, and this table has 120$' \
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
    on_terminal() {
        script -qec "$nnblas $*" typescript </dev/null >/dev/null
        tr '\r' '\n' <typescript >lines
    }
    on_terminal train --epochs 20 --validation 0.2
    check "  with the validation cost" has lines ' cost 0\.[0-9]+  validation 0\.[0-9]+  [0-9]'
    on_terminal train --epochs 20 --validation 0.2 --score
    check "  and the score" has lines ' cost 0\.[0-9]+  validation 0\.[0-9]+  score 0\.[0-9]+'
    on_terminal train --epochs 50 --ensemble 9
    check "several trainings are counted" has lines '^[1-8] of 9 trainings' # two may end at once
    check "  to the last" has lines '^9 of 9 trainings'
}

make_model
check_interruption
check_late_signal
check_ignored_signals
check_early_stop
check_killed_scores
check_resumption
check_progress
conclude
