#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# nnblas explain and nnblas info print what they promise.
# usage: check_explain.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

# get_number LABEL: the number behind it, in the output of explain
get_number() {
    awk -v label="$1" 'index($0, "  " label "  ") == 1 {
        print substr($0, length(label) + 3) + 0; exit }' CONVFMT=%.12g OFMT=%.12g "$out"
}

# agree A B: to 1e-9, and not both zero
agree() {
    awk "BEGIN { d = $1 - $2; exit !(d < 1e-9 && d > -1e-9 && $1 != 0) }"
}

check_explain() {
    expect_status 0 explain
    for name in X Y W1 W2 H_in H_out O_in O_out MSE O_error O_delta W2_update H_error H_delta \
        W1_update 'new W1' 'new W2' 'new MSE'; do
        check "explain shows $name" has "$out" "^$name  "
    done
    check "explain has 6 terms" test "$(grep -c '^  .* 1/2 \* ' "$out")" -eq 6
    terms=$(awk '/ 1\/2 \* / { sum += $NF } END { printf "%.12f", sum }' "$out")
    paths=$(get_number 'sum over the 6 paths')
    update=$(get_number 'W1_update[2][0]')
    difference=$(get_number 'central difference')
    check "the sum over the paths $paths is that of the terms $terms" agree "$paths" "$terms"
    check "W1_update has the same: $update" agree "$update" "$paths"
    check "so has the central difference: $difference" agree "$difference" "$paths"
    check "no line is over 100 columns" is_narrow "$out"
}

check_info() {
    expect_status 0 info
    for name in libnnblas BLAS processors threads; do
        check "info tells $name" has "$out" "^$name  *[^ ]"
    done
}

check_explain
check_info
conclude
