#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# nnblas train --mpi of rows that stay in their files: each rank reads a part of the files.
# usage: check_streams.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"
command -v python3 >/dev/null || skip "the checks of arrays with --mpi (need python3)"
python3 - <<'END'
import gzip, math, struct
def write(name, kind, code, rows, pack=bytes):
    header = repr({"descr": kind, "fortran_order": False, "shape": (len(rows), len(rows[0]))}).encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    body = b"".join(struct.pack("<%d%s" % (len(r), code), *r) for r in rows)
    with open(name, "wb") as file:
        file.write(pack(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + body))
X = [[i * 7919 % 1000 / 500 - 1, i * 104729 % 1000 / 500 - 1] for i in range(2500)]
y = [math.sin(3 * a) * b for a, b in X]
write("X.npy", "<f8", "d", X)
write("packed.npy", "<f8", "d", X, gzip.compress)
write("Y.npy", "<f8", "d", [[v] for v in y])
write("classes.npy", "<i4", "i", [[(v > 0) + (v > 0.5)] for v in y])
table = "x,y,z\n" + "".join("%r,%r,%r\n" % (a, b, c) for (a, b), c in zip(X, y))
open("table.csv", "w").write(table)
gzip.open("table.csv.gz", "wb").write(table.encode())
write("short.npy", "<f8", "d", X[1:])
write("short_Y.npy", "<f8", "d", [[v] for v in y[1:]])
X[2000][1] = float("nan")
write("nan.npy", "<f8", "d", X)
END

check_models() {
    is_of_one_process 2 --features X.npy --labels Y.npy --batch all --epochs 10
    is_of_one_process 3 --features X.npy --labels classes.npy --batch all --epochs 10 --validation 0.2 --score
    is_of_one_process 3 --features packed.npy --labels Y.npy --batch all --epochs 5 --validation 0.3
    is_of_one_process 2 --features X.npy --labels Y.npy --optimizer lbfgs --epochs 3
    is_of_one_process 3 table.csv --target z --stream --batch all --epochs 5 --validation 0.2
    is_of_one_process 2 table.csv.gz --target z --stream --batch all --epochs 5
    # Fewer rows than ranks.
    head -n 4 table.csv >short.csv
    is_of_one_process 4 short.csv --target z --stream --batch all --epochs 5
}

count_steps() {
    grep -a -o 'epoch=.* steps=[0-9a-f]*' "$1"
}

check_batches() {
    expect_status 0 train --features X.npy --labels Y.npy --batch 250 --epochs 3 --validation 0.2 --checkpoint one.state
    for input in '--features X.npy' '--features packed.npy'; do
        # shellcheck disable=SC2086 # an option and its value
        expect_of_ranks 0 3 train $input --labels Y.npy --batch 250 --epochs 3 --validation 0.2 --mpi --output first --checkpoint state
        check "an epoch has as many steps as in one process" test "$(count_steps state)" = "$(count_steps one.state)"
        # shellcheck disable=SC2086
        expect_of_ranks 0 3 train $input --labels Y.npy --batch 250 --epochs 3 --validation 0.2 --mpi --output again
        check "  and so every time" same_network first again
    done
    expect_of_ranks 0 3 train --features packed.npy --labels Y.npy --batch 250 --epochs 5 --validation 0.2 --mpi --output resumed \
        --checkpoint state --resume
    expect_of_ranks 0 3 train --features packed.npy --labels Y.npy --batch 250 --epochs 5 --validation 0.2 --mpi --output straight
    check "a training goes on from its checkpoint" same_network resumed straight
}

# Each host may have a file of its own under the same name, as a bad one of rank 1 here.
check_files_of_ranks() {
    set -- --batch all --epochs 1 --mpi
    for of_rank_1 in missing.npy nan.npy short.npy; do
        labels=Y.npy
        [ $of_rank_1 != short.npy ] || labels=short_Y.npy
        mpirun -np 1 "$nnblas" train --features X.npy --labels Y.npy "$@" : \
            -np 1 "$nnblas" train --features $of_rank_1 --labels $labels "$@" >"$out" 2>"$err"
        check "a bad file of one rank ends the job with its status" test $? -eq 1
        case $of_rank_1 in
        missing.npy) check "  and is told" once '^nnblas train: rank 1: missing.npy: No such file' ;;
        nan.npy) check "  and is told" once '^nnblas train: rank 1: nan.npy: row 2001, column 2: NaN' ;;
        *) check "  and is told" once '^nnblas train: rank 1: short.npy: has 2499 rows, and that of rank 0 has 2500: is it another file' ;;
        esac
    done
}

check_errors() {
    expect_of_ranks 1 2 train --features missing.npy --labels Y.npy --mpi
    check "a missing file is told once" once 'missing.npy: No such file'
    expect_of_ranks 1 2 train --features nan.npy --labels Y.npy --mpi
    check "a NaN is told once" once 'nan.npy: row 2001, column 2: NaN'
    expect_of_ranks 2 2 train --features X.npy --labels Y.npy --batch all --mpi --mpi-ordered
    check "ordered sums are refused" once '--mpi-ordered needs a table in memory, and --labels leaves rows in files: leave out either'
}

# A file that changes while it is read: the rank that sees it tells.
check_changes() {
    begin_ranks 2 train --features X.npy --labels Y.npy --mpi --batch 250 --epochs 1000000 --patience 0 --output none
    wait_for "$err" 'epoch +5 '
    touch X.npy
    ends_badly
    check "  a file that was changed is told" has "$err" '^nnblas train: .*X.npy: was changed while it was read'
    check "  and nothing is saved" test ! -e none
}

check_models
check_batches
check_files_of_ranks
check_errors
check_changes
conclude
