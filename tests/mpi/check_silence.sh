#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Ranks that stop before and after the epochs, and those that only take long.
# usage: check_silence.sh NNBLAS STOP_AT_BROADCAST LACK_BUFFERS
set -u
stop_at_broadcast=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
lack_buffers=$(cd "$(dirname "$3")" && pwd)/$(basename "$3")
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"
"$nnblas" iris >iris.csv
mkfifo pipe

# begin_training TABLE TABLE ARGUMENTS...: of rank 0 and of rank 1. The pipe has a writer, who writes nothing yet.
begin_training() {
    first=$1
    second=$2
    shift 2
    exec 9<>pipe
    begin_ranks 1 train "$first" --target species --mpi --mpi-timeout 1 --epochs 2 "$@" : \
        -np 1 "$nnblas" train "$second" --target species --mpi --mpi-timeout 1 --epochs 2 "$@" 9>&-
}

# wait_for_pipe RANK: until it has opened it
wait_for_pipe() {
    for _ in $(seq 300); do
        process=$(find_rank "$1") && readlink "/proc/$process/fd/"* 2>/dev/null | grep -qFx "$directory/pipe" &&
            return 0
        sleep 0.1
    done
    return 1
}

ends_well() {
    wait "$job"
    status=$?
    check "  mpirun exits with 0: $status" test $status -eq 0
}

check_slow_ranks() {
    for rank in 0 1; do
        if [ $rank = 0 ]; then begin_training pipe iris.csv; else begin_training iris.csv pipe; fi
        wait_for_pipe $rank
        sleep 3
        cat iris.csv >pipe
        exec 9>&-
        ends_well
        check "  rank $rank may take longer than the limit to read its table" has "$out" '^trained|epochs'
    done
    mkfifo model
    begin_training iris.csv iris.csv --output model
    sleep 3
    cat model >copy
    exec 9>&-
    ends_well
    check "  and rank 0 to write the model" test -s copy
    rm model
}

check_stopped_readers() {
    begin_training iris.csv pipe
    wait_for_pipe 1
    kill -STOP "$(find_rank 1)"
    ends_badly
    check "  a rank that has stopped while it reads its table is named" once \
        '^nnblas train: rank 1 has not answered for 1 seconds.*; a slow rank needs a longer --mpi-timeout$'
    begin_training pipe iris.csv
    wait_for_pipe 0
    kill -STOP "$(find_rank 0)"
    ends_badly
    check "  and so is rank 0" once '^nnblas train: rank 1: rank 0 has not answered for 1 seconds'
    begin_ranks 1 search iris.csv --target species --mpi --mpi-timeout 1 : \
        -np 1 "$nnblas" search pipe --target species --mpi --mpi-timeout 1 9>&-
    wait_for_pipe 1
    kill -STOP "$(find_rank 1)"
    ends_badly
    check "  and one of a search" once '^nnblas search: rank 1 has not answered for 1 seconds'
    exec 9>&-
}

# While the others share what they know of their rows.
check_broadcast() {
    python3 - <<'END'
import struct
for name, columns in ("X.npy", 2), ("Y.npy", 1):
    header = repr({"descr": "<f8", "fortran_order": False, "shape": (50, columns)}).encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    values = [i * 7919 % 1000 / 500 - 1 for i in range(50 * columns)]
    with open(name, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + struct.pack("<%dd" % len(values), *values))
END
    set -- train --features X.npy --labels Y.npy --mpi --mpi-timeout 1
    begin_ranks 1 "$@" : -np 1 env LD_PRELOAD="$stop_at_broadcast" "$nnblas" "$@" : -np 1 "$nnblas" "$@"
    ends_badly
    check "  a rank that has stopped in an exchange is named" once '^nnblas train: rank 1 has not answered for 1 seconds'
}

# The rank that has none says it; the others only know that one has failed.
check_memory() {
    set -- train iris.csv --target species --mpi --mpi-timeout 5
    begin_ranks 1 "$@" : -np 1 env LD_PRELOAD="$lack_buffers" "$nnblas" "$@" : -np 1 "$nnblas" "$@"
    ends_badly
    check "  a rank without memory says so" once '^nnblas train: rank 1: .*out of memory: a buffer of'
    check "  and rank 0 that another one has failed" once '^nnblas train: .*another rank has failed: its message says why$'
}

# Rank 0 writes the model, while the other one waits for the end.
check_end() {
    mkfifo model
    begin_training iris.csv iris.csv --output model
    wait_for "$err" 'epoch +2 '
    sleep 1
    kill -STOP "$(find_rank 1)"
    cat model >copy
    ends_badly
    check "  a rank that has stopped after its training is named" once '^nnblas train: rank 1 has not answered for 1 seconds'
    check "  and the model is saved" test -s copy
    rm model
}

check_slow_ranks
check_stopped_readers
check_broadcast
check_memory
check_end
conclude
