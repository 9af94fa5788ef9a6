#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The measures of nnblas evaluate, against values computed by hand and by scikit-learn.
# usage: check_scores.sh NNBLAS
set -u
compare_scores=$(cd "$(dirname "$0")" && pwd)/compare_scores.py
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

# says FILE NAME VALUE: the report has this measure
says() {
    check "$2 is $3" has "$1" "^$2 +$3\$"
}

# A network without features that differ predicts the same for each row: the class a for all.
check_constant_prediction() {
    awk 'BEGIN { print "x,class"; for (i = 0; i < 10; i++) print 1 "," (i < 7 ? "a" : i < 9 ? "b" : "c") }' \
        >constant.csv
    expect_status 0 train constant.csv --target class --features x --quiet --output constant
    expect_status 0 evaluate constant constant.csv
    cp "$out" report
    says report accuracy 0.7000
    says report balanced_accuracy 0.3333 # 1, 0 and 0
    says report precision 0.2333         # 0.7, and 0 for the classes that are never predicted
    says report recall 0.3333
    says report f1 0.2745 # 2 * 7 / (7 + 10) for one of three
    says report auc 0.5000
    check "the precision of a class that is never predicted is not defined" has report \
        '^b +- +0.0000 +0.0000 +0.5000 +2$'
    check "the last line is that of before" has report '^accuracy 0.7000 mse 0.2[0-9]* rows 10$'
    grep -v ',c$' constant.csv >without.csv
    expect_status 0 evaluate constant without.csv
    cp "$out" report
    says report balanced_accuracy 0.5000 # 1 and 0: a class without rows does not count
}

# The values of the report against those of awk, to six digits, for errors of all sizes.
check_sizes() {
    for scale in 1e-6 1 1e200; do
        awk -v OFS=, -v CONVFMT=%.17g -v OFMT=%.17g -v scale=$scale 'BEGIN { srand(2); print "x,y"
            for (i = 0; i < 200; i++) { x = rand(); print x, (x * x - x / 3) * scale } }' >sized.csv
        expect_status 0 train sized.csv --target y --quiet --epochs 3 --output sized
        "$nnblas" predict sized sized.csv --keep y |
            awk -F, -v scale=$scale 'NR > 1 { d = ($2 - $1) / scale; a += d < 0 ? -d : d; s += d * d; n++ }
            END { printf "%.6g %.6g\n", a / n * scale, sqrt(s / n) * scale }' >errors
        expect_status 0 evaluate sized sized.csv
        read -r mae rmse <errors
        awk '$1 == "y" { print $3, $4 }' "$out" >shown
        check "mae $mae and rmse $rmse" cmp errors shown
        mse=$(awk '$1 == "y" { print $5 }' "$out")
        [ $scale = 1e200 ] || check "mse $mse is half of the square" \
            awk -v m="$mse" -v r="$rmse" "BEGIN { d = m / (r * r / 2) - 1; exit !(d * d < 1e-8) }"
        [ $scale != 1e200 ] || check "mse, which is more than a double holds, is left out" test "$mse" = -
        check "  which is said" has "$out" '^mse is half the mean squared error: rmse\^2 / 2$'
    done
    awk -v OFS=, 'BEGIN { print "x,class"; for (i = 0; i < 400; i++) print i % 2, (i % 2 ? "a" : "b") }' >easy.csv
    expect_status 0 train easy.csv --target class --quiet --epochs 150 --weight-decay 0 --activation tanh \
        --learning-rate 0.003 --schedule constant --output easy
    expect_status 0 evaluate easy easy.csv
    check "a small mse of classes has digits that count" has "$out" '^accuracy 1.0000 mse [1-9][0-9.]+e-0[4-9] rows 400$'
}

check_json() {
    expect_status 0 evaluate model test.csv --json scores.json
    cp "$out" report
    expect_status 0 evaluate model test.csv --json -
    check "--json - writes what --json FILE does, and no text" cmp scores.json "$out"
    has_program jq jq || return 0
    jq -r '.measures | to_entries[] | select(.key | IN("log_loss", "mse") | not) | "\(.key) \(.value * 10000 | round)"' \
        scores.json | sort >json
    awk '/^(accuracy|balanced_accuracy|precision|recall|f1|auc) +[0-9.]+$/ { printf "%s %d\n", $1, $2 * 10000 + 0.5 }' \
        report | sort >text
    check "with the same measures" cmp json text
    check "  of which there are six" has_lines json 6
    check "with the confusion matrix" test \
        "$(jq -c '[.targets[0].confusion[] | add]' scores.json)" = '[10,10,10]'
    check "and each class" test "$(jq -r '.targets[0].classes[].name' scores.json | tr '\n' ' ')" = \
        'setosa versicolor virginica '
    expect_status 0 evaluate constant constant.csv --json -
    check "a measure that is not defined is null" test \
        "$(jq '.targets[0].classes[1].precision' "$out")" = null
    expect_status 0 info --json -
    check "nnblas info has its JSON" jq -e '.usable_processors >= 1 and (.blas | length > 0)' "$out"
    expect_status 1 evaluate model test.csv --json nowhere/scores.json
}

