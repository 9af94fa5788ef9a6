#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Several targets of one network, and the weights of rows and classes.
# usage: check_targets.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

make_table() {
    awk -v OFS=, 'BEGIN { print "x,z,wet,windy,sky,sun,kind,w"
        for (i = 0; i < 90; i++) { x = i % 9; z = i % 10
            print x, z, (x > 4), (z > 4 ? "yes" : "no"), (x + z > 9 ? "grey" : "blue"), x * 2.5 + z, (i % 3 ? "a" : "b"), i % 3 + 1 } }' \
        >table.csv
}

check_labels() {
    expect_status 0 train table.csv --target wet,windy,sky --features x,z --epochs 150 --output labels
    check "targets of two values each are labels" has "$out" '2 features as 2 inputs; 3 labels$'
    check "  each by its name" has "$out" \
        '^targets: column 3 \(wet\), a label; column 4 \(windy\), a label; column 5 \(sky\), a label$'
    expect_status 0 evaluate labels table.csv
    check "  which are learnt" has "$out" '^accuracy (0\.9[0-9]*|1\.0000) '
    expect_status 0 predict labels table.csv
    check "  each with its probability" has "$out" ',probability_wet,probability_windy,probability_sky$'
    odd=$(sed 1d "$out" | awk -F, '{ for (k = NF - 2; k <= NF; k++) n += $k < 0 || $k > 1 } END { print n + 0 }')
    check "  from 0 to 1" test "$odd" -eq 0
    expect_status 0 train table.csv --target wet,w --features x,z --epochs 2
    check "other numbers are numbers" has "$out" '2 targets of numbers$'
    check "  whose errors have no common unit" has "$out" \
        '^measures are means over the targets, also of errors in different units: nnblas evaluate has those of each$'
    expect_status 0 train table.csv --target wet --features x,z --epochs 2 --numbers
    check "  as are 0 and 1 with --numbers" has "$out" '1 target of numbers$'
}

check_mixture() {
    expect_status 0 train table.csv --target sun,sky --features x,z --epochs 150 --output mixed
    check "numbers and classes can be mixed" has "$out" '2 targets, classes and numbers$'
    check "  each is named with its kind" has "$out" \
        '^targets: column 6 \(sun\), numbers; column 5 \(sky\), 2 classes \(--text makes classes of numbers\)$'
    check "  and one target of numbers has units of its own" lacks "$out" 'errors in different units'
    expect_status 0 evaluate mixed table.csv
    check "  and are learnt" has "$out" '^accuracy (0\.9|1).* r2 0\.9'
    expect_status 0 predict mixed table.csv
    check "  and predicted" has "$out" ',sun,sky=blue,sky=grey$'
    odd=$(sed 1d "$out" | awk -F, '{ n += $1 < -5 || $1 > 40 } END { print n + 0 }')
    check "  in the unit of the number" test "$odd" -eq 0
    expect_status 0 train table.csv --target x,w --text w --features z --epochs 2
    check "--text takes a target of numbers for classes" has "$out" '2 targets, classes and numbers$'
    expect_status 0 evaluate mixed table.csv
}

check_dates() {
    awk 'BEGIN { print "x,day,z"; for (i = 0; i < 40; i++) print i ",2024-01-" 11 + i % 4 "," i % 7 }' >dates.csv
    fails 'the target column 2 \(day\) has dates, which cannot be predicted' train dates.csv --target day
    fails 'has dates, which cannot be predicted' train dates.csv --target day --numbers
    fails 'has dates, which cannot be predicted' train dates.csv --target x,day
    for option in '--text 2' --classes; do
        # shellcheck disable=SC2086 # two words
        expect_status 0 train dates.csv --target day --epochs 2 $option
        check "  but $option makes classes of them" has "$out" '4 classes of day$'
    done
}

# The scores of each target by itself, by hand from the predictions.
check_each_target() {
    "$nnblas" train table.csv --target wet,windy,sky --features x,z --epochs 4 --quiet --output labels
    "$nnblas" predict labels table.csv --keep wet,windy,sky >predicted.csv 2>"$err"
    head -n 1 predicted.csv >header
    check "the classes of other labels have columns" has header ',prediction,predicted_windy,predicted_sky,'
    awk -F, 'NR > 1 { a += $1 == $4; b += $2 == $5; c += $3 == $6; n++ }
        END { printf "%.4f\n%.4f\n%.4f\n", a / n, b / n, c / n }' predicted.csv >by_hand
    expect_status 0 evaluate labels table.csv
    awk '$1 == "accuracy" && NF == 2 { print $2 }' "$out" >shown
    check "the accuracy of each label is that of its column: $(tr '\n' ' ' <by_hand)" cmp by_hand shown
    # shellcheck disable=SC2016 # for awk
    check "  and the last line has the mean" awk 'NR == FNR { mean += $1 / 3; next } { shown = $2 }
        END { d = shown - mean; exit !(d * d < 1e-8) }' by_hand "$out"
    "$nnblas" train table.csv --target sun,sky --features x,z --epochs 4 --quiet --output mixed
    "$nnblas" predict mixed table.csv --keep sun,sky >predicted.csv 2>"$err"
    awk -F, 'NR > 1 { e = $3 - $1; a += e < 0 ? -e : e; q += e * e; s += $1; t += $1 * $1; right += $2 == $4; n++ }
        END { print right / n, 1 - q / (t - s * s / n), a / n }' predicted.csv >by_hand
    expect_status 0 evaluate mixed table.csv
    tail -n 1 "$out" | awk '{ print $2, $4, $6 }' >shown
    # shellcheck disable=SC2016 # for awk
    check "accuracy, r2 and mae of a mixture: $(cat by_hand)" awk 'NR == FNR { split($0, a); next }
        { for (i = 1; i <= 3; i++) if ((a[i] - $i) ^ 2 > 2e-8) exit 1 }' by_hand shown
}

