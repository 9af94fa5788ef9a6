#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# nnblas demo: what it prints, and its options.
# usage: check_demo.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

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

check_demo
check_demo_options
conclude
