#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Checks the nnblas command: check_command.sh NNBLAS TEST_CORETYPE, the paths of two executables.
# Prints "ok" or "not ok" and what was checked; exits 1 if anything was not ok.
set -u

test_coretype=$2
# shellcheck source=check_support.sh
. "$(dirname "$0")/check_support.sh"

check_help() {
    expect_status 0 --help
    for name in demo explain info; do
        check "the help lists $name" has "$out" "^  $name "
    done
    for name in demo explain info; do
        expect_status 0 "$name" --help
        check "the help of $name begins with its usage" has "$out" "^usage: nnblas $name"
    done
    expect_status 0 --version
    check "the version is three numbers" has "$out" '^nnblas [0-9]+\.[0-9]+\.[0-9]+$'
}

check_refusals() {
    refuses 'usage: nnblas'
    refuses "unknown command 'nonsense'" nonsense
    refuses "unknown option '--nonsense'" --nonsense
    for name in demo explain info; do
        refuses "unknown option '--nonsense'" "$name" --nonsense
        refuses "unexpected argument 'nonsense'" "$name" nonsense
    done
    refuses "unknown option '--seeds'" demo --seeds 1
    refuses '--seed takes a whole number' demo --seed
    refuses '--seed takes a whole number' demo --seed -1
    refuses '--seed takes a whole number' demo --seed=
    refuses '--seed takes a whole number' demo --seed 18446744073709551616
    refuses '--epochs takes a whole number from 1' demo --epochs 0
    refuses '--epochs takes a whole number' demo --epochs 1e3
    refuses '--hidden takes a whole number' demo --hidden '4 '
    refuses '--hidden takes a whole number from 1 to 10000' demo --hidden 10001
}

# is_above NUMBER LIMIT, is_at_least NUMBER LIMIT
is_above() {
    awk "BEGIN { exit !($1 > $2) }"
}
is_at_least() {
    awk "BEGIN { exit !($1 >= $2) }"
}

# What is the same in every run.
strip_times() {
    sed -e '/^speed: /d' -e 's/ seconds [0-9.]*$//' "$1"
}

check_demo() {
    expect_status 0 demo
    cp "$out" "$directory/first"
    number='[0-9]+\.[0-9]'
    line="^iris: train accuracy ${number}{3} test accuracy ${number}{3} mse ${number}{4}"
    line="$line epochs [0-9]+ seconds ${number}{2}\$"
    tail -n 1 "$out" >"$directory/last"
    check "the demo ends with the line of results" has "$directory/last" "$line"
    accuracy=$(sed 's/.*test accuracy \([0-9.]*\).*/\1/' "$directory/last")
    check "the test accuracy $accuracy is at least 0.96" is_at_least "$accuracy" 0.96
    first_mse=$(sed -n 's/^epoch  *1  *mse //p' "$out")
    last_mse=$(sed 's/.*mse \([0-9.]*\).*/\1/' "$directory/last")
    check "the mse falls from $first_mse to $last_mse" is_above "$first_mse" "$last_mse"

    expect_status 0 demo
    strip_times "$directory/first" >"$directory/first.same"
    strip_times "$out" >"$directory/second.same"
    check "a second run differs in times only" \
        cmp "$directory/first.same" "$directory/second.same"
}

check_demo_options() {
    expect_status 0 demo --seed 5 --epochs 7 --hidden=3 --splits 1
    check "the demo takes its seed" has "$out" '^Seed 5$'
    check "the demo takes its epochs" has "$out" '^iris: .* epochs 7 seconds'
    check "the demo takes its hidden units" has "$out" '4-3-3'
    held_out=$(awk '/^  (setosa|versicolor|virginica) / { n += $2 + $3 + $4 } END { print n }' "$out")
    check "the confusion matrix counts $held_out of 30 flowers" test "$held_out" -eq 30
    strip_times "$out" >"$directory/seed5"
    expect_status 0 demo --seed 6 --epochs 7 --hidden=3 --splits 1
    strip_times "$out" | sed 's/^Seed 6/Seed 5/' >"$directory/seed6"
    cmp -s "$directory/seed5" "$directory/seed6"
    test $? -eq 1
    report $? "another seed gives other numbers"
}

# get_number LABEL: the number behind it, in the output of explain
get_number() {
    awk -v label="$1" 'index($0, "  " label "  ") == 1 {
        print substr($0, length(label) + 3) + 0; exit }' CONVFMT=%.12g OFMT=%.12g "$out"
}

# agree A B: to 1e-9, and not both zero
agree() {
    awk "BEGIN { d = $1 - $2; exit !(d < 1e-9 && d > -1e-9 && $1 != 0) }"
}

is_narrow() {
    ! has "$1" '.{101}'
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

check_full_disk() {
    if [ ! -c /dev/full ]; then
        return
    fi
    for arguments in --help --version 'demo --epochs 1 --splits 1' explain info 'demo --help'; do
        # shellcheck disable=SC2086 # several arguments
        "$nnblas" $arguments >/dev/full 2>"$err"
        test $? -eq 1
        report $? "'nnblas $arguments' on a full disk exits 1"
        check "  and says so" has "$err" 'cannot write to standard output'
    done
}

# restarts EXPECTED_STDOUT LINES_ON_STDERR DESCRIPTION VARIABLE=VALUE...: the test program with
# $argument for its argument
argument=argument
restarts() {
    expected=$1 lines=$2 description=$3
    shift 3
    # The time limit is for a program that would start again for ever.
    env -u OPENBLAS_CORETYPE -u NNBLAS_KEEP_CORETYPE "$@" \
        timeout 20 "$test_coretype" "$argument" >"$out" 2>"$err"
    test $? -eq 0 && test "$(cat "$out")" = "$expected"
    report $? "$description: '$expected'"
    check "  with $lines lines on stderr" test "$(grep -c 'starting again' "$err")" -eq "$lines"
}

check_coretype() {
    restarts 'Better argument 2' 1 'a better core is taken'
    argument=--quiet
    restarts 'Better --quiet 2' 0 '--quiet takes it without a word'
    argument=argument
    restarts 'none argument 2' 0 'NNBLAS_KEEP_CORETYPE=1 keeps the core' NNBLAS_KEEP_CORETYPE=1
    restarts 'Better argument 2' 1 'NNBLAS_KEEP_CORETYPE=0 does not' NNBLAS_KEEP_CORETYPE=0
    restarts 'Mine argument 2' 0 'the own choice is kept' OPENBLAS_CORETYPE=Mine
    NNBLAS_KEEP_CORETYPE=1 "$nnblas" --version >"$out" 2>"$err"
    check "nnblas keeps the core where it is told to" test ! -s "$err"
}

check_help
check_refusals
check_demo
check_demo_options
check_explain
check_info
check_full_disk
check_coretype
conclude