check_weights() {
    expect_status 0 train table.csv --target kind --features x,z --weight w --epochs 20 --output weighted
    check "--weight takes a column" has "$out" '^train accuracy '
    expect_status 0 train table.csv --target kind --weight w --epochs 2
    check "  which is no feature" has "$out" '6 features as'
    awk -F, -v OFS=, '{ for (n = NR == 1 ? 1 : $8; n > 0; n--) print }' table.csv >repeated.csv
    common='--target kind --features x,z --epochs 40 --optimizer lbfgs --weight-decay 0.01'
    # shellcheck disable=SC2086
    expect_status 0 train table.csv $common --weight w --output weighted
    # shellcheck disable=SC2086
    expect_status 0 train repeated.csv $common --output repeated
    "$nnblas" predict weighted table.csv | cut -d, -f1 >weighted.out
    "$nnblas" predict repeated table.csv | cut -d, -f1 >repeated.out
    check "a row of weight 3 is as three rows" cmp weighted.out repeated.out
    # shellcheck disable=SC2086
    expect_status 0 train table.csv $common --output plain
    "$nnblas" predict plain table.csv | cut -d, -f1 >plain.out
    for command in train cross-validate "search --trials 2"; do
        # shellcheck disable=SC2086 # a command and its options
        expect_status 0 $command table.csv --target kind --features x,z --weight w --epochs 5
        check "$command says that scores are weighted" has "$out" \
            '^rows have weights, in the training and in all scores: 180 in all; whole numbers, so defaults are those of that many rows$'
    done
    "$nnblas" evaluate weighted table.csv --weight w >"$out"
    weighted=$(tail -n 1 "$out" | cut -d' ' -f1-4)
    # shellcheck disable=SC2086
    "$nnblas" train table.csv $common --weight w --output weighted >"$out"
    check "the scores of train are those that evaluate weighs" has "$out" "^train $weighted "
    # shellcheck disable=SC2086
    expect_status 0 train table.csv $common --ensemble 2 --weight w --output weighted
    # shellcheck disable=SC2086
    expect_status 0 train repeated.csv $common --ensemble 2 --output repeated
    "$nnblas" predict weighted table.csv | cut -d, -f1 >weighted.out
    "$nnblas" predict repeated table.csv | cut -d, -f1 >repeated.out
    check "  as it is for an ensemble" cmp weighted.out repeated.out
    for change in '17s/[0-9.]*$/-1/:is no weight' '17s/[0-9.]*$/x/:is not a number' \
        '17s/[0-9.]*$//:is a missing value'; do
        sed "${change%:*}" table.csv >bad.csv
        fails "line 17, column 8 \(w\): '.*' ${change#*:}" train bad.csv --target kind --weight w
    done
    sed '2,$s/[0-9.]*$/0/' table.csv >bad.csv
    fails 'bad.csv: all rows have the weight 0' train bad.csv --target kind --weight w
    refuses '--weight takes one column' train table.csv --target kind --weight w,x
    fails 'column 8 \(w\) is named twice' train table.csv --target kind --weight w --features x,w
}

show_probability() {
    printf 'x,z\n1,2\n3,0\n' | "$nnblas" predict "$1" - | cut -d, -f2
}

# By default too: cells with counts are learnt as well as the rows that they stand for.
check_counts() {
    awk -v OFS=, 'BEGIN { print "x,z,kind,n"
        for (x = 0; x < 5; x++) for (z = 0; z < 4; z++) { print x, z, "a", 1 + 9 * x * (3 - z); print x, z, "b", 60 } }' >cells.csv
    awk -F, -v OFS=, '{ for (n = NR == 1 ? 1 : $4; n > 0; n--) print }' cells.csv >repeated.csv
    expect_status 0 train cells.csv --target kind --weight n --output counted --json counted.json
    check "whole weights count rows" has "$out" \
        '^rows have weights, in the training and in all scores: 1760 in all; whole numbers, so defaults are those of that many rows$'
    check "  whose sum stands beside the rows" has "$out" '^train accuracy .* rows 40 weight 1760 epochs '
    check "  with the weight decay of so many rows" has counted.json '"weight_decay": 0\.00227272'
    check "  and more epochs and patience than rows have" has counted.json '"epochs": 1000,'
    check "    in the steps of as many rows" has counted.json '"patience": 435,'
    expect_status 0 train repeated.csv --target kind --ignore n --output repeated
    # shellcheck disable=SC2016 # for awk
    check "  and are learnt as those rows: $(show_probability counted | tr '\n' ' ')" awk '
        NR == FNR { p[FNR] = $1; next } FNR > 1 { d = $1 - p[FNR]; n += d * d > 0.0009 } END { exit n > 0 }' - repeated.p <<END
