#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The inputs that fuzz_plans begins with, and those that once found a fault. \0 begins a whole file, \1
# the lines of plans.
# usage: inputs_plans.sh FOLDER
set -eu
folder=$1
problem='sizes=30,9,2 rows=4000 purpose=train bias=yes skip=no softmax=no cross_entropy=no'
times='nanoseconds=5 with_estimated_plan=6'
printf '\0nnblas plans 1\nlibrary=0.1.0\nblas=OpenBLAS 0.3.21\n' >"$folder/head"
printf '\1' >"$folder/none"
printf '\1%s strategy=rows parts=3 tile_rows=50 transposed=1,2 transposed_updates=2 padding=8 product_limit=1000000 %s\n' \
    "$problem" "$times" >"$folder/rows"
printf '\1%s strategy=shared parts=4 tile_rows=64 transposed=none transposed_updates=none padding=1 product_limit=0 %s\n' \
    "$problem" "$times" >"$folder/shared"
printf '\1sizes=1,1 rows=1 purpose=predict bias=no skip=no softmax=yes cross_entropy=no strategy=rows parts=1 tile_rows=1 transposed=none transposed_updates=none padding=1 product_limit=0 %s\n' \
    "$times" >"$folder/small"
printf '\1%s\n%s\n' "$problem" "$problem" >"$folder/short"
