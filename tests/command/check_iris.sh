#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Training, evaluation and prediction on the iris flowers, from end to end.
# usage: check_iris.sh NNBLAS
set -u
share='[01]\.[0-9]{4}'
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

check_iris() {
    expect_status 0 iris
    check "iris has a header and 150 rows" has_lines "$out" 151
    check "train.csv has 120" has_lines train.csv 121
    check "test.csv begins with the flower that seed 1936 chooses" test \
        "$(sed -n 2p test.csv)" = 4.9,3.1,1.5,0.1,setosa
    expect_status 0 train train.csv --target species --output model
    tail -n 1 "$out" >last
    check "train ends with the line of results" has last \
        "^train accuracy $share mse [0-9]+\.[0-9]{4} rows 120 epochs [0-9]+ seconds [0-9]+\.[0-9]{2}\$"
    check "and tells few epochs on stderr" test "$(wc -l <"$err")" -lt 20

    expect_status 0 evaluate model test.csv
    tail -n 1 "$out" >last
    check "evaluate ends with the line of results" has last \
        "^accuracy $share mse [0-9]+\.[0-9]{4} rows 30\$"
    accuracy=$(sed 's/accuracy \([0-9.]*\).*/\1/' last)
    check "the accuracy $accuracy is at least 0.9" awk "BEGIN { exit !($accuracy >= 0.9) }"
    check "it shows precision, recall, F1 and AUC" has "$out" "^setosa( +$share){4} +10\$"
    diagonal=$(awk '/^rows of each/ { on = 1 } on && /^setosa/ { n += $2 }
        on && /^versicolor/ { n += $3 } on && /^virginica/ { n += $4 }
        END { printf "%.4f", n / 30 }' "$out")
    check "the confusion matrix has the same accuracy" test "$diagonal" = "$accuracy"

    expect_status 0 predict model test.csv
    cp "$out" expected
    check "predict begins with its header" has expected '^prediction,setosa,versicolor,virginica$'
    check "and has a row for each" has_lines expected 31
    right=$(sed 1d expected | paste -d, rows.csv - | awk -F, '$5 == $6' | wc -l)
    check "$right right of 30 is the accuracy" test "$(awk "BEGIN { printf \"%.4f\", $right / 30 }")" \
        = "$accuracy"
    sed 1d expected >predicted
    odd=$(awk -F, '{ s = $2 + $3 + $4; n += s < 0.999999 || s > 1.000001 } END { print n + 0 }' \
        predicted)
    check "probabilities sum to 1" test "$odd" -eq 0
}

check_default_table() {
    expect_status 0 train --epochs 5
    check "without a table it is iris" has "$out" "^150 rows of Fisher's iris flowers"
    check "without --output it says that nothing is saved" has "$out" '^not saved'
    expect_status 0 train --epochs 30 --seed 7 --quiet --output seed7
    check "--quiet is silent" is_empty "$out"
    check "  also on stderr" is_empty "$err"
    expect_status 0 train --epochs 30 --seed 7 --quiet --output seed7.again
    check "the same seed gives the same model" same_network seed7 seed7.again
    expect_status 0 train --epochs 30 --seed 8 --quiet --output seed8
    same_network seed7 seed8
    test $? -eq 1
    report $? "another seed gives another one"
}

# Makes the locale where the system has what it is made of; a comma is its decimal point.
check_locale() {
    mkdir locales
    if ! localedef -i de_DE -f UTF-8 locales/de_DE.UTF-8 2>/dev/null; then
        echo "skipped: training where a comma is the decimal point (needs locales)"
        return 0
    fi
    comma=$(LOCPATH=$directory/locales LC_ALL=de_DE.UTF-8 awk --use-lc-numeric \
        'BEGIN { printf "%.1f", 0.5 }' 2>/dev/null || echo unknown)
    LOCPATH=$directory/locales LC_ALL=de_DE.UTF-8 "$nnblas" train train.csv --target species \
        --quiet --learning-rate 0.02 --output german
    check "a locale with decimal commas ($comma) gives the same model" same_network model german
    LOCPATH=$directory/locales LC_ALL=de_DE.UTF-8 "$nnblas" predict german test.csv >"$out"
    check "  and the same predictions" cmp expected "$out"
}

make_model
check_iris
check_default_table
check_locale
conclude
