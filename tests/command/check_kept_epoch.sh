#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Which epoch nnblas train keeps, and what it says of the rows that are learnt from and held out.
# usage: check_kept_epoch.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

# best_epoch COLUMN ORDER: of history.csv, the first with the best value; ORDER is -g or -gr
best_epoch() {
    sed 1d history.csv | cut -d , -f "1,$1" | sort -s -t , -k "2,2${2#-}" | head -n 1 | cut -d , -f 1
}

kept_epoch() {
    sed -n 's/^kept epoch \([0-9]*\):.*/\1/p' "$out"
}

# A rate at which the cost goes up and down.
check_without_validation() {
    expect_status 0 train --epochs 60 --patience 0 --learning-rate 0.5 --schedule constant \
        --history history.csv --output rough
    check "the epoch of the lowest cost is kept" test "$(kept_epoch)" = "$(best_epoch 7 -g)"
    check "  which is not the last" test "$(kept_epoch)" -lt 60
    cost=$(sed -n 's/^kept epoch .*: cost \([^ ]*\) (cross-entropy)$/\1/p' "$out")
    loss=$(awk '$1 == "log_loss" { print $2 }' "$out")
    check "  $cost is the log loss $loss of the network" \
        awk "BEGIN { exit !(($cost - $loss) ^ 2 < 1e-8 * $cost ^ 2) }"
    check "nothing is called a validation" lacks "$out" validation
    check "  nor in the progress" lacks "$err" validation
    check "  and the history has an empty column for it" has history.csv '^60,[^,]+,,0.5,[^,]+,,[^,]+$'
    expect_status 0 train --epochs 30 --patience 0 --learning-rate 0.5 --schedule constant \
        --checkpoint state
    expect_status 0 train --epochs 60 --patience 0 --learning-rate 0.5 --schedule constant \
        --checkpoint state --resume --output resumed
    check "a resumed training keeps the same" same_network rough resumed
    expect_status 0 train --epochs 5 --batch all --optimizer rprop
    check "with all rows in a step too" has "$out" '^kept epoch [1-5]: cost '
    expect_status 0 train --epochs 40 --target sepal_length --numbers
    check "the cost of numbers is explained" has "$out" \
        '^kept epoch [0-9]+: cost [0-9.e-]+ \(half the mean squared error of the scaled targets\)$'
    check "  and mse beside rmse" has "$out" '^mse is half the mean squared error: of one target rmse\^2 / 2$'
}

check_validation() {
    expect_status 0 train --epochs 60 --patience 0 --learning-rate 0.1 --validation 0.2 \
        --history history.csv
    check "with a validation its lowest cost decides" test "$(kept_epoch)" = "$(best_epoch 3 -g)"
    check "  which the summary says" has "$out" '^kept epoch [0-9]+: validation cost [0-9.e-]+ \('
    check "  and how many rows are held out" has "$out" \
        '^learns from 120 rows; 30 are held out for the validation$'
    check "  and scores them apart" has "$out" '^validation accuracy [01]\.[0-9]+ mse [0-9.e-]+ rows 30$'
    check "  from those that are learnt" has "$out" '^train accuracy .* rows 120 epochs 60 seconds '
    check "  with all measures of both" has "$out" '^balanced_accuracy +[0-9.]+ +[0-9.]+$'
    expect_status 0 train --epochs 60 --patience 0 --learning-rate 0.1 --validation 0.2 --score \
        --history history.csv
    check "with a score the highest" test "$(kept_epoch)" = "$(best_epoch 6 -gr)"
    check "  which is said" has "$out" '^kept epoch [0-9]+: validation score [0-9.]+, validation cost '
}

# The mean of the only feature.
find_mean() {
    print_header "$1" | sed 's/.*"name":"x"[^}]*"mean":\([0-9.]*\).*/\1/'
}

# The rows that are held out have no part in the means: x are the squares of 1 to 40, which are 22140 in
# all, and one of them is missing.
check_scaling() {
    awk 'BEGIN { print "x,y"; for (i = 1; i <= 40; i++) print i * i ",", i * 0.3 + 0.1 * (i % 3) }' >curve.csv
    expect_status 0 train curve.csv --target y --epochs 2 --output all
    check "the mean is that of all rows" test "$(find_mean all)" = 553.5
    expect_status 0 train curve.csv --target y --epochs 2 --validation 0.025 --output learnt
    mean=$(find_mean learnt)
    check "  and with a validation that of the others: $mean" awk "BEGIN {
        root = sqrt(22140 - 39 * $mean)
        exit !(root > 0.9 && root < 40.1 && (root - int(root + 0.5)) ^ 2 < 1e-12) }"
}

# Of more than 2000 rows a sample decides.
check_sample() {
    awk 'BEGIN { print "x,y"; for (i = 0; i < 2500; i++) print i % 97 "," (i * 7) % 31 * 0.1 }' >many.csv
    expect_status 0 train many.csv --target y --epochs 3
    check "of many rows a sample decides" has "$out" '^kept epoch [123]: cost .*, of 2000 rows\)$'
    check "  but all are learnt from" has "$out" '^train r2 .* rows 2500 epochs 3 '
    head -n 2001 many.csv >fewer.csv
    expect_status 0 train fewer.csv --target y --epochs 3
    check "of fewer all do" has "$out" '^kept epoch [123]: cost [^,]*\)$'
}

check_without_validation
check_sample
check_validation
check_scaling
conclude
