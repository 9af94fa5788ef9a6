#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# nnblas train --mpi where each rank has files of its own, {rank} in their names: the model is that of one
# process with all rows.
# usage: check_files.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"
command -v python3 >/dev/null || skip "the checks of arrays with --mpi (need python3)"

python3 - <<'END'
import gzip, math, os, struct
def pack(kind, code, rows):
    header = repr({"descr": kind, "fortran_order": False, "shape": (len(rows), len(rows[0]))}).encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    body = b"".join(struct.pack("<%d%s" % (len(r), code), *r) for r in rows)
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + body
def write(name, data):
    with (gzip.open if name.endswith(".gz") else open)(name, "wb") as file:
        file.write(data)
X = [[i * 7919 % 1000 / 500 - 1, i * 104729 % 1000 / 500 - 1] for i in range(2500)]
y = [math.sin(3 * a) * b for a, b in X]
classes = [[(v > 0) + (v > 0.5) + 4 * (i < 3)] for i, v in enumerate(y)]
arrays = {"X": ("<f8", "d", X), "Y": ("<f8", "d", [[v] for v in y]), "classes": ("<i4", "i", classes),
          "few": ("<f8", "d", X[:300]), "f": ("<f8", "d", [[v] for v in y[:300]]),
          "tags": ("|u1", "B", [[v > 0, v > 0.3] for v in y]),
          "parts": ("<f8", "d", [[i < len(y) // 4] for i in range(len(y))])}
for name, (kind, code, rows) in arrays.items():
    write(name + ".npy", pack(kind, code, rows))
    for ranks in 1, 2, 3, 5:
        for rank in range(ranks):
            # Rank 0 has few rows, a rank of five a single one, the last one most.
            ends = [0] + [len(rows) * (r + 1) ** 2 // ranks ** 2 for r in range(ranks)]
            if ranks == 5:
                ends[2] = ends[1] + 1
            own = pack(kind, code, rows[ends[rank]:ends[rank + 1]])
            os.makedirs("of%d" % ranks, exist_ok=True)
            write("of%d/%s.%d.npy" % (ranks, name, rank), own)
            write("of%d/%s.%d.npy.gz" % (ranks, name, rank), own)
END

# is_of_one_file RANKS FEATURES LABELS ENDING OPTION...
is_of_one_file() {
    ranks=$1 features=$2 labels=$3 ending=$4
    shift 4
    expect_status 0 train --features "$features.npy" --labels "$labels.npy" "$@" --output one --history one.csv
    grep -v '^saved' "$out" | sed 's/ of [A-Za-z]*\.npy:/:/' >one.out
    expect_of_ranks 0 "$ranks" train --features "of$ranks/$features.{rank}.npy$ending" \
        --labels "of$ranks/$labels.{rank}.npy$ending" "$@" --mpi --output ranks --history ranks.csv
    check "  the weights are those of one process with all rows" weights_are_near one ranks
    grep -v -e '^saved' -e '^[0-9]* ranks*, each' "$out" | sed 's/ of [^ ]*{rank}[^ ]*:/:/' >ranks.out
    check "  and so is the summary" same_but_times one.out ranks.out
    check "  of as many epochs" test "$(wc -l <one.csv)" -eq "$(wc -l <ranks.csv)"
}

check_models() {
    is_of_one_file 1 X Y '' --batch all --epochs 5
    is_of_one_file 2 X Y '' --batch all --epochs 50 --validation 0.2
    is_of_one_file 3 X classes '' --batch all --epochs 10 --validation 0.2 --score
    is_of_one_file 3 X classes .gz --batch all --epochs 200 --validation 0.2 --patience 3 --learning-rate 1
    is_of_one_file 5 X tags '' --batch all --epochs 10
    # Of the same number on each of two ranks.
    is_of_one_file 2 X parts '' --batch all --epochs 10 --validation 0.2 --score
    is_of_one_file 5 X Y '' --optimizer lbfgs --epochs 3
    is_of_one_file 3 few f '' --batch all --epochs 5
    is_of_one_file 2 few f .gz --batch all --epochs 5 --validation 0.1
    # The one row of rank 1 is held out.
    is_of_one_file 5 few f '' --batch all --epochs 5 --validation 0.5
}

# train_each RANKS FEATURES LABELS OPTION...: a file of each rank, which fails
train_each() {
    ranks=$1 features=$2 labels=$3
    shift 3
    expect_of_ranks 1 "$ranks" train --features "$features.{rank}.npy" --labels "$labels.{rank}.npy" --batch all --epochs 1 --mpi \
        --output none "$@"
}

copy() {
    for pair in "$@"; do
        cp "${pair%:*}.npy" "${pair#*:}.npy"
    done
}

check_bad_files() {
    copy of3/X.0:bad.0 of3/X.1:bad.1
    train_each 3 bad of3/Y
    check "a missing file is told once, with its rank" once '^nnblas train: rank 2: bad.2.npy: No such file'
    : >bad.2.npy
    train_each 3 bad of3/Y
    check "an empty file is told" once '^nnblas train: rank 2: bad.2.npy: is empty'
    copy of3/tags.1:bad.1 of3/X.2:bad.2
    train_each 3 bad of3/Y
    check "features of another kind are told" once '^nnblas train: rank 1: bad.1.npy: holds whole numbers, and that of rank 0 floats'
    copy of3/Y.2:bad.2 of3/X.1:bad.1
    train_each 3 bad of3/Y
    check "features of other columns are told" once '^nnblas train: rank 2: bad.2.npy: has 1 column, and that of rank 0 has 2'
    copy of3/Y.0:labels.0 of3/classes.1:labels.1 of3/X.2:labels.2
    train_each 3 of3/X labels
    check "of several ranks the first one tells" once '^nnblas train: rank 1: labels.1.npy: holds whole numbers, and that of rank 0 floats'
    check "  alone" test "$(grep -c '^nnblas' "$err")" -eq 1
    copy of3/X.0:bad.0 of3/few.1:bad.1 of3/X.2:bad.2
    train_each 3 bad of3/Y
    check "features of other rows are told" once '^nnblas train: rank 1: of3/Y.1.npy: has [0-9]* rows, and the features, bad.1.npy, have'
    check "nothing is saved" test ! -e none
}

check_options() {
    refuses '{rank} in --features is the number of a rank' train --features 'of2/X.{rank}.npy' --labels Y.npy
    refuses '{rank} in --labels is the number of a rank' train --features X.npy --labels 'of2/Y.{rank}.npy'
    expect_of_ranks 2 2 train --features 'of2/X.{rank}.npy' --labels Y.npy --mpi
    check "{rank} in one of two names is refused" once '--features has {rank}, and --labels has not'
    expect_of_ranks 2 2 train --features X.npy --labels 'of2/Y.{rank}.npy' --mpi
    check "  and in the other one" once '--labels has {rank}, and --features has not'
}

# Without a rank for each file, some rows would be left out without a word.
check_number_of_ranks() {
    set -- train --features 'of3/X.{rank}.npy' --labels 'of3/Y.{rank}.npy' --mpi --output few_ranks --epochs 1
    refuses '^nnblas train: of3/X.1.npy would not be read: there is only 1 rank; mpirun -np 3 has one' "$@"
    expect_of_ranks 2 2 "$@"
    check "a rank too few is told" once \
        '^nnblas train: of3/X.2.npy would not be read: there are only 2 ranks; mpirun -np 3 has one for each file'
    check "  alone" test "$(grep -c '^nnblas' "$err")" -eq 1
    copy of3/X.0:more.0 of3/Y.0:others.0 of3/Y.1:others.1
    refuses 'others.1.npy would not be read: there is only 1 rank; mpirun -np 2' train --features 'more.{rank}.npy' \
        --labels 'others.{rank}.npy' --mpi
    copy of3/X.0:gap.0 of3/X.2:gap.2
    refuses 'gap.2.npy would not be read: there is only 1 rank; mpirun -np 3' train --features 'gap.{rank}.npy' \
        --labels 'of1/Y.{rank}.npy' --mpi
    copy of3/X.1:first.1 of3/X.2:first.2 of3/Y.1:last.1 of3/Y.2:last.2
    expect_of_ranks 1 2 train --features 'first.{rank}.npy' --labels 'last.{rank}.npy' --mpi
    check "of files from 1 on, that of rank 0 is missed" once '^nnblas train: first.0.npy: No such file'
    check "  and nothing is saved" test ! -e few_ranks
}

# Files of all rows in the same order are the same rows.
check_resume() {
    set -- --batch all --validation 0.2 --mpi --checkpoint state
    expect_status 0 train --features X.npy --labels Y.npy --batch all --validation 0.2 --epochs 20 --output straight
    expect_of_ranks 0 2 train --features 'of2/X.{rank}.npy' --labels 'of2/Y.{rank}.npy' "$@" --epochs 5
    expect_of_ranks 0 2 train --features 'of2/X.{rank}.npy' --labels 'of2/Y.{rank}.npy' "$@" --epochs 10 --resume
    check "the same ranks go on" has "$out" '^5 of them by the checkpoint, and 5 in'
    expect_of_ranks 0 3 train --features 'of3/X.{rank}.npy' --labels 'of3/Y.{rank}.npy' "$@" --epochs 15 --resume
    check "as do others that have the same rows" has "$out" '^10 of them by the checkpoint, and 5 in'
    expect_of_ranks 0 2 train --features X.npy --labels Y.npy "$@" --epochs 20 --resume --output resumed
    check "  and ranks that share one file" has "$out" '^15 of them by the checkpoint, and 5 in'
    check "  to the model of one process" weights_are_near straight resumed
    copy of2/X.0:order.1 of2/X.1:order.0 of2/Y.0:sorted.1 of2/Y.1:sorted.0
    expect_of_ranks 1 2 train --features 'order.{rank}.npy' --labels 'sorted.{rank}.npy' "$@" --epochs 25 --resume
    check "the rows in another order are refused" once 'cannot resume from state: the values of the table have changed since'
}

check_models
check_bad_files
check_options
check_number_of_ranks
check_resume
conclude
