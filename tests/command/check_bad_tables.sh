#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Tables and models with errors: the messages, and what can be skipped.
# usage: check_bad_tables.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

# bad_table SED_SCRIPT: makes bad.csv of train.csv
bad_table() {
    sed "$1" train.csv >bad.csv
}

check_bad_tables() {
    bad_table '17s/^\([^,]*,[^,]*\),[^,]*/\1,abc/'
    fails "^nnblas train: bad.csv: line 17, column 3 \(petal_length\): 'abc' is not a number; --na TEXT" \
        train bad.csv --target species --output never
    check "  and no model" test ! -e never
    bad_table '17s/^[^,]*//'
    fails "line 17, column 1 \(sepal_length\): '' is a missing value" train bad.csv \
        --target species --missing refuse
    bad_table '17s/^[^,]*/NaN/'
    fails "line 17, column 1 \(sepal_length\): 'NaN' is a missing value" train bad.csv \
        --target species --missing refuse
    bad_table '17s/^[^,]*/1e999/'
    fails "line 17, column 1 \(sepal_length\): '1e999' is too large for a number; --skip-bad-rows skips its row$" train bad.csv --target species
    bad_table '17s/^[^,]*/0x10/'
    fails "'0x10' is not a number" train bad.csv --target species
    bad_table '17s/,[^,]*$//'
    fails "bad.csv: line 17: 4 values, but the table has 5 columns" train bad.csv --target species
    bad_table 's/^/"two\nlines",/; 17s/virginica\|setosa\|versicolor/&,x/'
    fails 'bad.csv: line 33: 7 values' train bad.csv --target species
    bad_table '17s/^/"/'
    fails 'bad.csv: line 17: a quote (that opens in this row is never closed|inside)' \
        train bad.csv --target species
    bad_table '17s/^/1"/'
    fails 'bad.csv: line 17: a quote inside an unquoted value' train bad.csv --target species
    bad_table '1s/petal_width/petal_length/'
    expect_status 0 train bad.csv --target species --features 1,sepal_width --epochs 2
    fails "bad.csv: columns 3 and 4 are both named 'petal_length', which the model needs" \
        predict model bad.csv
    { head -n 5 train.csv && printf '1,2,3,4,a\000b\n'; } >bad.csv
    fails 'bad.csv: line 6: a NUL byte' train bad.csv --target species
    { head -n 5 train.csv && printf '1,2,3,4,\377\n'; } >bad.csv
    fails "bad.csv: line 6, column 5 \(species\): .* is not UTF-8" train bad.csv --target species
    { head -n 5 train.csv && printf '1,2,3,\033[2J,a\n'; } >bad.csv
    fails "column 4 \(petal_width\): '\?\[2J' is not a number" train bad.csv --target species
    : >bad.csv
    fails 'bad.csv: has no rows$' train bad.csv --target species
    head -n 1 train.csv >bad.csv
    fails 'bad.csv: has no rows to train on' train bad.csv --target species
    expect_status 0 predict model bad.csv
    check "predictions of no rows have their header" has_lines "$out" 1
    fails 'bad.csv: has no rows to evaluate' evaluate model bad.csv
    grep -v 'setosa\|versicolor' train.csv >bad.csv
    fails "bad.csv: the target, column 5 \(species\), is the same in all rows" train bad.csv --target species
    fails "train.csv: has no column 'size'" train train.csv --target size
    fails "train.csv: has no column '6'" train train.csv --target 6
    fails "train.csv: has no column 'x'" train train.csv --target species --ignore x
    fails "column 5 \(species\) is named twice" train train.csv --target species --features 1,5
    fails "there is no column left" train train.csv --target species --ignore 1,2,3,4
    fails 'nowhere.csv: No such file' train nowhere.csv --target species
    fails '^nnblas train: \.: Is a directory$' train . --target species
    cut -d, -f1-3 test.csv >bad.csv
    fails "bad.csv: has no column 'petal_width', which the model" predict model bad.csv
    sed -i 1d bad.csv
    fails "bad.csv: has 3 columns and no header" predict model bad.csv
    fails "features.csv: has no column 'species'" evaluate model features.csv
    sed 's/virginica/orchid/' test.csv >bad.csv
    fails "column 5 \(species\): 'orchid' is not one of the categories" evaluate model bad.csv
}

