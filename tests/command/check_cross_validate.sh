#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# nnblas cross-validate: its folds, and its scores against those of train and evaluate.
# usage: check_cross_validate.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

# 60 rows of three classes, 30, 20 and 10, mixed; x and y say a little about them, and about z.
awk 'BEGIN {
    print "x,y,z,class"
    for (i = 0; i < 60; i++) {
        k = i * 7 % 6; k = k < 3 ? 0 : k < 5 ? 1 : 2
        s = (s * 75 + 74 + i) % 65537; x = k + 2 * s / 65537
        s = (s * 75 + 74 + i) % 65537; y = 2 * k + 3 * s / 65537
        print x "," y "," x - 3 * y + s / 65537 "," substr("abc", k + 1, 1)
    }
}' >table.csv

# rows_of FOLD FILE: the numbers of its rows, in the first repeat
rows_of() {
    awk -v fold="$1" '/"fold": / { at = $2 + 0 } /"rows": \[/ { on = at == fold; next } /\]/ { on = 0 }
        on { print $1 + 0 }' "$2" | head -n "$(grep -c . table.csv)"
}

# without_times FILE: they differ from run to run
without_times() {
    grep -v '"seconds"' "$1"
}

check_folds() {
    expect_status 0 cross-validate table.csv --target class --ignore z --json result.json
    check "it ends with the line of results" has "$out" \
        '^cross-validate accuracy 0\.[0-9]{4} deviation 0\.[0-9]{4} folds 5 repeats 1 seconds [0-9.]+$'
    for fold in 1 2 3 4 5; do
        rows_of "$fold" result.json >rows_1
        cat rows_1 >>all
        classes=$(while read -r row; do sed -n "$((row + 1))p" table.csv; done <rows_1 |
            cut -d, -f4 | sort | tr -d '\n')
        check "fold $fold has a fifth of each class: $classes" test "$classes" = aaaaaabbbbcc
    done
    sort -n all >sorted
    seq 60 >every
    check "each row is in one fold" cmp -s sorted every
    expect_status 0 cross-validate table.csv --target class --ignore z --seed 2 --json other.json
    rows_of 1 other.json >rows_of_seed_2
    rows_of 1 result.json >rows_1
    check "another seed has other folds" test "$(cat rows_1)" != "$(cat rows_of_seed_2)"
}

# Eleven values are 0.5: the fold with the other one is predicted by networks that have nothing to
# learn, and the other folds have no r2.
check_constant_targets() {
    awk 'BEGIN { print "x,y"; for (i = 0; i < 12; i++) print i "," (i == 4 ? 0.25 : 0.5) }' >alike.csv
    expect_status 0 cross-validate alike.csv --target y --numbers --folds 3 --epochs 5
    check "a target that is the same in the learnt rows is warned of" has "$err" \
        "warning: repeat 1, fold [123]: the target, column 2 \(y\), is the same in all rows"
    check "  its r2 is that of the mean" has "$out" '^ +[123] +4 +-0\.3333 +0\.125 +0\.0625 '
    check "  and an r2 of equal values is not defined" test \
        "$(grep -Ec '^ +[123] +4 +- +[0-9]' "$out")" -eq 2
    check "  nor in the mean" has "$out" '^cross-validate r2 -0\.3333 deviation - folds 3'
}

check_large_targets() {
    awk -v OFS=, 'BEGIN { srand(3); print "x,y"; for (i = 0; i < 30; i++) { x = rand(); print x, x + rand() } }' >unscaled.csv
    expect_status 0 cross-validate unscaled.csv --target y --folds 3 --epochs 5 --json unscaled.json
    for power in 990 -990; do
        scale_target $power unscaled.csv >scaled.csv
        expect_status 0 cross-validate scaled.csv --target y --folds 3 --epochs 5 --json scaled.json
        for key in mean deviation; do
            check "the $key of rmse is 2^$power times as large" scales_as $power unscaled.json scaled.json held_out rmse $key
        done
    done
}

check_threads() {
    for threads in 1 2 3; do
        expect_status 0 cross-validate table.csv --target z --threads $threads --repeats 2 \
            --validation 0.2 --json threads.json
        without_times threads.json >threads_$threads
    done
    check "2 threads have the scores of 1" cmp -s threads_1 threads_2
    check "3 threads have the scores of 1" cmp -s threads_1 threads_3
    check "a second repeat has other folds" test "$(grep -A 40 '"repeat": 1,' threads_1 | tail -n 38)" \
        != "$(grep -A 40 '"repeat": 2,' threads_1 | tail -n 38)"
}

