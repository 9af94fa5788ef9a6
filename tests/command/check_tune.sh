#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# nnblas tune measures the plans of a training, and nnblas train takes them from the file.
# usage: check_tune.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

time='[0-9.]+(e[+][0-9]+)? us'
measured="[^;]*; measured: $time, by the estimated plan $time$"

check_file() {
    expect_status 0 tune train.csv --target species --seconds 0.05 --output plans
    check "it shows the table" has "$out" '^120 rows of train.csv: 4 features as 4 inputs; 3 classes'
    check "  and the network" has "$out" '^4-32-3 relu; adam'
    check "  and what was measured" has "$out" "^steps of 32 rows: $measured"
    check "  also for the cost after an epoch" has "$out" "^cost after an epoch of 120 rows: $measured"
    check "  and that it is saved" has "$out" '^saved plans$'
    check "the file is a text" has plans '^nnblas plans 1$'
    check "  with its plans" has plans '^sizes=4,32,3 rows=32 purpose=train bias=yes skip=no softmax=yes cross'
    check "  and nothing beside it" is_alone plans
    expect_status 0 tune --quiet --seconds 0.05 --output quiet.plans
    check "--quiet prints nothing" is_empty "$out"
}

check_training() {
    expect_status 0 train train.csv --target species --plans plans --epochs 5
    check "train shows its plans" has "$out" "^steps of 32 rows: $measured"
    expect_status 0 train train.csv --target species --plans plans --epochs 5 --batch 30
    check "  also where there are none for it" has "$out" '^steps of 30 rows: .*; estimated$'
    expect_status 0 train --quiet --plans plans --epochs 9 --output first
    expect_status 0 train --quiet --plans plans --epochs 9 --output second --threads 1
    check "the same plans give the same model" same_network first second
    for epochs in 3 6; do
        expect_status 0 train train.csv --target species --plans plans --epochs $epochs \
            --checkpoint checkpoint --resume
    done
    check "a resumed training says whose plans it takes" has "$out" '^plans of the checkpoint, not of plans$'
}

# Each of the calls that a training makes, and no other.
check_calls() {
    expect_status 0 tune train.csv --target petal_length,petal_width --seconds 0.1 --output plans \
        --validation 0.2 --batch all --hidden 20,10 --optimizer rprop
    check "all rows are one step" has "$out" "^steps of 96 rows: $measured"
    check "the validation has the others" has "$out" "^validation of 24 rows: $measured"
    check "there are two plans" has plans '^plans=2$'
    expect_status 0 train train.csv --target petal_length,petal_width --plans plans \
        --validation 0.2 --batch all --hidden 20,10 --optimizer rprop --epochs 3
    check "train takes that for the steps" has "$out" "^steps of 96 rows: $measured"
    check "  and that for the validation" has "$out" "^validation of 24 rows: $measured"
    expect_status 0 tune --output few.plans --seconds 0.01 --batch 1000
    check "a batch has no more rows than there are" has "$out" '^steps of 150 rows: '
}

# A training goes on with the plans that it began with.
check_checkpoint() {
    expect_status 0 tune --quiet --seconds 0.05 --output plans
    expect_status 0 train --quiet --epochs 20 --patience 0 --plans plans --output straight
    expect_status 0 train --quiet --epochs 8 --patience 0 --plans plans --checkpoint state
    expect_status 0 train --quiet --epochs 20 --patience 0 --checkpoint state --resume \
        --output resumed
    check "without the plans it goes on as with them" same_network straight resumed
}

check_refusals() {
    fails "could not open the file .*: 'nowhere'" train --plans nowhere --output new
    sed 's/^core=.*/core=Other/' plans >other.plans
    fails "line 4: the plans were measured with core type 'Other', and here is '.*' .measure" \
        train --plans other.plans --output new
    sed 's/parts=1 /parts=0 /' plans >damaged.plans
    fails "line 8: parts is '0'; it must be 1 to" train --plans damaged.plans --output new
    fails 'holds no plans' train --plans train.csv --output new
    check "no model is written" test ! -e new
    refuses '--output PLANS is missing' tune
    refuses '--target COLUMN is missing' tune train.csv --output new
    refuses '--seconds takes 0.001 to' tune --seconds 0 --output new
    refuses '--checkpoint is an option of nnblas train' tune --output new --checkpoint state
    refuses "unknown option '--plans'" tune --plans plans --output new
    cp train.csv kept.csv
    refuses 'are the same file' tune train.csv --target species --output train.csv
    refuses 'are the same file' train --plans plans --output plans
    check "the table is as it was" cmp train.csv kept.csv
    fails "no_folder" tune --output no_folder/plans
    fails "train.csv" tune train.csv --target nothing --output new
}

make_model
check_file
check_training
check_calls
check_checkpoint
check_refusals
conclude