check_missing_columns() {
    columns="'sepal_length', 'sepal_width', 'petal_length', 'petal_width'"
    fails "train.csv: has no column 'size'; its columns are $columns, 'species'\$" \
        train train.csv --target size
    fails "features.csv: has no column 'species', which the model needs; its columns are $columns\$" \
        evaluate model features.csv
    fails "has no column 'Petal-Length'; did you mean 'petal_length'\? Its columns are $columns," \
        train train.csv --target Petal-Length
    sed '1s/petal_width/petalwidth/' test.csv >bad.csv
    fails "'petal_width', which the model needs; did you mean 'petalwidth'\?" predict model bad.csv
    sed '1s/.*/1,2,3,4,5/' test.csv >bad.csv
    fails "bad.csv: has no column 'sepal_length', which the model needs; its columns are '1', '2'" \
        predict model bad.csv --header
    paste -d, train.csv train.csv | sed '1s/.*/a,b,c,d,e,f,g,h,i,j/' >bad.csv
    fails "its columns are 'a', 'b', 'c', 'd', 'e' and 5 more\$" train bad.csv --target species
    fails "rows.csv: has no column 'x'; it has 5 columns and no header; --header reads" \
        train rows.csv --target x
    tr , ';' <train.csv >bad.csv
    fails "its only column is 'sepal_length;sepal_width;.*'; try --delimiter ';'\$" \
        train bad.csv --target species --delimiter ,
    fails "which the model needs; its only column is .*; try --delimiter ';'\$" predict model bad.csv \
        --delimiter ,
    tr , '\t' <rows.csv >bad.csv
    fails "its only column is .*; try --delimiter tab\$" train bad.csv --target 5 --delimiter ,
    cut -d, -f1 train.csv >bad.csv
    fails "its only column is 'sepal_length'\$" train bad.csv --target species
}

check_skipping() {
    sed '3s/^[^,]*/abc/; 9s/,[^,]*$//; 20s/^[^,]*//' train.csv >bad.csv
    sed '3d; 9d; 20d' train.csv >good.csv
    expect_status 0 train bad.csv --target species --skip-bad-rows --missing refuse \
        --output skipped --epochs 20
    check "--skip-bad-rows says how many" has "$err" \
        '^nnblas train: warning: bad.csv: bad rows skipped: 3:$'
    expect_status 0 train good.csv --target species --missing refuse --output good --epochs 20
    check "and trains on the others" same_network skipped good
    expect_status 0 predict model bad.csv --skip-bad-rows --missing refuse
    check "predict leaves their predictions empty, in their place" \
        test "$(grep -nx ,,, "$out" | tr '\n' ' ')" = '3:,,, 9:,,, 20:,,, '
    check "  and has a row for each other" has_lines "$out" 121
    check "  and says so" has "$err" 'skipped: 3'
    expect_status 0 evaluate model bad.csv --skip-bad-rows --missing refuse
    check "evaluate too" has "$out" 'rows 117$'
    fails "line 3, column 1 .*'abc' is not a number" predict model bad.csv
}

check_bad_models() {
    fails 'nowhere' predict nowhere test.csv
    fails 'train.csv' predict train.csv test.csv
    sed 's/"table":/"tablf":/' model >bad_model
    fails 'bad_model: has no schema of a table' predict bad_model test.csv
    sed 's/petal_width/petal_wides/' model >bad_model
    fails 'bad_model' predict bad_model test.csv
    head -c 500 model >bad_model
    fails 'bad_model' evaluate bad_model test.csv
}

make_model
check_bad_tables
check_missing_columns
check_skipping
check_bad_models
conclude
