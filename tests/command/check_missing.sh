#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Missing values and texts that the training did not have.
# usage: check_missing.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

# 60 rows; every sixth lacks its size, every tenth its colour, three lack the target.
make_table() {
    awk -v mark="${1-}" 'BEGIN { print "size,colour,weight,y"
        for (i = 0; i < 60; i++) print (i % 6 ? i % 11 : mark) "," (i % 10 == 9 ? mark : i % 2 ? "red" : "blue") "," i % 7 "," (i % 20 == 7 ? mark : i % 3 ? "a" : "b") }' \
        >table.csv
}

check_marks() {
    make_table
    expect_status 0 train table.csv --target y --epochs 20 --output first
    check "a missing number has an indicator, a missing text a category" has "$out" \
        '57 rows of table.csv: 3 features as 6 inputs; 2 classes of y'
    check "  which the summary says of numbers" has "$out" \
        '^missing numbers are the mean, and have an indicator: column 1 \(size\)$'
    check "  and of texts" has "$out" \
        '^missing texts are a category of their own: column 2 \(colour\)$'
    count=$(awk -F, 'NR > 1 && $4 != "" { size += $1 == ""; colour += $2 == "" }
        END { print size " of column 1 \\(size\\), " colour " of column 2 \\(colour\\)" }' table.csv)
    check "  and how many there are, the most first" has "$out" "^missing values: $count\$"
    check "rows without a target are left out" has "$err" 'table.csv: rows without a target left out: 3$'
    cp table.csv empty.csv
    "$nnblas" predict first empty.csv >expected
    for mark in '?' NA n/a NaN NULL '#N/A' '#DIV/0!' '#VALUE!' '#REF!' '#NAME?' '#NUM!' '#NULL!'; do
        make_table "$mark"
        expect_status 0 train table.csv --target y --epochs 20 --quiet --output marked
        check "$mark stands for a missing value" same_network first marked
    done
    awk 'BEGIN { print "size,y"; for (i = 0; i < 60; i++) print (i % 6 ? i % 11 : i % 12 ? "-" : "none") "," (i % 3 ? "none" : "-") }' \
        >table.csv
    expect_status 0 train table.csv --target y --epochs 2
    check "- and none are missing numbers, but texts of their own" has "$out" \
        '60 rows of table.csv: 1 feature as 2 inputs; 2 classes of y'
}

# Spreadsheets leave empty rows at the end.
check_rows_without_target() {
    printf 'a,b,c,y\n1,5,1,x\n2,4,1,z\n3,4,1,x\n4,1,1,z\n,,,\n5,,2,NA\n' >table.csv
    expect_status 0 train table.csv --target y --epochs 2
    check "a row without a target is left out" has "$err" 'rows without a target left out: 2$'
    check "  and makes no indicator" has "$out" '4 rows of table.csv: 2 features as 2 inputs'
    check "  is not counted" lacks "$out" 'missing'
    check "  and has no say in what is constant" has "$out" '^left out, the same in all rows: column 3 \(c\)$'
}

check_texts() {
    make_table k.A.
    fails "line 2, column 1 \\(size\\): 'k.A.' is not a number; --na TEXT makes a text a missing value, --skip-bad-rows" \
        train table.csv --target y
    for texts in k.A. 'none of these,k.A.' '"a,b","k.A."'; do
        expect_status 0 train table.csv --target y --epochs 20 --quiet --output marked --na "$texts"
        check "--na $texts makes a text a missing value" same_network first marked
    done
    expect_status 0 predict marked table.csv
    check "  which the model keeps" cmp expected "$out"
    expect_status 0 predict marked table.csv --keep size
    check "  and which is kept as it is written" has "$out" '^k\.A\.,'
    make_table -999
    expect_status 0 train table.csv --target y --epochs 20 --quiet --output marked --na -999
    check "  be it a number" same_network first marked
    expect_status 0 predict first table.csv --na -999
    check "predict takes other ones" cmp expected "$out"
    make_table k.A.
    expect_status 0 predict marked table.csv --na -999,k.A.
    check "  beside those of the model" cmp expected "$out"
    refuses '--na takes texts, each once, separated by commas' train table.csv --target y --na a,a
    refuses '--na takes texts, each once, separated by commas' predict first table.csv --na ''
    make_table
}

check_prediction() {
    expect_status 0 predict first empty.csv
    check "predict says how many values were missing" has "$err" 'empty.csv: missing values filled in: 16$'
    expect_status 0 evaluate first empty.csv
    check "  and evaluate leaves out the rows without a target" has "$out" 'rows 57$'
    check "    and says so" has "$err" 'rows without a target left out: 3$'
    make_table
    awk -F, 'NR == 1 || ($1 != "" && $2 != "" && $4 != "")' table.csv >whole.csv
    expect_status 0 train whole.csv --target y --epochs 20 --output whole
    check "a table without missing values has no more inputs" has "$out" '3 features as 4 inputs'
    printf 'size,colour,weight\n,red,3\n4,,3\n4,green,3\n' >new.csv
    expect_status 0 predict whole new.csv
    check "a missing number is the mean then" has "$err" 'new.csv: missing values filled in: 1$'
    check "  and a missing text is as an unknown one" has "$err" \
        'new.csv: texts that are no category of the training: 2$'
    sed -n '3p' "$out" >unknown
    sed -n '4p' "$out" | cmp -s - unknown
    report $? "  none of the categories"
    mean=$(awk -F, 'NR > 1 { sum += $1; n++ } END { printf "%.17g", sum / n }' whole.csv)
    printf 'size,colour,weight\n%s,red,3\n' "$mean" >mean.csv
    sed -n '2p' "$out" | cut -c1-12 >missing
    "$nnblas" predict whole mean.csv | sed -n '2p' | cut -c1-12 >filled
    check "the mean is that of the training" cmp missing filled
}

check_rules() {
    make_table
    fails "line 2, column 1 \(size\): '' is a missing value" train table.csv --target y \
        --missing refuse
    expect_status 0 train table.csv --target y --missing skip --epochs 20 --output skipped
    check "--missing skip leaves out rows" has "$err" 'rows with a missing value left out: 16$'
    expect_status 0 train whole.csv --target y --epochs 20 --quiet --output whole
    expect_status 0 predict skipped whole.csv
    cp "$out" skipped.out
    expect_status 0 predict whole whole.csv
    check "  and learns from the others" cmp skipped.out "$out"
    expect_status 0 predict skipped table.csv --missing impute
    check "--missing of predict goes before that of the model" has_lines "$out" 61
    fails "new.csv: line 2, column 1 \(size\): '' is a missing value" predict whole new.csv --missing refuse
    sed -i 2,3d new.csv
    fails "new.csv: line 2, column 2 \(colour\): 'green' is not one of the categories" predict whole new.csv \
        --missing refuse
    sed 's/a$/c/' whole.csv >classes.csv
    fails "column 4 \(y\): 'c' is not one of the categories" evaluate whole classes.csv
    refuses '--missing takes impute, refuse or skip' train table.csv --target y --missing drop
    awk 'BEGIN { print "size,y"; for (i = 0; i < 9; i++) print i "," }' >table.csv
    fails 'table.csv: has no rows to train on' train table.csv --target y
}

# A model of before has no rule: what is missing is an error.
check_earlier_model() {
    sed 's/"version\\":2/"version\\":1/' whole >earlier
    expect_status 0 predict earlier whole.csv
    cp "$out" earlier.out
    "$nnblas" predict whole whole.csv >now.out
    check "a model with a schema of version 1 is read" cmp earlier.out now.out
    printf 'size,colour,weight\n,red,3\n' >new.csv
    fails "new.csv: line 2, column 1 \(size\): '' is a missing value" predict earlier new.csv
}

check_marks
check_rows_without_target
check_texts
check_prediction
check_rules
check_earlier_model
conclude
