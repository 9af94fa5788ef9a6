#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# What nnblas train keeps of a run in the model and writes to --json, and what --resume compares with
# it.
# usage: check_run_record.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

check_model() {
    expect_status 0 train train.csv --target species --epochs 12 --hidden 6,5 --schedule step:5:0.5 \
        --seed 18446744073709551615 --validation 0.25 --output recorded
    check "the model has the command line" in_header recorded \
        '"command":["nnblas","train","train.csv","--target","species","--epochs","12"'
    check "  the library's version" in_header recorded "\"version\":\"$("$nnblas" --version | cut -d ' ' -f 2)\""
    check "  the settings" in_header recorded '"hidden":[6,5],"activation":"relu","optimizer":"adam"'
    check "  with the schedule" in_header recorded '"schedule":"step:5:0.5"'
    check "  and the seed" in_header recorded '"seed":"18446744073709551615"'
    check "  how many rows were learnt from" in_header recorded \
        '"data":{"rows":120,"learnt":90,"held_out":30,"inputs":4,"outputs":3,"hash":"'
    check "  how the training ended" in_header recorded '"result":{"epochs":12,"end":"completed","first":{"epoch":1,'
    check "  and the scores of both" in_header recorded '"held_out":{"rows":30,"measures":{"accuracy":'
    cp recorded again
    expect_status 0 train train.csv --target species --epochs 12 --hidden 6,5 --schedule step:5:0.5 \
        --seed 18446744073709551615 --validation 0.25 --output recorded
    check "the same command makes the same file" cmp recorded again
    bytes=$(printf 'by\377tes')
    "$nnblas" train --quiet --epochs 2 --output "$bytes"
    check "an argument that is no text is left out" in_header "$bytes" '"--output",null]'
}

check_json() {
    expect_status 0 train train.csv --target species --epochs 7 --validation 0.2 --json run.json
    check "the file has the costs" has run.json '"validation_cost": [0-9.e-]+'
    check "  the seconds" has run.json '"seconds": [0-9.e-]+'
    check "  and the scores of each class" has run.json '"setosa"'
    check "  and ends a line" test -z "$(tail -c 1 run.json)"
    "$nnblas" train train.csv --target species --epochs 2 --json - >"$out" 2>"$err"
    check "on standard output" has "$out" '^\{$'
    check "  with the summary on the other" has "$err" '^train accuracy'
    refuses 'are the same file' train train.csv --target species --json train.csv
    refuses 'are the same file' train --json new --history new
    fails 'cannot write nowhere/run.json: No such file' train --json nowhere/run.json
    [ -c /dev/full ] || return 0
    fails 'cannot write /dev/full: No space left' train --epochs 2 --output saved --json /dev/full
    check "without room for it the model is saved" test -s saved
}

# resumes_not REGEX ARGUMENTS...
resumes_not() {
    message=$1
    shift
    cp state before
    fails "^nnblas train: cannot resume from state: $message\$" train "$@" --epochs 9 --checkpoint state --resume
    check "  and leaves the checkpoint" cmp state before
}

check_resumption() {
    printf 'a,b,kind,y\n' >first.csv
    awk 'BEGIN { for (i = 0; i < 40; i++) print i % 7 "," i * 0.5 "," (i % 2 ? "odd" : "even") "," (i % 3 ? "yes" : "no") }' >>first.csv
    expect_status 0 train first.csv --target y --epochs 3 --checkpoint state --validation 0.25
    sed 's/yes/perhaps/' first.csv >classes.csv
    resumes_not "class or category 2 of column 4 \(y\) was 'yes' in its training, and here 'perhaps'" \
        classes.csv --target y --validation 0.25
    sed 's/odd/strange/' first.csv >categories.csv
    resumes_not "class or category 2 of column 3 \(kind\) was 'odd' in its training, and here 'strange'" \
        categories.csv --target y --validation 0.25
    sed '3s/yes/perhaps/' first.csv >more.csv
    resumes_not "classes or categories of column 4 \(y\): 2 in its training, and here 3" \
        more.csv --target y --validation 0.25
    sed '1s/b/c/' first.csv >names.csv
    resumes_not 'feature 2 of its training was column 2 \(b\), and here it is column 2 \(c\)' \
        names.csv --target y --validation 0.25
    resumes_not 'its training had 3 features, and this one has 2' first.csv --target y --ignore a --validation 0.25
    resumes_not 'target 1 of its training was column 4 \(y\), and here it is column 3 \(kind\)' \
        first.csv --target kind --validation 0.25
    sed '5,9s/^[0-9]*,[0-9.]*/5,77/' first.csv >values.csv
    resumes_not 'the values of the table have changed since, those of column [12] \([ab]\) among them' \
        values.csv --target y --validation 0.25
    { head -n 1 first.csv; sed 1d first.csv | sed '$!d'; sed 1d first.csv | sed '$d'; } >order.csv
    resumes_not 'the values of the table have changed since.*' order.csv --target y --validation 0.25
    resumes_not 'its training held out 10 rows, and this one 20 \(--validation\)' first.csv --target y --validation 0.5
    expect_status 0 train first.csv --target y --epochs 6 --checkpoint state --resume --validation 0.25
    check "the same table goes on" has "$out" '^3 of them by the checkpoint, and 3 in [0-9.]+ seconds by this run$'
    expect_status 0 train first.csv --target y --epochs 6 --checkpoint state --resume --validation 0.25
    check "  or has nothing left to do" has "$out" '^6 of them by the checkpoint, and 0 in '
}

make_model
check_model
check_json
check_resumption
conclude
