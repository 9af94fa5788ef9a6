#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The command lines that the commands with tables accept and refuse.
# usage: check_table_usage.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

check_help() {
    expect_status 0 --help
    cp "$out" commands
    for name in train predict evaluate tune iris; do
        check "the help lists $name" has commands "^  $name "
        expect_status 0 "$name" --help
        check "the help of $name begins with its usage" has "$out" "^usage: nnblas $name"
        check "no line of it is over 100 columns" is_narrow "$out"
    done
}

check_refusals() {
    for name in train predict evaluate tune iris; do
        refuses "unknown option '--nonsense'" "$name" --nonsense
    done
    refuses "unexpected argument 'c'" train a --target b c
    refuses "unexpected argument 'c'" evaluate a b c
    refuses 'MODEL is missing' predict
    refuses 'DATA.csv is missing' predict model
    refuses 'cannot both be standard input' evaluate - -
    refuses '--target COLUMN is missing' train train.csv
    refuses '--target takes names or numbers' train --target ''
    refuses '--features takes names or numbers' train --features 1,1
    refuses '--classes takes one target; of several, --text COLUMNS' train --classes --target 1,2
    refuses '--classes and --numbers cannot be used together' train --classes --numbers
    refuses '--features and --ignore cannot be used together' train --features 1 --ignore 2
    refuses '--header and --no-header cannot be used together' train --header --no-header
    refuses '--quiet takes no argument' train --quiet=yes
    refuses '--delimiter takes one character' train --delimiter ';;'
    refuses '--decimal takes \. or ,' train --decimal x
    refuses "--thousands takes one of , \. ' _ or space" predict model data --thousands ,,
    refuses '--decimal and --thousands cannot be the same' evaluate a b --decimal , --thousands ,
    refuses '--hidden takes 0, or' train --hidden 4,
    refuses '--hidden takes 0, or' train --hidden 4,0
    refuses '--hidden takes 0, or' train --hidden -4
    refuses '--epochs takes a whole number from 1' train --epochs 0
    refuses '--batch takes a whole number' train --batch 0
    refuses '--learning-rate takes a number above 0' train --learning-rate 0
    refuses '--learning-rate takes a number above 0' train --learning-rate 0x1
    refuses '--learning-rate takes a number above 0' train --learning-rate nan
    refuses '--momentum takes a number from 0' train --momentum 1
    refuses '--validation takes a number from 0' train --validation 1
    refuses '--weight-decay takes a number not below 0' train --weight-decay -1
    refuses '--optimizer takes' train --optimizer sgd
    refuses '--optimizer rprop needs --batch all' train --optimizer rprop --batch 8
    refuses '--activation takes' train --activation softmax
    refuses '--score needs --validation' train --score
    refuses '--schedule takes' train --schedule step:0:0.5
    refuses '--schedule takes' train --schedule plateau:5
    refuses '--schedule takes' train --schedule cosine:-1
    refuses '--schedule takes' train --schedule cosine:
    refuses '--schedule takes' train --schedule constants
    refuses '--schedule takes' train --schedule step:5:0.5:1
    refuses '--schedule takes' train --schedule adaptive:5:0.5
    refuses '--schedule takes' train --schedule adaptive:5:0.5:-1
    refuses '--schedule takes' train --schedule inverse:1
    refuses '--schedule takes' train --schedule inverse:1:-1
    refuses '--schedule takes' train --schedule inverse::1
    refuses '--resume needs --checkpoint' train --resume
    refuses '--checkpoint-every needs --checkpoint FILE$' train --checkpoint-every 3
    refuses '--optimizer lbfgs has no checkpoints' train nowhere.csv --target x \
        --optimizer lbfgs --checkpoint c
    refuses '--plot takes a file name that ends in' train --plot curve.gif
    refuses '--output takes an argument' train --output
    refuses '--part takes all, train or test' iris --part none
}

# The files that are named are as they were.
check_same_files() {
    cp train.csv data.csv
    ln -s data.csv data.svg
    mkdir folder
    cp model model.kept
    for pair in '--output new --history new' '--output new --checkpoint ./new' \
        '--history new --checkpoint new' '--output new.svg --plot new.svg' \
        '--history new.epochs --checkpoint new' \
        '--output data.csv' '--history folder/../data.csv' '--checkpoint data.csv' '--plot data.svg'; do
        # shellcheck disable=SC2086
        refuses ' are the same file' train data.csv --target species --epochs 2 $pair
    done
    refuses "cannot both be standard output" train data.csv --target species --output - --history -
    check "the table is as it was" cmp train.csv data.csv
    check "  and there is no other file" test ! -e new
    refuses '^nnblas predict: MODEL and --output are the same file: model and model$' \
        predict model test.csv --output model
    refuses 'DATA.csv and --output are the same file' predict model data.csv --output data.svg
    refuses 'are the same file' predict nowhere test.csv --output ./nowhere
    "$nnblas" predict model - --output data.csv <data.svg >"$out" 2>"$err"
    test $? -eq 2
    report $? "standard input that is the output exits 2"
    ln -s both link
    "$nnblas" train --epochs 2 --output - --history link >both 2>"$err"
    test $? -eq 2
    report $? "so does standard output that is another file that is written"
    check "the table is still as it was" cmp train.csv data.csv
    check "the model is as it was" cmp model model.kept
    expect_status 0 train --quiet --epochs 2 --output /dev/null --history /dev/null
    "$nnblas" predict model - --output - <test.csv >"$out"
    check "standard input and output are two files" cmp expected "$out"
}

check_forms() {
    expect_status 0 train --quiet --epochs 3 --history long.csv
    expect_status 0 train --qui --epo=3 --hist short.csv
    check "the beginning of a name is enough" test -s short.csv
    refuses "ambiguous option '--h'" train --h
    refuses "ambiguous option '--n=1'" train --n=1
    refuses "--quiet takes no argument" train --quie=yes
    refuses '--output takes an argument' predict model data --outp
    expect_status 0 predict --output short.out model test.csv
    expect_status 0 predict model test.csv --output=long.out
    check "options and arguments may be in any order" cmp short.out long.out
    cp model ./--model
    expect_status 0 predict -- --model test.csv
    check "what is behind -- is no option" cmp expected "$out"
}

make_model
check_help
check_refusals
check_same_files
check_forms
conclude
