#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The measures of nnblas evaluate, against values computed by hand and by scikit-learn.
# usage: check_scores.sh NNBLAS
set -u
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
    expect_status 0 train constant.csv --target class --quiet --output constant
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
}

check_constant_prediction
conclude