# is_mean COLUMN MEASURE: of the rows of the table of folds
is_mean() {
    awk -v column="$1" -v measure="$2" '
        /^ +[1-5] +12 / { n++; v[n] = $column; sum += v[n] }
        $1 == measure { mean = $2; deviation = $3 }
        END {
            for (i = 1; i <= n; i++) squares += (v[i] - sum / n) ^ 2
            m = mean - sum / n; d = deviation - sqrt(squares / (n - 1))
            exit !(n == 5 && m * m < 1e-7 && d * d < 1e-7)
        }' "$out"
}

check_means() {
    expect_status 0 cross-validate table.csv --target class --ignore z
    check "the mean and deviation of the accuracy are those of the folds" is_mean 3 accuracy
    check "and so are those of f1" is_mean 7 f1
    expect_status 0 cross-validate table.csv --target z --ignore class
    check "numbers have an r2, and it is their mean too" is_mean 3 r2
}

# Large errors have texts as wide as their columns were; a network without weights predicts the mean,
# whose r2 is 0, or a little below.
check_widths() {
    awk -v OFS=, 'BEGIN { print "x,y"; for (i = 0; i < 60; i++) print i * 7 % 11, 1e7 * (i * i % 13) + i }' \
        >large.csv
    expect_status 0 cross-validate large.csv --target y --weight-decay 10 --optimizer gradient-descent \
        --epochs 50
    check "large numbers are wide" has "$out" '[0-9]e\+1[0-9] '
    # shellcheck disable=SC2016 # for awk
    check "  with blanks between all columns" awk '
        /^fold / { columns = NF } /^ +[1-5] +12 / { n++; ok += NF == columns }
        /^(r2|rmse|mae|mse) / { n++; ok += NF == 5 }
        END { exit !(n == 9 && ok == 9) }' "$out"
    expect_status 0 train large.csv --target y --weight-decay 10 --optimizer gradient-descent \
        --epochs 50 --output flat
    expect_status 0 evaluate flat large.csv
    check "an r2 that is nearly 0 has no sign" has "$out" '^r2 0\.0000 mae'
    check "  in any table" lacks "$out" '-0\.0000'
}

# take_score MEASURE REPORT: of the held-out rows of fold 2
take_score() {
    awk -v measure="\"$1\":" '/"fold": 2/ { is_fold = 1 } is_fold && /"held_out"/ { is_held = 1 }
        is_held && $1 == measure { print $2 + 0; exit }' "$2"
}

# The held-out rows of fold 2 are far off: were they scaled with the others, nothing would be learnt
# of these. What train learns of the others is what the fold has learnt.
check_leak() {
    measure=$1
    shift
    expect_status 0 cross-validate table.csv "$@" --json near.json
    rows_of 2 near.json >rows_2
    awk -F, -v OFS=, 'NR == FNR { is_held[$1 + 1] = 1; next }
        is_held[FNR] { $1 *= 1000; $2 -= 1e6 } { print }' rows_2 table.csv >far.csv
    awk 'NR == FNR { is_held[$1 + 1] = 1; next } FNR == 1 || !is_held[FNR]' rows_2 far.csv >learnt.csv
    awk 'NR == FNR { is_held[$1 + 1] = 1; next } FNR == 1 || is_held[FNR]' rows_2 far.csv >held.csv
    expect_status 0 cross-validate far.csv "$@" --json far.json
    expect_status 0 train learnt.csv "$@" --output model
    expect_status 0 evaluate model held.csv
    expected=$(tail -n 1 "$out" | grep -o "$measure [0-9.e+-]*" | cut -d' ' -f2)
    score=$(take_score "$measure" far.json)
    check "fold 2 has the $measure of train and evaluate: $score, $expected" awk \
        "BEGIN { d = $score / $expected - 1; exit !(d * d < 1e-4) }"
}

# get_epochs LOG: of the first fold
get_epochs() {
    awk '$1 == 1 && $2 == 12 { print $(NF - 1) }' "$1"
}

