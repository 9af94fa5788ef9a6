#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Each allocation of a training fails in turn: it ends with a message, or with a model that is read.
# usage: check_memory.sh NNBLAS FAILING_ALLOCATIONS
set -u
library=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

# train_failing VARIABLE VALUE: trains with one of the variables of failing_allocations.c
train_failing() {
    rm -f model
    env LD_PRELOAD="$library" "$1=$2" "$nnblas" train "$table" --target y --epochs 2 --threads 1 \
        --output model >"$out" 2>"$err"
}

# What is wrong with the end of a training whose allocation failed, if anything is.
judge() {
    case $1 in
    0) test -e model || echo "no model" ;;
    1) has "$err" '^nnblas' || echo "no message" ;;
    *) echo "status $1" ;;
    esac
    ! test -e model || "$nnblas" predict model table.csv >/dev/null 2>"$err" || echo "a bad model"
}

cat >table.csv <<END
n,day,price,colour,y
1,2024-03-01,"1,5",red,a
2,2024-03-02,"2,5",,b
4,2024-04-03,,blue,a
5,2024-03-04,"4,5",red,b
END
gzip -c table.csv >table.csv.gz
table=table.csv.gz
"$nnblas" train "$table" --target y --epochs 1 >"$out" 2>"$err" || table=table.csv # without zlib
train_failing COUNT_ALLOCATIONS "$directory/count"
check "a training without failures" test -s model
last=$(cat count)
check "  allocates memory" test "$last" -gt 100
for number in $(seq "$last"); do
    train_failing FAIL_ALLOCATION "$number"
    status=$?
    cat "$err" >>messages
    problem=$(judge $status)
    test -z "$problem" || report 1 "allocation $number of $last fails: $problem: $(head -n 1 "$err")"
done
report 0 "each of $last allocations has failed"
check "those of the command say so" has messages '^nnblas: out of memory: [0-9]+ bytes$'

# What reads a model and writes JSON: a sample of their allocations, which ends with a message or with
# the file of before.
"$nnblas" train table.csv --target y --epochs 1 --quiet --output model
for arguments in "show model" "evaluate model table.csv --threads 1" \
    "importance model table.csv --repeats 1 --threads 1" \
    "cross-validate table.csv --target y --epochs 1 --folds 2 --threads 1"; do
    # shellcheck disable=SC2086 # several arguments
    env LD_PRELOAD="$library" COUNT_ALLOCATIONS="$directory/count" "$nnblas" $arguments \
        --json whole.json >"$out" 2>"$err"
    for number in $(seq 1 "$(($(cat count) / 100 + 1))" "$(cat count)"); do
        rm -f some.json
        # shellcheck disable=SC2086 # several arguments
        env LD_PRELOAD="$library" FAIL_ALLOCATION="$number" "$nnblas" $arguments --json some.json \
            >"$out" 2>"$err"
        status=$?
        case $status in
        0) test "$(wc -l <some.json)" -eq "$(wc -l <whole.json)" ;;
        1) has "$err" '^nnblas' && test ! -e some.json && is_alone some.json ;;
        *) false ;;
        esac || report 1 "$arguments: allocation $number fails: status $status: $(head -n 1 "$err")"
    done
    report 0 "$arguments: its allocations have failed"
done

# A limit under which OpenBLAS has no memory for its own threads.
for arguments in --version --help 'help train' 'train --help'; do
    # shellcheck disable=SC2086,SC3045 # several arguments; dash has -v too
    (ulimit -v 120000 && OPENBLAS_NUM_THREADS=2 "$nnblas" $arguments >"$out" 2>"$err")
    report $? "nnblas $arguments ends where OpenBLAS has no memory"
    check "  with what was asked for" has "$out" nnblas
done
conclude
