#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# What nnblas train, predict and evaluate read from arrays: .npy and IDX, of every type, and what they refuse.
# usage: check_arrays.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

cat >make_arrays.py <<'END'
"""Writes arrays of the same 60 x 4 numbers, whole and from 0 to 100, in all types, and labels."""
import gzip
import random
import struct

ROWS, COLUMNS = 60, 4
random.seed(1)
X = [[random.randint(0, 100) for _ in range(COLUMNS)] for _ in range(ROWS)]
y = [(x[0] > 50) + (x[1] > 50) for x in X]


def npy(descr, rows, code, version=1, fortran=False, shape=None):
    shape = shape or ((len(rows), len(rows[0])) if isinstance(rows[0], list) else (len(rows),))
    text = repr({"descr": descr, "fortran_order": fortran, "shape": shape}).encode()
    size = 2 if version == 1 else 4
    length = -(-(8 + size + len(text) + 1) // 64) * 64 - 8 - size
    head = b"\x93NUMPY" + bytes([version, 0]) + length.to_bytes(size, "little") + text.ljust(length - 1) + b"\n"
    flat = [v for row in rows for v in (row if isinstance(row, list) else [row])]
    return head + struct.pack((descr[0] if descr[0] in "<>" else "<") + str(len(flat)) + code, *flat)


def idx(code, letter, rows, shape):
    flat = [v for row in rows for v in (row if isinstance(row, list) else [row])]
    return bytes([0, 0, code, len(shape)]) + struct.pack(f">{len(shape)}I", *shape) + \
        struct.pack(f">{len(flat)}{letter}", *flat)


def write(name, content):
    with open(name, "wb") as file:
        file.write(content)


for order in "<>":
    for descr, code in {"f2": "e", "f4": "f", "f8": "d", "i2": "h", "i4": "i", "i8": "q", "u2": "H", "u4": "I",
                        "u8": "Q"}.items():
        write(f"{'big' if order == '>' else 'little'}_{descr}.npy", npy(order + descr, X, code))
for descr, code in {"|u1": "B", "|i1": "b"}.items():
    write(f"one_{descr[1:]}.npy", npy(descr, X, code))
for version in 2, 3:
    write(f"version_{version}.npy", npy("<f8", X, "d", version))
write("images.npy", npy("<f4", X, "f", shape=(ROWS, 2, 2)))
for code, letter in {8: "B", 9: "b", 11: "h", 12: "i", 13: "f", 14: "d"}.items():
    write(f"x{code}.idx", idx(code, letter, X, (ROWS, 2, 2)))
write("labels.npy", npy("<i8", y, "q"))
write("labels.idx", idx(8, "B", y, (ROWS,)))
write("rare.npy", npy("<i8", [2] + [x[0] > 50 for x in X[1:]], "q"))
write("column.npy", npy("<i4", [[v] for v in y], "i"))
write("turned_column.npy", npy("<i4", [[v] for v in y], "i", fortran=True))
write("numbers.npy", npy("<f8", [x[0] + 2.0 * x[1] for x in X], "d"))
write("two.npy", npy("<f4", [[x[0] * 1.0, x[1] * 2.0] for x in X], "f"))
write("yes_no.npy", npy("|b1", [[x[0] > 50, x[1] > 50] for x in X], "?"))
write("packed.npy.gz", gzip.compress(npy("<f8", X, "d")))
write("packed.idx.gz", gzip.compress(idx(8, "B", X, (ROWS, 2, 2))[:100]) +
      gzip.compress(idx(8, "B", X, (ROWS, 2, 2))[100:]))
with open("table.csv", "w") as file:
    for x, label in zip(X, y):
        print(*x, label, sep=",", file=file)
whole = npy("<f8", X, "d")
write("turned.npy", npy("<f8", X, "d", fortran=True))
write("short.npy", whole[:-8])
write("long.npy", whole + whole)
write("packed_short.npy.gz", gzip.compress(whole[:-8]))
write("packed_long.npy.gz", gzip.compress(whole + b"1"))
write("cut.npy.gz", gzip.compress(whole)[:-30])
write("nan.npy", npy("<f8", X[:2] + [[1.0, float("nan"), 2.0, 3.0]] + X[3:], "d"))
write("huge.npy", npy("<f8", X, "d", shape=(1 << 40, 1 << 30)))
END
python3 make_arrays.py

options='--epochs 3 --hidden 3 --quiet'

# same_model ARRAYS...: training on them gives the network of the first
same_model() {
    # shellcheck disable=SC2086 # several options
    "$nnblas" train "$@" $options --output other 2>"$err" && same_network model other
}

check_types() {
    # shellcheck disable=SC2086
    expect_status 0 train --features little_f8.npy --labels labels.npy $options --output model
    for file in little_*.npy big_*.npy one_*.npy version_*.npy images.npy x*.idx packed.*; do
        check "$file is the same array" same_model --features "$file" --labels labels.npy
    done
    for file in labels.idx column.npy turned_column.npy; do
        check "$file are the same labels" same_model --features little_f8.npy --labels "$file"
    done
    check "and so is the table" same_model table.csv --no-header --target 5 --stream
    "$nnblas" evaluate model table.csv >expected
    expect_status 0 evaluate model --features packed.idx.gz --labels labels.idx
    check "a model is scored on a table as on arrays" cmp expected "$out"
}

check_targets() {
    expect_status 0 train --features one_u1.npy --labels numbers.npy --epochs 2
    check "labels of floats are numbers" has "$out" '4 features as 4 inputs; 1 target of numbers$'
    expect_status 0 train --features one_u1.npy --labels labels.npy --epochs 2
    check "whole ones are classes" has "$out" '4 features as 4 inputs; 3 classes of column 1 of the labels$'
    expect_status 0 train --features one_u1.npy --labels rare.npy --epochs 2
    check "  one that is not predicted is of the labels" has "$err" "class '2' of column 1 of the labels is not predicted"
    expect_status 0 train --features one_u1.npy --labels labels.npy --epochs 2 --numbers
    check "  unless --numbers says otherwise" has "$out" '; 1 target of numbers$'
    expect_status 0 train --features one_u1.npy --labels numbers.npy --epochs 2 --classes
    check "--classes makes classes of floats" has "$out" '; [0-9]+ classes of column 1 of the labels$'
    expect_status 0 train --features one_u1.npy --labels two.npy --epochs 2
    check "several columns are several numbers" has "$out" '; 2 targets of numbers$'
    expect_status 0 train --features one_u1.npy --labels yes_no.npy --epochs 2 --validation 0.2
    check "  or labels, where they are yes or no" has "$out" '; 2 labels$'
    check "  and rows can be held out" has "$out" '^learns from 48 rows; 12 are held out for the validation$'
}

# The numbers of a .npy of doubles behind a header of 128 bytes.
print_numbers() {
    tail -c +129 "$1" | od -An -v -tf8 -w24 | awk '{ $1 = $1; print }'
}

check_predictions() {
    cut -d, -f1-4 table.csv >features.csv
    "$nnblas" predict model features.csv >expected
    expect_status 0 predict model --features one_u1.npy
    check "predictions are those of the table" cmp expected "$out"
    expect_status 0 predict model --features packed.npy.gz --output p.npy
    sed 1d expected | cut -d, -f2- | tr , ' ' >rows.expected
    print_numbers p.npy >rows.npy
    check "  and as an array" python3 -c 'import sys
rows = [[[float(v) for v in line.split()] for line in open(name)] for name in sys.argv[1:]]
sys.exit(rows[0] != rows[1] or len(rows[0]) != 60)' rows.expected rows.npy
    expect_status 0 predict model --features packed.npy.gz --output q.npy.gz
    gzip -cd q.npy.gz >q.npy
    check "  compressed too" cmp p.npy q.npy
    "$nnblas" predict model --features - <x8.idx >"$out"
    check "features can come through a pipe" cmp expected "$out"
    "$nnblas" predict model --features - --output "$out" <packed.npy.gz
    check "  of gzip too" cmp expected "$out"
    fails_on_full_disk predict model --features one_u1.npy
}

check_damage() {
    for file in turned short long packed_short packed_long cut nan huge; do
        set -- "$file".npy*
        # shellcheck disable=SC2086
        fails "nnblas train: $file\\.npy" train --features "$1" --labels labels.npy $options --output none
        check "  and there is no model" test ! -e none
    done
    # shellcheck disable=SC2086
    (ulimit -f 0 && "$nnblas" train --features one_u1.npy --labels labels.npy $options --output none 2>&1) |
        cat >"$err"
    check "a disk that is full is said" has "$err" "nnblas train: .*File too large.*'none'"
    check "  and nothing is left" test ! -e none
}

check_types
check_targets
check_predictions
check_damage
conclude
