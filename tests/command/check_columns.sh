#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Which columns are features, what they are taken for, and what is said of it.
# usage: check_columns.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

# train_table ARGUMENTS...: a short training of table.csv, the model in model
train_table() {
    expect_status 0 train table.csv --epochs 3 --output model "$@"
}

# has_features COUNT INPUTS
has_features() {
    check "  $1 features as $2 inputs" has "$out" ": $1 features? as $2 inputs?;"
}

check_index() {
    awk 'BEGIN { print ",size,colour,kind"
        for (i = 0; i < 40; i++) print i "," i * 7 % 11 "," (i % 2 ? "red" : "blue") "," (i % 3 ? "a" : "b") }' \
        >table.csv
    train_table --target kind
    check "a first column without a name that counts the rows is left out" has "$out" \
        '^left out, counts the rows and has no name: column 1$'
    has_features 2 3
    train_table --target kind --features 1,2,3
    has_features 3 4
    expect_status 0 predict model table.csv
    sed '1s/^/number/' table.csv >named.csv
    fails 'named.csv: has no column 1 without a name, which the model needs' predict model named.csv
    sed 's/^3,/33,/' table.csv >other.csv && mv other.csv table.csv
    train_table --target kind
    has_features 3 4
    # Without a header it is the same, unless it is the only feature.
    awk 'BEGIN { for (i = 1; i < 30; i++) print i "," i % 3 ",x" i % 2 }' >table.csv
    train_table --target 3
    has_features 1 1
    train_table --target 3 --ignore 2
    has_features 1 1
}

check_equal_names() {
    awk 'BEGIN { print "a,b,a,y"
        for (i = 0; i < 40; i++) print i % 7 "," i % 5 "," i * i % 11 "," (i % 11 > 5 ? "x" : "z") }' >table.csv
    train_table --target y
    check "columns of one name are used, with a warning" has "$err" \
        "warning: columns 1 and 3 are both named 'a': other tables must have them in the same places\$"
    has_features 3 3
    train_table --target y --features 3
    has_features 1 1
    expect_status 0 predict model table.csv
    cp "$out" found
    sed '1s/.*/c,b,a,y/' table.csv >other.csv
    expect_status 0 predict model other.csv
    check "  and found by its place" cmp found "$out"
    sed '1s/.*/a,b,c,y/' table.csv >other.csv
    fails "other.csv: column 3 is not named 'a': several were in the training" predict model other.csv
    train_table --target y --ignore 3
    has_features 2 2
    train_table --target 3 --ignore 1
    expect_status 0 evaluate model table.csv
    train_table --target y --ignore 1,3
    check "  without one where none is used" lacks "$err" 'both named'
    fails "columns 1 and 3 are both named 'a'; a number means one of them" train table.csv --target y --ignore a
    train_table --target b --ignore 1,3
    sed '1s/.*/a,b,b,y/' table.csv >other.csv
    fails "columns 2 and 3 are both named 'b', which the model needs" evaluate model other.csv
}

check_identifiers() {
    awk 'BEGIN { print "customer_id,PassengerId,paid,hour,number,kind"
        for (i = 0; i < 40; i++) print 100 + i * 7 % 41 "," i * 3 % 43 "," i * 3 % 43 "," i "," i % 9 "," (i % 3 ? "a" : "b") }' \
        >table.csv
    train_table --target kind
    columns='column 1 \(customer_id\), column 2 \(PassengerId\)'
    check "identifiers are left out with a warning" has "$err" \
        "^nnblas train: warning: left out, numbers that only name the rows: $columns; --features"
    check "  and a column that counts is kept with one" has "$err" \
        'warning: column 4 \(hour\) counts the rows; --ignore leaves it out$'
    has_features 3 3
    expect_status 0 train table.csv --epochs 3 --quiet --target kind
    check "--quiet has no warnings" is_empty "$err"
    train_table --target kind --features customer_id,paid
    has_features 2 2
}

check_names() {
    awk 'BEGIN { print "name,town,kind"
        for (i = 0; i < 40; i++) print "n" i ",t" i % 20 "," (i % 3 ? "a" : "b") }' >table.csv
    train_table --target kind
    check "texts that are nearly all different are left out" has "$err" \
        'warning: left out, nearly all texts are different: column 1 \(name\); --features'
    has_features 1 20
    train_table --target kind --features name
    has_features 1 40
    awk 'BEGIN { print "name,size,kind"
        for (i = 0; i < 4000; i++) print "n" i % 1001 "," i % 7 "," (i % 3 ? "a" : "b") }' >table.csv
    train_table --target kind --epochs 1
    check "more than 1000 texts are left out" has "$err" \
        'warning: left out, more than 1000 different texts: column 1 \(name\)$'
    fails 'column 1 \(name\) has more than 1000 different texts, and each would be a category' \
        train table.csv --target kind --features name
    fails 'column 1 \(name\) has more than 1000 different texts, and each would be a class' \
        train table.csv --target name
}

