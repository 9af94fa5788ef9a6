#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# What nnblas train warns of, and what it advises.
# usage: check_advice.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

# advises REGEX ARGUMENTS...: train warns once of this
advises() {
    message=$1
    shift
    expect_status 0 train "$@"
    check "  and warns: $message" has "$err" "^nnblas train: warning: $message"
    check "  once" test "$(grep -c "warning: " "$err")" -eq 1
}

check_costs() {
    fails 'overflows' train --target sepal_length --numbers --optimizer gradient-descent \
        --learning-rate 1e300
    check "an overflow has an advice" has "$err" \
        'warning: the training diverged: try a lower --learning-rate, such as 0\.1$'
    advises 'the cost rose from [0-9.e+]+ to [0-9.e+]+: try a lower --learning-rate, such as 0\.3$' \
        --target sepal_length --numbers --optimizer gradient-descent --learning-rate 3 --hidden 0 --batch 5 \
        --epochs 4 --weight-decay 0
    expect_status 0 train --learning-rate 1e6
    check "  and a network of classes that is worse than guessing" has "$err" \
        'warning: the rows that were learnt from are predicted far worse than by guessing: try a lower --learning-rate, such as 0\.02$'
    advises 'the cost was still falling at epoch 30: try more --epochs, such as 60$' --epochs 30 \
        --learning-rate 0.003 --schedule constant
    expect_status 0 train --epochs 200 --patience 0 --learning-rate 0.003 --schedule constant \
        --weight-decay 0.01 --batch 32
    check "a cost that hardly falls needs no advice" lacks "$err" warning
    check "  also where the last epoch is kept" has "$out" '^kept epoch 200:'
    expect_status 0 train --quiet --epochs 30 --learning-rate 0.003 --schedule constant
    check "--quiet has no warnings" is_empty "$err"
}

# Rows of two classes that do not depend on x; of the second there are COUNT of 100.
make_classes() {
    awk -v count="$1" 'BEGIN {
        print "x,y"
        for (i = 0; i < 100; i++)
            print i * 37 % 101 "," (i < count ? "few" : "many")
    }' >classes.csv
}

check_targets() {
    make_classes 5
    expect_status 0 train classes.csv --target y --epochs 60 --learning-rate 0.01
    check "an imbalance is seen" has "$err" \
        "warning: class 'many' has 95 rows to learn from, and class 'few' 5: .*try --class-weights balanced$"
    check "  and a class that is never predicted" has "$err" \
        "warning: class 'few' of column 2 \(y\) is not predicted for any row that was learnt from"
    awk 'BEGIN { print "x,y"; for (i = 0; i < 200; i++) print i * 37 % 101 "," (i < 5 ? "rare" i : "k" i % 2) }' >several.csv
    expect_status 0 train several.csv --target y --epochs 9 --validation 0.1
    check "all classes that are never predicted are named" has "$err" \
        "warning: classes .*'rare0', 'rare1', 'rare2', 'rare3', 'rare4' of column 2 \(y\) are not predicted for any row that was learnt from"
    check "  in one line, and so are those that no held-out row is of" has "$err" \
        "warning: the rows that are held out have none of classes 'rare[0-9]', 'rare"
    awk 'BEGIN { print "x,y"; for (i = 0; i < 400; i++) print i * 37 % 101 ",a class with a long name " int(i / 2) % 40 }' >many.csv
    expect_status 0 train many.csv --target y --epochs 1
    check "  of many classes as many as a line has room for" has "$err" "warning: classes 'a class with .*' and [1-9][0-9]? more of"
    expect_status 0 cross-validate several.csv --target y --epochs 2
    check "  and in cross-validate those with too few rows" has "$err" \
        "warning: classes 'rare0', 'rare1', 'rare2', 'rare3', 'rare4' have fewer rows than there are folds: some folds are scored without them$"
    sed 's/$/,1/; 1s/1$/z/; 2s/1$/0/' classes.csv >labels.csv
    expect_status 0 train labels.csv --target y,z --epochs 20
    check "of labels too" has "$err" "class 'few' 5: look at balanced_accuracy$"
    check "  without an option that takes a single target of classes" lacks "$err" class-weights
    make_classes 40
    expect_status 0 train classes.csv --target y --epochs 9
    check "40 of 100 rows are no imbalance" lacks "$err" 'rows to learn from'
    make_classes 1
    expect_status 0 train classes.csv --target y --epochs 9 --validation 0.2
    check "a validation without a class is seen" has "$err" \
        "warning: the rows that are held out have none of class 'few': try a larger --validation"
    awk 'BEGIN { print "x,y"; for (i = 0; i < 12; i++) print i "," (i == 7 ? 0.25 : 0.5) }' >constant.csv
    for seed in 1 2 3 4 5 6 7 8; do
        "$nnblas" train constant.csv --target y --numbers --epochs 3 --validation 0.5 --seed "$seed" >"$out" 2>"$err"
        has "$err" "warning: the target, column 2 \(y\), is the same in all rows that were learnt from" && break
    done
    check "a target that is the same in the learnt rows is seen" test "$seed" -lt 8
    check "  and the other value counts in the scores" has "$out" '^validation r2 -0\.2000 mae 0\.0416667 rows 6$'
    check "  where the learnt ones have no r2" has "$out" '^train r2 - mae 0 rows 6 '
}

