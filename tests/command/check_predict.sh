#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The table that nnblas predict writes: columns that are kept, bad rows, threads.
# usage: check_predict.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

check_kept_columns() {
    expect_status 0 predict model test.csv --keep all
    paste -d, test.csv expected >both.csv
    check "--keep all puts the table before its predictions" cmp both.csv "$out"
    expect_status 0 predict model test.csv --keep species,2
    awk -F, -v OFS=, '{ print $5, $2 }' test.csv | paste -d, - expected >both.csv
    check "--keep takes names and numbers, in their order" cmp both.csv "$out"
    expect_status 0 predict model rows.csv --keep 5
    check "columns without names get their numbers" has "$out" '^column 5,prediction,'
    fails "test.csv: has no column 'size'; its columns are" predict model test.csv --keep size
    refuses 'keep takes different columns' predict model test.csv --keep species,species
    sed '1s/.*/"a, ""b""",,c,c,d/' test.csv >names.csv
    paste -d, test.csv names.csv | sed '1s/""b""/""b""/' >wide.csv
    expect_status 0 predict model wide.csv --keep 6,7,8,9
    check "kept names are quoted, and may occur twice" has "$out" \
        '^"a, ""b""",column 7,c,c,prediction,'
    awk -F, -v OFS=, 'NR == 1 { print $0, "note" } NR > 1 { print $0, (NR % 2 ? "\"\"" : "\"x, \"\"y\"\"\"") }' \
        test.csv >notes.csv
    expect_status 0 predict model notes.csv --keep note
    check "kept values are quoted where they need it" has "$out" '^"x, ""y""",'
}

check_names() {
    awk -v OFS=, 'BEGIN { print "x,y"; for (i = 0; i < 60; i++) print i, i * i / 8 }' >numbers.csv
    expect_status 0 train numbers.csv --target y --quiet --output numbers --epochs 5
    expect_status 0 predict numbers numbers.csv --keep all
    check "a number that is kept is predicted once" has "$out" '^x,y,prediction$'
    check "  in each row" test "$(sed 1d "$out" | tr -cd ',\n' | sort -u)" = ,,
    check "  without a message" is_empty "$err"
    awk -v OFS=, 'BEGIN { print "x,a,b,setosa,prediction"; for (i = 0; i < 60; i++)
        print i % 9, (i % 9 > 4), (i % 9 < 3), i, i }' >labels.csv
    expect_status 0 train labels.csv --target a,b --features x --quiet --output labels --epochs 5
    expect_status 0 predict labels labels.csv --keep x,a,b
    check "labels have a class and a probability each, under other names than theirs" has "$out" \
        '^x,a,b,prediction,predicted_b,probability_a,probability_b$'
    check "  and without a message" is_empty "$err"
    expect_status 0 predict labels labels.csv --keep prediction
    check "a name that is taken gets a prefix" has "$out" '^prediction,predicted_prediction,predicted_b,'
    check "  which is said" has "$err" "column 'prediction' already: the one of the predictions is"
    sed '1s/setosa/predicted_b/' labels.csv >doubled.csv
    expect_status 0 predict labels doubled.csv --keep predicted_b
    check "  or a number, never the same prefix again" has "$out" '^predicted_b,prediction,predicted_b \(2\),'
    sed '1s/$/,virginica/; 1!s/$/,1/' test.csv >taken.csv
    expect_status 0 predict model taken.csv --keep virginica
    check "the probability of a class is called so" has "$out" '^virginica,prediction,setosa,versicolor,probability_virginica$'
    sed '1s/x,y/x,prediction/' numbers.csv >named.csv
    expect_status 0 train named.csv --target prediction --quiet --output named --epochs 5
    expect_status 0 predict named named.csv
    check "a target named prediction gets another name" has "$out" '^prediction,prediction.+$'
}

check_bad_rows() {
    sed '3s/^[^,]*/abc/; 9s/,[^,]*,[^,]*$//; 20s/[^,]*$/"a, b"/; 20s/^[^,]*//' test.csv >bad.csv
    expect_status 0 predict model bad.csv --skip-bad-rows --missing refuse --keep 1,species
    check "a bad row has its row, and empty predictions" test "$(sed -n 3p "$out")" = \
        "abc,$(sed -n '3s/.*,//p' bad.csv),,,,"
    check "  and what it has of the columns that are kept" test "$(sed -n 9p "$out" | sed 's/^[^,]*//')" = ,,,,,
    check "  quoted" test "$(sed -n 20p "$out")" = ',"a, b",,,,'
    sed '3d;9d;20d' bad.csv >good.csv
    "$nnblas" predict model good.csv --keep 1,species >good
    sed '3d;9d;20d' "$out" | cmp -s good -
    report $? "the other rows are as without it"
}

check_threads() {
    awk 'NR == 1 { print } NR > 1 { row[NR] = $0 }
        END { for (i = 0; i < 9000; i++) print row[2 + i % 120] }' train.csv >many.csv
    sed -i '5000s/^[^,]*/bad/' many.csv
    expect_status 0 predict model many.csv --skip-bad-rows --threads 1 --output one
    check "all rows of several batches" has_lines one 9001
    check "  with the bad one in its place" test "$(grep -nx ,,, one)" = 5000:,,,
    expect_status 0 predict model many.csv --skip-bad-rows --threads 2 --output two
    check "the same by two threads" cmp one two
    fails 'line 5000, column 1' predict model many.csv --threads 2 --output two
    expect_status 0 evaluate model many.csv --skip-bad-rows --threads 1
    cp "$out" one
    expect_status 0 evaluate model many.csv --skip-bad-rows --threads 2
    check "evaluate too" cmp one "$out"
}

make_model
check_kept_columns
check_names
check_bad_rows
check_threads
awk 'BEGIN { print "name,2019,2020"; for (i = 0; i < 30; i++) print "t" i % 3 "," i % 7 * 2.5 "," i % 7 + i % 3 }' >years.csv
expect_status 0 train years.csv --target 2020 --header --epochs 2 --output years
expect_status 0 predict years years.csv --header
cp "$out" with_header
expect_status 0 predict years years.csv
check "a first line of the model's names is a header, be they years" cmp with_header "$out"
conclude
