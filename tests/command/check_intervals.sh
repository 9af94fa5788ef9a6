#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The intervals that nnblas predict writes, and which models have them.
# usage: check_intervals.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

# make_rows SEED ROWS: two targets in units of their own, each with noise of about a quarter of its
# standard deviation
make_rows() {
    awk -v OFS=, -v seed="$1" -v rows="$2" 'function normal() {
            return sqrt(-2 * log(1 - rand())) * cos(6.283185307179586 * rand())
        }
        BEGIN { srand(seed); print "x,z,height,width"
            for (i = 0; i < rows; i++) { x = 6 * rand() - 3; z = rand()
                print x, z, 1000 + 50 * sin(x) + 10 * normal(), 0.01 * (cos(2 * x) + 0.2 * normal()) } }'
}

train_bayesian() {
    expect_status 0 train rows.csv --features x,z --hidden 10 --activation tanh --epochs 100 \
        --optimizer levenberg-marquardt --bayesian --quiet "$@"
}

# count_held VALUE LOW HIGH: the share of rows of the last table whose VALUE is between LOW and HIGH
count_held() {
    awk -F, -v value="$1" -v low="$2" -v high="$3" 'NR == 1 { for (i = 1; i <= NF; i++) place[$i] = i; next }
        { held += $place[low] <= $place[value] && $place[value] <= $place[high] }
        END { printf "%.3f\n", held / (NR - 1) }' "$out"
}

# is_within NUMBER LEAST MOST
is_within() {
    awk -v number="$1" -v least="$2" -v most="$3" 'BEGIN { exit !(number >= least && number <= most) }'
}

check_coverage() {
    train_bayesian --target height,width --output both
    expect_status 0 predict both new.csv --intervals 0.9 --keep height,width
    check "two columns for each target" has "$out" \
        '^height,width,prediction,predicted_height,predicted_width,height_low,height_high,width_low,width_high$'
    for target in height width; do
        share=$(count_held $target ${target}_low ${target}_high)
        check "90 % intervals hold 0.87 to 0.93 of 4000 new values of $target: $share" \
            is_within "$share" 0.87 0.93
        share=$(count_held predicted_$target ${target}_low ${target}_high)
        check "  and each its prediction" test "$share" = 1.000
    done
    expect_status 0 predict both new.csv --intervals 0.5 --keep height,width
    share=$(count_held height height_low height_high)
    check "50 % intervals hold 0.46 to 0.54: $share" is_within "$share" 0.46 0.54
}

check_table() {
    train_bayesian --target height --output one --json one.json
    check "the record has what was estimated" has one.json '"log_evidence": -?[0-9]'
    check "  and says that it was" has one.json '"bayesian": true'
    expect_status 0 predict one new.csv
    cp "$out" plain
    expect_status 0 predict one new.csv --intervals 0.95
    check "the predictions are those without intervals" sh -c "cut -d, -f1,2 '$out' | cmp - plain"
    cp "$out" intervals
    expect_status 0 predict one new.csv --intervals 0.95 --threads 1
    check "the same bytes by one thread" cmp intervals "$out"
    sed '3s/^[^,]*/bad/' new.csv >bad.csv
    expect_status 0 predict one bad.csv --intervals 0.95 --skip-bad-rows
    check "a bad row has empty intervals" test "$(sed -n 3p "$out")" = ,,,
    sed '1s/z,/height_low,/' new.csv >named.csv
    sed '1s/z,/height_low,/' rows.csv >named_rows.csv
    expect_status 0 train named_rows.csv --target height --ignore width --hidden 3 --epochs 5 \
        --optimizer levenberg-marquardt --bayesian --quiet --output named
    expect_status 0 predict named named.csv --intervals 0.9 --keep height_low,height
    check "a name that is taken gets a prefix" has "$out" \
        '^height_low,height,prediction,predicted_height_low,height_high$'
    train_bayesian --target height --restarts 3 --output restarts
    expect_status 0 predict restarts new.csv --intervals 0.9
    expect_status 0 show restarts
    check "nnblas show says that there is a posterior" has "$out" '^posterior .*--intervals'
}

check_refusals() {
    train_bayesian --target height --ensemble 2 --output ensemble
    fails 'ensemble: is an ensemble' predict ensemble new.csv --intervals 0.9
    expect_status 0 train rows.csv --target height --epochs 1 --quiet --output adam
    fails 'adam: has no posterior .* nnblas train --optimizer levenberg-marquardt --bayesian leaves one' \
        predict adam new.csv --intervals 0.9
    expect_status 0 show adam
    check "nnblas show names no posterior" lacks "$out" posterior
    expect_status 0 predict adam new.csv
    awk -F, -v OFS=, '{ print $1, $2, $3, (NR == 1 ? "side" : $1 > 0 ? "right" : "left") }' \
        rows.csv >mixed.csv
    for targets in side height,side; do
        expect_status 0 train mixed.csv --target $targets --features x,z --hidden 3 --epochs 3 --quiet \
            --optimizer levenberg-marquardt --bayesian --output mixed
        fails 'mixed: has classes for a target' predict mixed new.csv --intervals 0.9
        check "  and the model of $targets has no posterior" test "$(wc -c <mixed)" -lt 6000
    done
    refuses 'intervals takes a number between 0 and 1' predict one new.csv --intervals 0
    refuses 'intervals takes a number between 0 and 1' predict one new.csv --intervals 1
}

make_rows 1 800 >rows.csv
make_rows 2 4000 >new.csv
check_coverage
check_table
check_refusals
conclude
