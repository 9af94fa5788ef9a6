#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# --mpi between two hosts with a network of their own, and what is told when it is cut.
# usage: check_hosts.sh NNBLAS
set -u
# shellcheck source=hosts.sh
. "$(dirname "$0")/hosts.sh"
"$nnblas" iris >iris.csv

check_network() {
    mpirun -np 2 hostname >"$out" 2>"$err"
    check "two hosts run a process each" test "$(sort "$out" | tr '\n' ' ')" = "first second "
}

check_search() {
    expect_status 0 search iris.csv --target species --trials 4 --epochs 20
    cp "$out" one.out
    expect_of_ranks 0 2 search iris.csv --target species --trials 4 --epochs 20 --mpi
    check "two hosts have the trials of one" same_but_times one.out "$out"
    begin_ranks 2 search iris.csv --target species --mpi --trials 2000 --epochs 300 --mpi-timeout 4
    wait_for "$out" 'at the same time$'
    sleep 1
    cut_link
    ends_badly
    check "  by mpirun itself" has "$err" 'lost communication with a remote daemon'
    check "  the rank behind a cut link is named" has "$err" '^nnblas search: rank 1 has not answered for 4 seconds'
    mend_link
}

check_training() {
    expect_status 0 train iris.csv --target species --epochs 30 --validation 0.2 --output one
    expect_of_ranks 0 2 train iris.csv --target species --epochs 30 --validation 0.2 --mpi --output two
    check "two hosts have the model of one" weights_are_near one two
}

begin_long_training() {
    begin_ranks 2 train iris.csv --target species --mpi --epochs 1000000 --patience 0 --checkpoint state \
        --checkpoint-every 20 --mpi-timeout 4
    wait_for "$err" 'epoch +50 '
}

check_lost_hosts() {
    begin_long_training
    cut_link
    ends_badly
    check "  the rank behind a cut link is named" has "$err" '^nnblas train: .*no answer from rank 1 within 4 s'
    check "  and mpirun ends the job" has "$err" 'lost communication with a remote daemon'
    mend_link
    expect_of_ranks 0 2 train iris.csv --target species --mpi --epochs 60 --checkpoint state --resume
    check "  which goes on from its checkpoint" has "$out" 'of them by the checkpoint'
    begin_long_training
    kill -KILL "$(find_rank 1)"
    ends_badly
    check "  a rank killed on the other host is named" has "$err" 'process rank 1 .*on node (second|10.1.2.2)'
}

check_full_disk() {
    mkdir -p small
    mount -t tmpfs -o size=64k small small
    expect_of_ranks 1 2 train iris.csv --target species --mpi --epochs 20 --hidden 100,100 --checkpoint small/state \
        --output kept
    check "a checkpoint on a full disk is warned of once" once 'warning: a checkpoint was not written: .*No space left'
    check "  and the model is saved" test -s kept
    umount small
}

check_network
check_search
check_training
check_lost_hosts
check_full_disk
conclude