$(show_probability repeated >repeated.p; show_probability counted)
END
    expect_status 0 show counted
    grep deviation "$out" >counted.scaling
    expect_status 0 show repeated
    grep deviation "$out" >repeated.scaling
    check "  scaled as they are" cmp counted.scaling repeated.scaling
    few='--target kind --class-weights a=3 --optimizer gradient-descent --batch all --epochs 5'
    # shellcheck disable=SC2086
    expect_status 0 train cells.csv $few --weight n --output counted
    # shellcheck disable=SC2086
    expect_status 0 train repeated.csv $few --ignore n --output repeated
    show_probability counted | cut -c1-8 >counted.p
    show_probability repeated | cut -c1-8 >repeated.p
    check "  as many times as their classes weigh" cmp counted.p repeated.p
    awk -F, -v OFS=, 'NR > 1 { $4 = (NR % 2 ? 0.5 : 1.5) } { print }' cells.csv >shares.csv
    expect_status 0 train shares.csv --target kind --weight n --json shares.json
    check "other weights change no default" has shares.json '"weight_decay": 0\.1000'
    check "  and are added up" has "$out" '^rows have weights, in the training and in all scores: 40 in all$'
    expect_status 0 train cells.csv --target kind --weight n --patience 7 --epochs 50 --json given.json
    check "what is given is taken" has given.json '"patience": 7,'
}

# Of rows as they are: a class of nearly no weight costs nothing, and counts in the scores.
check_scores_of_weighted_classes() {
    check "the cost is weighted" has balanced.summary '^kept epoch .*\(cross-entropy, weighted\)$'
    check "  but not the scores" has balanced.summary \
        '^classes have weights, in the cost alone: scores are of the rows as they are$'
    scores=$("$nnblas" evaluate balanced table.csv | tail -n 1)
    check "  which are those of evaluate: $scores" has balanced.summary "^train $scores "
    none='table.csv --target kind --class-weights rare=1e-9 --epochs 20'
    # shellcheck disable=SC2086
    expect_status 0 cross-validate $none
    check "  and so of cross-validate" has "$out" '^cross-validate accuracy 0\.9500 '
    # shellcheck disable=SC2086
    expect_status 0 search $none --trials 1 --measure accuracy
    check "  and of search" has "$out" '^ +1 +1 +0\.9500 '
    # shellcheck disable=SC2086
    expect_status 0 train $none --validation 0.2 --score
    check "  and of --score" has "$out" '^kept epoch [0-9]+: validation score 0\.95, validation cost .* \(cross-entropy\)$'
}

check_class_weights() {
    awk -v OFS=, 'BEGIN { print "x,kind"; for (i = 0; i < 200; i++) print i % 10, (i % 20 == 9 ? "rare" : "often") }' \
        >table.csv
    expect_status 0 train table.csv --target kind --epochs 100 --output plain
    expect_status 0 train table.csv --target kind --epochs 100 --class-weights balanced --output balanced
    cp "$out" balanced.summary
    "$nnblas" predict plain table.csv | grep -c '^rare' >plain.count
    "$nnblas" predict balanced table.csv | grep -c '^rare' >balanced.count
    check "balanced classes are predicted more often" test "$(cat balanced.count)" -gt "$(cat plain.count)"
    expect_status 0 train table.csv --target kind --epochs 100 --class-weights rare=19 --output listed
    "$nnblas" predict listed table.csv | grep -c '^rare' >listed.count
    check "  as by weights in a list" cmp balanced.count listed.count
    check_scores_of_weighted_classes
    fails "--class-weights: 'never' is no class of column 2 \(kind\)" train table.csv --target kind \
        --class-weights never=2
    fails "--class-weights takes balanced, or CLASS=NUMBER" train table.csv --target kind \
        --class-weights rare
    fails "--class-weights takes balanced, or CLASS=NUMBER" train table.csv --target kind \
        --class-weights rare=-1
    fails "--class-weights needs one target that is classes" train table.csv --target x --numbers \
        --class-weights balanced
    fails 'all rows have the weight 0' train table.csv --target kind --class-weights rare=0,often=0
}

make_table
check_labels
check_mixture
check_dates
check_each_target
check_weights
check_counts
check_class_weights
conclude