# What --ensemble scores is what train saves, whatever the threads.
check_ensemble() {
    check_leak mse --target class --ignore z --ensemble 3
    check_leak mae --target z --validation 0.25 --ensemble 2
    for threads in 1 2 3; do
        expect_status 0 cross-validate table.csv --target class --ensemble 3 --repeats 2 --threads $threads \
            --json threads.json
        without_times threads.json >threads_$threads
    done
    check "2 threads have the ensembles of 1" cmp -s threads_1 threads_2
    check "3 threads have the ensembles of 1" cmp -s threads_1 threads_3
    check "the summary says how many networks there are" has "$out" \
        '^5 stratified folds of seed 1; 10 trainings of 3 networks each, [0-9]+ at the same time$'
    check "  and so does the JSON" has threads.json '^  "networks": 3,$'
    expect_status 0 cross-validate table.csv --target class --epochs 7
    cp "$out" single
    expect_status 0 cross-validate table.csv --target class --epochs 7 --ensemble 3
    check "the epochs are those of all networks" test "$(get_epochs single)" -eq 7 -a "$(get_epochs "$out")" -eq 21
    check "the scores are not those of one network" test "$(grep '^log_loss' single)" != "$(grep '^log_loss' "$out")"
    refuses '--ensemble takes a whole number from 2 to 10000' cross-validate table.csv --target class --ensemble 1
    fails 'repeat 1, fold 1: ' cross-validate table.csv --target z --learning-rate 1e300 --ensemble 2
}

check_refusals() {
    refuses '--folds takes a whole number from 2' cross-validate table.csv --target class --folds 1
    fails '60 rows cannot be divided into 61 folds' cross-validate table.csv --target class --folds 61
    expect_status 0 cross-validate table.csv --target class --folds 60
    refuses '--checkpoint is an option of nnblas train' cross-validate table.csv --target class \
        --checkpoint c
    refuses 'table.csv' cross-validate table.csv --target class --json table.csv
    refuses '--target COLUMN is missing' cross-validate table.csv
    fails 'repeat 1, fold 1: ' cross-validate table.csv --target z --learning-rate 1e300
    fails_on_full_disk cross-validate table.csv --target class
    expect_status 0 cross-validate table.csv --target class --json -
    check "standard output has the JSON alone" test "$(head -c 1 "$out")" = '{'
    expect_status 0 cross-validate table.csv --target class --quiet
    check "--quiet prints nothing" is_empty "$out"
    sed 's/,c$/,b/; 2s/,[ab]$/,c/' table.csv >rare.csv
    expect_status 0 cross-validate rare.csv --target class
    check "a class with fewer rows than folds is a warning" has "$err" \
        "warning: class 'c' has fewer rows than there are folds"
}

check_stop() {
    heeding_signals "$nnblas" cross-validate table.csv --target class --epochs 1000000000 --patience 0 >"$out" 2>"$err" &
    interrupted=$!
    until has "$out" 'at the same time$'; do sleep 0.1; done
    sleep 1
    kill -INT $interrupted
    wait $interrupted
    check "a signal ends the trainings" test $? -eq 1
    check "  and it says so" has "$err" 'stopped by a signal before a training was complete'
    for option in '--quiet --ensemble 3' '--ensemble 3' '--quiet' ''; do
        # shellcheck disable=SC2086 # options and their values
        heeding_signals "$nnblas" cross-validate table.csv --target class --epochs 1000000000 --patience 0 \
            --threads 1 --time-limit 0.1 --repeats 99 --json stopped.json $option >"$out" 2>"$err" &
        interrupted=$!
        sleep 2
        kill -INT $interrupted
        wait $interrupted
        report $? "cross-validate $option has the scores of the complete trainings"
        check "  the JSON says that there are others" has stopped.json '"is_complete": false'
    done
    complete=$(awk '/^each fold/ { on = 1 } /^measure/ { on = 0 } on && $1 + 0 > 0' "$out" | wc -l)
    check "  $complete of 495" has "$out" "^stopped by a signal: $complete of 495 trainings (is|are) complete\$"
    check "  which the last line has too" test "$(tail -n 1 "$out" | grep -Eo 'repeats 99 complete [0-9]+ seconds')" = \
        "repeats 99 complete $complete seconds"
}

check_folds
check_constant_targets
check_large_targets
check_threads
check_means
check_widths
check_leak mse --target class --ignore z
check_leak mae --target z --validation 0.25
check_leak mae --target z,y
check_ensemble
check_refusals
check_stop
conclude
