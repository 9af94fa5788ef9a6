#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The options of nnblas train that describe the network and its training.
# usage: check_training_options.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

check_network_options() {
    expect_status 0 train --epochs 7 --hidden 6,5 --activation relu --optimizer momentum \
        --momentum 0.5 --learning-rate 0.05 --batch all --schedule step:2:0.5 --patience 0 \
        --weight-decay 0 --validation 0.2 --threads 1 --time-limit 60 --history history.csv
    check "the page shows the network" has "$out" \
        '^4-6-5-3 relu; momentum, learning rate 0.05, all rows a step; seed 1$'
    check "the history has all epochs" has_lines history.csv 8
    check "  and its header" has history.csv '^epoch,cost,validation_cost,learning_rate,seconds,score,cost_after$'
    check "  and the falling rate" has history.csv '^7,[0-9.]+,[0-9.]+,0.00625,[0-9.]+,,$'
    for optimizer in gradient-descent nesterov rprop adam; do
        expect_status 0 train --quiet --epochs 5 --optimizer "$optimizer"
    done
    for schedule in constant cosine inverse cosine:0.001 plateau:3:0.5 adaptive:3:0.5:0.001 \
        inverse:150:0.5; do
        expect_status 0 train --quiet --epochs 5 --schedule "$schedule"
    done
    expect_status 0 train --epochs 5 --activation identity
    check "linear hidden units" has "$out" '^4-32-3 identity; adam'
    expect_status 0 train --epochs 5 --hidden 6 --skip --json record.json
    check "skip connections" has "$out" '^4-6-3 relu with skip connections; adam'
    check "  are in the record" has record.json '"skip": true'
    expect_status 0 train --epochs 5 --hidden 0
    check "a network without hidden units" has "$out" '^4-3; adam'
    expect_status 0 train --epochs 500 --patience 3 --learning-rate 0.1
    check "patience stops" has "$out" 'epochs: no improvement for 3 epochs \(--patience\)$'
    expect_status 0 train --epochs 500 --patience 0 --schedule adaptive:3:0.1:0.001 \
        --learning-rate 0.1
    check "the last rate stops" has "$out" 'epochs: no improvement for 3 epochs \(--schedule\)$'
    expect_status 0 train --quiet --epochs 4 --learning-rate 0.05 --schedule inverse:1:2 \
        --history history.csv
    check "the rate is divided" has history.csv '^4,[0-9.]+,,0.003125,[0-9.]+,,[0-9.]+$'
    expect_status 0 train --epochs 300 --patience 5 --validation 0.3 --score --history history.csv
    check "the score of the validation set stops" has "$out" 'epochs: no improvement'
    check "  and is shown" has "$err" 'validation [0-9.e-]+  score [0-9.]+$'
    highest=$(sed 1d history.csv | cut -d , -f 6 | sort -g | tail -n 1)
    check "  after 5 epochs that are not better" \
        test "$(sed 1d history.csv | cut -d , -f 6 | grep -nFx "$highest" | head -n 1 | cut -d : -f 1)" \
        -eq $(($(wc -l <history.csv) - 6))
    expect_status 0 train --epochs 3 --numbers --target sepal_length --validation 0.3 --score \
        --history history.csv
    check "numbers have an R2" has history.csv '^3,[^,]+,[^,]+,[^,]+,[^,]+,-?[0-9.]+,$'
    expect_status 0 train --epochs 1000000000 --patience 0 --time-limit 0.1
    check "the time limit stops" has "$out" 'epochs: the time limit'
}

# make_rows N FILE: numbers to predict numbers from.
make_rows() {
    awk -v N="$1" -v OFS=, 'BEGIN {
        print "a,b,y"
        for (i = 0; i < N; i++) print i % 7, i % 11, i % 7 * 0.3 + i % 11
    }' >"$2"
}

# decay_of NAME: the weight decay that NAME.json has.
decay_of() {
    grep -o '"weight_decay": *[0-9.e-]*' "$1.json" | head -n 1 | cut -d : -f 2
}

check_defaults_by_rows() {
    make_rows 20 few.csv
    expect_status 0 train few.csv --target y --patience 0
    check "few rows have 300 steps" has "$out" '^300 of 300 epochs'
    expect_status 0 train --patience 0 --history history.csv --output by_default
    check "150 rows have 60 epochs" has "$out" '^60 of 60 epochs'
    check "  of 32 units" has "$out" '^4-32-3 relu; adam, learning rate 0.02, 32 rows a step'
    check "  at a rate that falls" has history.csv '^41,[^,]+,,0.005,'
    expect_status 0 train --quiet --patience 0 --weight-decay 0.026666666666666668 --output decayed
    check "  with a decay of 4 rows" same_network by_default decayed
    expect_status 0 train --quiet --patience 0 --schedule inverse:0.025:2 --epochs 60 --output decayed
    check "  and that schedule" same_network by_default decayed
    make_rows 5000 many.csv
    expect_status 0 train many.csv --target y --patience 0 --output by_default
    check "5000 rows have 27 epochs" has "$out" '^27 of 27 epochs'
    check "  of 50 units" has "$out" '^2-50-1 relu'
    expect_status 0 train many.csv --target y --quiet --patience 0 --weight-decay 0.0004 --output decayed
    check "  with a decay of 2 rows" same_network by_default decayed
    awk -v OFS=, 'BEGIN {
        srand(1)
        print "a,b,exact,noise"
        for (i = 0; i < 500; i++) print rand(), i % 9, i % 9 + 0.5, rand()
    }' >noisy.csv
    for target in exact noise; do
        expect_status 0 train noisy.csv --target $target --features a,b --numbers --quiet --json $target.json
    done
    check "numbers without noise have less decay" awk "BEGIN { exit !($(decay_of exact) < 0.003) }"
    check "  and those that are noise more" awk "BEGIN { exit !($(decay_of noise) > 0.006) }"
    expect_status 0 train --patience 0 --optimizer rprop --history history.csv
    check "other optimizers have 200 epochs" has "$out" '^200 of 200 epochs'
    check "  at a constant rate" has history.csv '^200,[^,]+,,0.1,'
}

check_network_options
check_defaults_by_rows
conclude