check_nothing() {
    awk 'BEGIN { print "empty,same,text,sometimes,size,kind"
        for (i = 0; i < 20; i++) print "," 7 ",x," (i % 4 ? "1" : "") "," i % 7 "," (i % 3 ? "a" : "b") }' >table.csv
    train_table --target kind
    check "a column without a value is left out" has "$out" \
        '^left out, without a value: column 1 \(empty\)$'
    check "  and one with the same value" has "$out" \
        '^left out, the same in all rows: column 2 \(same\)$'
    check "  or text" has "$out" '^left out, the same text in all rows: column 3 \(text\)$'
    has_features 2 3
    check "  which is no warning where others are left" lacks "$err" 'left out'
    train_table --target kind --features 1,2,3
    expect_status 0 predict model table.csv
    fails 'there is no column left to be a feature$' train table.csv --target kind --ignore sometimes,size
    check "  which comes behind the reasons" has "$err" \
        '^nnblas train: warning: left out, the same in all rows: column 2 \(same\)$'
    check "  of texts too" has "$err" \
        '^nnblas train: warning: left out, the same text in all rows: column 3 \(text\)$'
}

check_codes() {
    awk 'BEGIN { print "code,month,long,kind"
        for (i = 0; i < 40; i++) printf "%05d,%02d,900719925474099%d,%s\n", i % 4, i % 12 + 1, i % 3 + 2, (i % 3 ? "a" : "b") }' \
        >table.csv
    train_table --target kind
    check "digits that begin with 0 are texts" has "$err" \
        "warning: column 1 \(code\): '00000' begins with 0: its values are taken for texts"
    check "  and numbers that are too long" has "$err" \
        "warning: column 3 \(long\): '9007199254740993' has more digits than a number can hold"
    has_features 3 8
    awk 'BEGIN { print "size,agent"; for (i = 0; i < 40; i++) printf "%d,%03d\n", i, i % 3 + 6 }' >table.csv
    train_table --target agent
    expect_status 0 predict model table.csv
    check "classes keep their zeros" has "$out" '^prediction,006,007,008$'
    awk 'BEGIN { print "size,level"; for (i = 0; i < 40; i++) printf "%d,%d.0\n", i, i % 3 }' >table.csv
    train_table --target level
    expect_status 0 predict model table.csv
    check "  and their decimals" has "$out" '^prediction,0.0,1.0,2.0$'
    sed 's/\.0$//' table.csv >whole.csv
    expect_status 0 evaluate model whole.csv
    check "  but equal numbers are one class" has "$out" 'rows 40$'
}

check_spellings() {
    awk 'BEGIN { print "size,answer"; for (i = 0; i < 40; i++) print i "," (i % 3 ? "yes" : i % 2 ? "Yes" : "no") }' \
        >table.csv
    train_table --target answer
    check "spellings that differ only in case are warned of" has "$err" \
        "warning: column 2 \(answer\): 'Yes' and 'yes' differ only in case or blanks"
    awk 'BEGIN { print "size,answer"; for (i = 0; i < 40; i++) print i "," (i % 2 ? "prediction" : "no") }' >table.csv
    train_table --target answer
    expect_status 0 predict model table.csv
    check "no two columns of predictions have one name" has "$out" '^prediction,no,answer=prediction$'
    printf 'size,answer\n1,a\n2,b\n3,\377\n4,b\n' >table.csv
    fails "line 4, column 2 \(answer\): '.' is not UTF-8" train table.csv --target answer
    expect_status 0 train table.csv --target answer --skip-bad-rows --epochs 2
    check "a text that is not UTF-8 is in a bad row" has "$err" 'bad rows skipped: 1:$'
    awk 'BEGIN { print "size,n"; for (i = 0; i < 30; i++) print i % 4 "," i + 100 }' >table.csv
    train_table --target n --classes
    check "classes of one row each are warned of" has "$err" 'warning: column 2 \(n\) has 30 classes in 30 rows'
}

check_index
check_equal_names
check_identifiers
check_names
check_nothing
check_codes
check_spellings
conclude
