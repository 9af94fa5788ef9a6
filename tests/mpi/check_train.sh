#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# nnblas train --mpi: the model of one process, whatever the number of ranks.
# usage: check_train.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"
"$nnblas" iris >iris.csv
# 2500 rows, of which a sample decides where there is no validation set.
awk 'BEGIN { print "x,y,w,z"; for (i = 0; i < 2500; i++) { x = i * 7919 % 1000 / 500 - 1; y = i * 104729 % 1000 / 500 - 1
    print x "," y "," i % 4 "," sin(3 * x) * y } }' >large.csv

check_models() {
    for optimizer in gradient-descent nesterov adam; do
        is_of_one_process 2 iris.csv --target species --epochs 50 --optimizer $optimizer
    done
    for optimizer in gradient-descent adam rprop lbfgs scg levenberg-marquardt; do
        is_of_one_process 3 iris.csv --target species --epochs 20 --optimizer $optimizer --batch all --hidden 5
    done
    is_of_one_process 1 iris.csv --target species --epochs 20 --validation 0.2
    is_of_one_process 4 iris.csv --target species --epochs 50 --validation 0.2 --score --patience 3
    is_of_one_process 2 iris.csv --target species --epochs 20 --class-weights virginica=3 --validation 0.3
    is_of_one_process 2 large.csv --target z --epochs 5 --weight w --validation 0.1
    is_of_one_process 3 large.csv --target z --epochs 5
}

check_ordered_sums() {
    awk 'BEGIN { print "x,y,z"; for (i = 0; i < 40000; i++) { x = i * 7919 % 1000 / 500 - 1
        y = i * 104729 % 1000 / 500 - 1; print x "," y "," sin(3 * x) * y } }' >parts.csv
    for options in '--optimizer adam' '--optimizer lbfgs --validation 0.3'; do
        # shellcheck disable=SC2086 # options and their values
        expect_status 0 train parts.csv --target z --batch all --epochs 5 --output one $options
        for ranks in 2 3; do
            # shellcheck disable=SC2086
            expect_of_ranks 0 $ranks train parts.csv --target z --batch all --epochs 5 --output ranks --mpi --mpi-ordered $options
            check "  ordered sums have the bits of one process" same_network one ranks
        done
    done
    expect_of_ranks 1 2 train iris.csv --target species --batch all --mpi --mpi-ordered
    check "few rows are refused" once 'one process takes these 150 rows in one part'
}

check_resume() {
    expect_status 0 train iris.csv --target species --epochs 40 --validation 0.2 --output straight
    expect_of_ranks 0 2 train iris.csv --target species --epochs 20 --validation 0.2 --mpi --checkpoint state
    expect_of_ranks 0 3 train iris.csv --target species --epochs 40 --validation 0.2 --mpi --checkpoint state \
        --resume --output resumed
    check "another number of ranks goes on" has "$out" '^20 of them by the checkpoint, and 20 in'
    check "  to the model of one process" weights_are_near straight resumed
    expect_of_ranks 0 1 train iris.csv --target species --epochs 40 --validation 0.2 --checkpoint state --resume
    expect_of_ranks 1 2 train iris.csv --target species --epochs 50 --validation 0.3 --mpi --checkpoint state --resume
    check "a checkpoint of another training is refused once" once '^nnblas train: cannot resume from state'
}

check_errors() {
    expect_of_ranks 1 2 train iris.csv --target sepal_width --mpi --learning-rate 1e300 --output none
    check "a training that diverges is told once" once '^nnblas train: .*not finite|^nnblas train: .*overflow'
    check "  and saves nothing" test ! -e none
    expect_of_ranks 1 2 train iris.csv --target species --mpi --epochs 2 --output /dev/full
    check "a full disk is told" once '^nnblas train: cannot write /dev/full: No space left'
    expect_of_ranks 2 2 train iris.csv --target species --mpi --restarts 3
    check "several networks are refused" once '--mpi divides the rows of one network: leave out --restarts'
    refuses '--mpi-ordered needs --mpi' train iris.csv --target species --mpi-ordered
    expect_of_ranks 2 2 train iris.csv --target species --mpi --mpi-ordered
    check "ordered sums need all rows in a step" once '--mpi-ordered needs --batch all'
}

begin_long_training() {
    rm -f state
    begin_ranks 2 train large.csv --target z --mpi --epochs 1000000 --patience 0 --hidden 30,30 --checkpoint state \
        --checkpoint-every 5 --output long "$@"
    wait_for "$err" 'epoch +5 '
}

check_ends() {
    # The one second that mpirun gives may not be enough where processors are busy.
    export OMPI_MCA_odls_base_sigkill_timeout=20
    begin_long_training
    kill -INT $job
    wait $job
    unset OMPI_MCA_odls_base_sigkill_timeout
    check "an interrupted training says so" has "$out" 'epochs: stopped by a signal'
    check "  and saves its model" test -s long
    begin_long_training
    kill -KILL "$(find_rank 1)"
    ends_badly
    check "  a killed rank is named" has "$err" 'process rank 1 '
    expect_of_ranks 0 3 train large.csv --target z --mpi --epochs 6 --hidden 30,30 --patience 0 --checkpoint state --resume
    check "  and the training goes on from its checkpoint" has "$out" 'of them by the checkpoint'
    begin_long_training --mpi-timeout 2
    kill -STOP "$(find_rank 1)"
    ends_badly
    check "  a rank that does not answer is named" has "$err" '^nnblas train: .*no answer from rank 1 within 2 s; a slow rank needs a longer --mpi-timeout$'
    check "  and what becomes of the training" once \
        '^nnblas train: the model is not saved: --resume goes on from the checkpoint state$'
    begin_long_training --mpi-timeout 2
    kill -STOP "$(find_rank 0)"
    ends_badly
    check "  and so is rank 0" has "$err" '^nnblas train: rank 1: .*no answer from rank 0 within 2 s'
}

check_models
check_ordered_sums
check_resume
check_errors
check_ends
conclude