check_options() {
    refuses '--momentum has no effect with --optimizer adam: leave it out$' train --momentum 0.5
    refuses '--learning-rate has no effect with --optimizer lbfgs' train --optimizer lbfgs --learning-rate 1
    refuses '--schedule has no effect with --optimizer lbfgs' train --optimizer lbfgs --schedule cosine
    refuses '--lbfgs-memory has no effect with --optimizer rprop' train --optimizer rprop --lbfgs-memory 5
    refuses '--lbfgs-tolerance has no effect with --optimizer adam' train --lbfgs-tolerance 0.1
    refuses '--lbfgs-memory takes a whole number from 1 to 1000' train --lbfgs-memory 0
    expect_status 0 train --quiet --optimizer nesterov --momentum 0.5 --epochs 3
    fails 'test.csv: is no model; it looks like a table \(MODEL is what nnblas train saved' evaluate test.csv test.csv
    expect_status 0 tune --help
    check "the help of tune has what plans depend on" has "$out" '^  --validation F'
    for option in epochs learning-rate checkpoint seed; do
        check "  and not --$option" lacks "$out" "^  --$option"
    done
    if "$nnblas" train --quiet --optimizer lbfgs --epochs 1 2>"$err"; then
        expect_status 0 train --optimizer lbfgs --lbfgs-tolerance 0.5 --lbfgs-memory 3
        check "a tolerance of L-BFGS ends it early" has "$out" '^[1-9] of [0-9]+ epochs: converged$'
    fi
}

# advises_underfit COMMAND REGEX ARGUMENTS...
advises_underfit() {
    command=$1
    message=$2
    shift 2
    expect_status 0 "$command" "$@"
    check "  and warns: $message" has "$err" "^nnblas $command: warning: $message"
}

check_underfit() {
    awk 'BEGIN { srand(1); print "a,b,c,wave,line,noise,kind"
        for (i = 0; i < 3000; i++) { a = rand(); b = rand(); c = rand()
            print a "," b "," c "," sin(20 * a) * b + 0.1 * (rand() - rand()) "," a + b + 2 * (rand() - rand()) "," \
                rand() "," (rand() < 0.5 ? "x" : "y") } }' >waves.csv
    common='waves.csv --features a,b,c'
    for command in train cross-validate; do
        # shellcheck disable=SC2086
        advises_underfit $command 'there is more to learn from these rows, .*: try more --epochs, such as [0-9]+, larger --hidden' \
            $common --target wave --seed 2
        for target in noise kind; do
            # shellcheck disable=SC2086
            advises_underfit $command 'the rows that were learnt from are predicted as by chance: .* nnblas search$' \
                $common --target $target
        done
        # shellcheck disable=SC2086
        expect_status 0 $command $common --target line
        check "  what noise hides is no underfit: $(tail -n 1 "$out")" lacks "$err" warning
        # shellcheck disable=SC2086
        expect_status 0 $command $common --target noise --epochs 5
        check "  and a few epochs say nothing" lacks "$err" warning
        # shellcheck disable=SC2086
        expect_status 0 $command $common --target noise --quiet
        check "  nor is anything said with --quiet" is_empty "$err"
    done
    # shellcheck disable=SC2086
    advises_underfit train 'there is more to learn' $common --target wave --validation 0.2
    awk 'BEGIN { srand(2); print "a,b,y"; for (i = 0; i < 300; i++) { a = rand(); b = rand(); print a "," b "," a + b } }' >sum.csv
    expect_status 0 train sum.csv --target y
    check "a cost that falls from nearly nothing needs no advice" lacks "$err" warning
    check "  though the last epoch or the one before is kept" has "$out" '^kept epoch (59|60):'
}

# Of targets that are tiny or huge.
check_digits() {
    for scale in 1e-9 1e200; do
        awk -v scale=$scale 'BEGIN {
            print "x,y"
            for (i = 0; i < 50; i++)
                printf "%d,%.6ge%s\n", i, 1 + i * 0.37 % 3, substr(scale, 3)
        }' >scaled.csv
        expect_status 0 train scaled.csv --target y --epochs 30 --validation 0.2
        check "targets near $scale have digits" lacks "$out" '(nan| 0\.0000)'
        check "  in the last line" has "$out" '^train r2 -?[0-9.]+ mae [0-9.]+e[+-][0-9]+ rows 40 '
    done
}

make_model
check_costs
check_targets
check_underfit
check_options
check_digits
conclude
