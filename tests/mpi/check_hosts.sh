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
    begin_ranks 2 search iris.csv --target species --mpi --trials 2000 --epochs 2000 --mpi-timeout 4
    wait_for "$out" 'at the same time$'
    sleep 1
    cut_link
    ends_badly
    check "  by mpirun itself" has "$err" 'lost communication with a remote daemon'
    check "  the rank behind a cut link is named" has "$err" '^nnblas search: rank 1 has not answered for 4 seconds'
    mend_link
}

check_network
check_search
conclude