# A weight is as good as that many rows.
check_weights() {
    awk -F, -v OFS=, 'NR == 1 { print $0, "weight" } NR > 1 { print $0, NR % 4 }' test.csv >weighted.csv
    awk -F, -v OFS=, 'NR == 1 || NR % 4 > 0 { print } NR > 1 && NR % 4 > 1 { print }
        NR > 1 && NR % 4 > 2 { print }' test.csv >repeated.csv
    expect_status 0 evaluate model weighted.csv --weight weight
    sed 's/ rows 30 weight [0-9]*$//; s/weights of the rows/rows/; s/ weight$/   rows/' "$out" >weighted
    expect_status 0 evaluate model repeated.csv
    sed 's/ rows [0-9]*$//' "$out" >repeated
    check "a weight is as good as that many rows" cmp weighted repeated
    sed -i '5s/[^,]*$/-1/' weighted.csv
    fails "line 5, column 6 \(weight\): '-1' is no weight" evaluate model weighted.csv --weight weight
    sed -i '5s/[^,]*$/1e101/' weighted.csv
    fails "line 5, column 6 \(weight\): '1e101' is no weight" evaluate model weighted.csv \
        --weight weight
    sed '2,$s/[^,]*$/0/' weighted.csv >zero.csv
    fails 'has no rows to evaluate with a weight above 0' evaluate model zero.csv --weight 6
}

# The model knows the column of its weights, by its name or its place, and how its numbers are written.
check_weights_of_training() {
    awk -F, -v OFS=';' 'NR == 1 { $1 = $1; print "count", $0 } NR > 1 { $1 = $1; print NR % 4 ",50", $0 }' train.csv >counts.csv
    awk -F, -v OFS=';' 'NR == 1 { $1 = $1; print $0, "count" } NR > 1 { $1 = $1; print $0, NR % 7 ",25" }' test.csv >moved.csv
    "$nnblas" train counts.csv --target species --weight count --quiet --output counted
    expect_status 0 evaluate counted moved.csv
    check "evaluate takes the weights of the training, and says so" has "$err" \
        '^nnblas evaluate: rows have the weights of column 6 \(count\), as in the training; --no-weight counts each row 1$'
    cp "$out" of_training
    expect_status 0 evaluate counted moved.csv --weight count
    check "  which is --weight count" cmp of_training "$out"
    check "  and is silent then" is_empty "$err"
    sed 's/,\([0-9]*\)$/.\1/' moved.csv >points.csv
    expect_status 0 evaluate counted points.csv --decimal .
    check "  in another notation too" cmp of_training "$out"
    expect_status 0 evaluate counted moved.csv --no-weight
    cp "$out" of_ones
    check "--no-weight counts each row 1" has of_ones ' rows$'
    cut -d';' -f1-5 moved.csv >without.csv
    expect_status 0 evaluate counted without.csv
    check "  as it is where the table has no weights" cmp of_ones "$out"
    check "  which is said" has "$err" \
        'without\.csv: has no column 1 \(count\), the weights of the rows in the training: 1 is taken for each$'
    sed 1d counts.csv >rows.csv
    expect_status 0 evaluate counted rows.csv --no-header
    check "without a header the column has its place" has "$err" 'weights of column 1 \(count\), as in the training'
    expect_status 0 importance counted moved.csv
    cp "$out" of_training
    check "importance takes them too" has "$err" 'weights of column 6 \(count\), as in the training'
    expect_status 0 importance counted moved.csv --weight count
    check "  which is --weight count" cmp of_training "$out"
    expect_status 0 importance counted moved.csv --no-weight
    check "  and is not --no-weight" test "$(cat of_training)" != "$(cat "$out")"
    refuses '--weight and --no-weight cannot be used together' evaluate counted moved.csv --weight 1 --no-weight
}

compare_with_sklearn() {
    python=/usr/bin/python3
    if ! $python -c 'import sklearn' 2>/dev/null; then
        echo "skipped: the measures of scikit-learn (needs python3-sklearn)"
        return 0
    fi
    $python "$compare_scores" "$nnblas" >"$out"
    report $? "all measures are those of scikit-learn"
    grep '^not ok' "$out"
}

make_model
check_constant_prediction
check_sizes
check_json
check_weights
check_weights_of_training
compare_with_sklearn
conclude
