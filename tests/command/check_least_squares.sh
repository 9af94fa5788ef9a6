#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# nnblas train --optimizer levenberg-marquardt: where it ends, and its defaults.
# usage: check_least_squares.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

train_least_squares() {
    expect_status 0 train "$@" --optimizer levenberg-marquardt --activation tanh --hidden 8
}

# ends_early TABLE COLUMN OPTION...: long before 1000 epochs, as well as after all of them
ends_early() {
    description=$1
    shift
    train_least_squares "$@" --epochs 1000 --history history.csv
    check "$description: it ends where the cost no longer falls" has "$out" \
        'of 1000 epochs: no improvement of more than 1e-05 for 20 epochs \(--patience\)$'
    check "  soon" test "$(sed 1d history.csv | wc -l)" -lt 150
    early=$(tail -n 1 history.csv | cut -d , -f 2)
    train_least_squares "$@" --epochs 1000 --patience 0 --history history.csv --quiet
    late=$(tail -n 1 history.csv | cut -d , -f 2)
    check "  at the cost $early, and after all epochs at $late" \
        awk -v early="$early" -v late="$late" 'BEGIN { exit !(early < 1.1 * late) }'
}

# score_of TABLE TARGET OPTION...: the accuracy on the rows held out
score_of() {
    "$nnblas" cross-validate "$@" --folds 5 --optimizer levenberg-marquardt --epochs 50 --hidden 16 2>"$err" |
        awk '$1 == "accuracy" { print $2 }'
}

# is_above NUMBER OTHER LEAST
is_above() {
    awk -v number="$1" -v other="$2" -v least="$3" 'BEGIN { exit !(number > other && number >= least) }'
}

check_ends() {
    ends_early "iris" iris.csv --target petal_width --ignore species
    ends_early "a noisy function" noisy.csv --target height
    ends_early "classes" iris.csv --target species
    train_least_squares noisy.csv --target height --epochs 30 --bayesian
    check "with --bayesian it takes all epochs" has "$out" '^30 of 30 epochs: completed'
}

check_decay() {
    train_least_squares iris.csv --target species --epochs 1 --quiet --json by_default.json
    check "the weight decay of classes is 0.4 by the rows" has by_default.json '"weight_decay": 0.00266+7?,'
    train_least_squares noisy.csv --target height --bayesian --epochs 1 --quiet --json bayesian.json
    check "  and none that is given where it is estimated" has bayesian.json '"weight_decay": 0(\.0)?,'
    for table in iris.csv xor.csv; do
        rows=$(sed 1d $table | wc -l)
        score=$(score_of $table --target species)
        strong=$(score_of $table --target species --weight-decay "$(awk -v rows="$rows" 'BEGIN { print 5 / rows }')")
        check "$table: the accuracy $score is above $strong, with the decay of cross-entropy" \
            is_above "$score" "$strong" 0.72
    done
}

"$nnblas" iris >iris.csv
awk -v OFS=, 'BEGIN { srand(1); print "x,z,height"
    for (i = 0; i < 300; i++) { x = 6 * rand() - 3; z = rand()
        print x, z, 100 + 50 * z * sin(x) + 20 * (rand() + rand() + rand() - 1.5) } }' >noisy.csv
awk -v OFS=, 'BEGIN { srand(2); print "x,z,species"
    for (i = 0; i < 300; i++) { x = 2 * rand() - 1; z = 2 * rand() - 1
        print x, z, (x * z + 0.3 * (rand() + rand() - 1) > 0 ? "same" : "other") } }' >xor.csv
check_ends
check_decay
conclude
