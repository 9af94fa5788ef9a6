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

# Targets of all kinds, of a table with dates and missing values.
check_kinds() {
    awk -v OFS=, 'BEGIN { srand(2); print "when,a,colour,y,wet,late,kind"
        for (i = 0; i < 200; i++) { a = rand(); c = i % 3; month = 1 + int(12 * rand())
            print "2024-" (month < 10 ? "0" : "") month "-11", (i % 9 ? a : ""), (i % 7 ? "c" c : ""), 10 * a, (a > 0.5), (c == 1), "k" c } }' \
        >kinds.csv
    while read -r target measure option; do
        # shellcheck disable=SC2086 # an option and its value, or nothing
        expect_status 0 train kinds.csv --target $target --features when,a,colour --epochs 40 --quiet \
            --output kinds $option
        expect_status 0 importance kinds kinds.csv --repeats 2
        check "  of $target $option: $measure" has "$out" "^$measure 0\\.[89][0-9]* of 200 rows|^$measure 1 of"
        check "  of three columns, the date among them" test "$(grep -c ' column [1-3] (' "$out")" -eq 3
        # shellcheck disable=SC2016 # for awk
        check "  which counts less than the best" awk 'NR == 2 { best = $1 } /\(when\)/ { date = $1 }
            END { exit !(date < best / 2) }' "$out"
    done <<END
y r2
kind accuracy
kind accuracy --ensemble 2
wet,late accuracy
y,kind mean.of.accuracy.and.r2
END
    # shellcheck disable=SC2016 # for awk
    check "a mixture needs the column of its number, and that of its class" awk '
        /\(a\)|\(colour\)/ && $1 > 0.2 { n++ } END { exit n != 2 }' "$out"
    expect_status 0 importance kinds kinds.csv --repeats 2 --measure r2
    check "of a mixture the measure of the numbers too" has "$out" '^r2 0'
}

# The column that harms is the last, of an error too.
check_order() {
    awk -v OFS=, 'BEGIN { srand(3); print "harm,use,y"
        for (i = 0; i < 200; i++) { use = rand(); harm = rand(); print harm, use, 3 * use + harm } }' >learnt.csv
    awk -F, -v OFS=, 'NR > 1 { $3 -= 2 * $1 } { print }' learnt.csv >turned.csv
    expect_status 0 train learnt.csv --target y --quiet --output model
    for measure in r2 rmse; do
        expect_status 0 importance model turned.csv --measure $measure
        check "the column that harms $measure is the last" test "$(sed -n '$s/.* column 1 (harm)/last/p' "$out")" = last
        check "  with another sign" test "$(sed 1d "$out" | grep -c '^ *-')" -eq 1
    done
}

check_weights() {
    awk -F, -v OFS=, 'NR == 1 { print $0, "weight" }
        NR > 1 { print $0, 1; print $2, $1, $3, 0 }' learnt.csv >weighted.csv
    expect_status 0 importance model weighted.csv --weight weight
    check "rows of the weight 0 count nothing" has "$out" '^r2 0\.99'
    expect_status 0 importance model weighted.csv
    check "  and without --weight as the others" lacks "$out" '^r2 0\.99'
    sed 's/,1$/,0/' weighted.csv >light.csv
    fails 'light.csv: has no rows to predict with a weight above 0' importance model light.csv --weight weight
    fails "line 2, column 4 \\(weight\\): '-1' is no weight" importance model - --weight weight <<END
harm,use,y,weight
1,2,3,-1
END
}

check_large_targets() {
    awk -v OFS=, 'BEGIN { srand(3); print "x,y"; for (i = 0; i < 30; i++) { x = rand(); print x, x + rand() } }' >unscaled.csv
    for power in 0 990 -990; do
        scale_target $power unscaled.csv >scaled.csv
        expect_status 0 train scaled.csv --target y --epochs 20 --quiet --output scaled
        expect_status 0 importance scaled scaled.csv --measure rmse --json scaled$power.json
        for key in fall deviation; do
            check "the $key is 2^$power times as large" scales_as $power scaled0.json scaled$power.json columns 0 $key
        done
    done
}

check_plot() {
    has_program gnuplot gnuplot-nox || return 0
    expect_status 0 importance model table.csv --plot bars.svg
    check "--plot draws the columns" test "$(grep -c -e '>noise<' -e '>x<' -e '>text<' bars.svg)" -eq 3
    check "  and the measure" has bars.svg 'fall of r2 when a column is shuffled, of 300 rows'
    refuses '--plot takes a file name that ends in' importance model table.csv --plot bars.pdf
    refuses 'table.csv' importance model table.csv --json table.csv
    fails 'nowhere/bars.svg' importance model table.csv --plot nowhere/bars.svg
}

check_large() {
    awk -v OFS=, 'BEGIN { print "noise,x,text,y"; for (i = 0; i < 50001; i++) print i % 7, i % 5, "t" i % 3, i % 5 + i % 3 }' >large.csv
    expect_status 0 importance model large.csv --repeats 1
    check "of a large table the first rows are used, which is said" has "$out" '^of the first 50000 rows$'
}

check_importance
check_kinds
check_large_targets
check_plot
check_large
check_order
check_weights
conclude
