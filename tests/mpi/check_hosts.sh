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

write_arrays() {
    mkdir host0 host1
    python3 - <<'END'
import math, struct
def write(name, rows):
    header = repr({"descr": "<f8", "fortran_order": False, "shape": (len(rows), len(rows[0]))}).encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    with open(name, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
        for row in rows:
            file.write(struct.pack("<%dd" % len(row), *row))
X = [[i * 7919 % 1000 / 500 - 1, i * 104729 % 1000 / 500 - 1] for i in range(900)]
for name, rows in ("X", X), ("Y", [[math.sin(3 * a) * b] for a, b in X]):
    write(name + ".npy", rows)
    write("host0/%s.npy" % name, rows[:300])
    write("host1/%s.npy" % name, rows[300:])
END
}

# Each host sees its own files alone.
check_own_files() {
    command -v python3 >/dev/null || return 0
    write_arrays
    hide first host1
    hide second host0
    set -- --batch all --epochs 20 --validation 0.2
    expect_status 0 train --features X.npy --labels Y.npy "$@" --output one
    expect_of_ranks 0 2 train --features 'host{rank}/X.npy' --labels 'host{rank}/Y.npy' "$@" --mpi --output two
    check "two hosts with files of their own have the model of one" weights_are_near one two
    expect_of_ranks 1 2 train --features host0/X.npy --labels host0/Y.npy "$@" --mpi
    check "  and a host that does not see the file is named" has "$err" '^nnblas train: rank 1: host0/X.npy: No such file'
    umount host1
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
check_own_files
check_lost_hosts
check_full_disk
conclude
