#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# How much a model needs each column, by nnblas importance.
# usage: check_importance.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

check_importance() {
    awk -v OFS=, 'BEGIN { srand(1); print "noise,x,text,y"
        for (i = 0; i < 300; i++) { x = rand(); t = i % 3
            print rand(), x, "t" t, x + 5 * (t == 1) } }' >table.csv
    expect_status 0 train table.csv --target y --quiet --output model
    expect_status 0 importance model table.csv
    check "the measure is R2" has "$out" '^r2 0\.9[0-9]* of 300 rows'
    check "a text that counts most is the first" has "$out" '^ +[12]\.[0-9]+ \+- .* column 3 \(text\)$'
    check "noise is the last" test "$(tail -n 1 "$out" | sed 's/.*column 1 (noise)$/last/')" = last
    cp "$out" first
    expect_status 0 importance model table.csv --threads 1
    check "the same seed gives the same" cmp first "$out"
    expect_status 0 importance model table.csv --measure mae --repeats 2 --json -
    check "the fall of an error is negative" has "$out" '"fall": -'
    fails 'measure takes r2, .* here, not .auc' importance model table.csv --measure auc
}

check_importance
conclude
