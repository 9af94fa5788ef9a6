#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# nnblas-bench runs with the options that a subcommand takes, and refuses the others.
# usage: check_command_line.sh NNBLAS-BENCH
set -u
bench=$1
failed=0

# expect STATUS WORDS ARGUMENT...: the exit status, and words that the output holds.
expect() {
    status=$1 words=$2
    shift 2
    output=$("$bench" "$@" 2>&1)
    found=$?
    case $output in
    *"$words"*) ;;
    *) found="$found without '$words'" ;;
    esac
    [ "$found" = "$status" ] && return
    echo "nnblas-bench $*: exit status $found, not $status: $output"
    failed=1
}

small='--shape 20,4,2,3'
# shellcheck disable=SC2086 # two words
{
    for subcommand in compare derivatives networks rows source threads tune; do
        expect 0 20x4x2x3 $subcommand $small --repeat 0.001 --threads 1
        expect 2 "--seed means nothing to '$subcommand'" $subcommand $small --seed 2
    done
    expect 0 20x4x2x3 $small --repeat 0.001 --json -
    expect 0 20x4x2x3 grid $small --repeat 0.001 --seed 2
    expect 0 20x4x2x3 grid $small --repeat 0.001 --measured 0.001
    expect 2 "--measured means nothing to 'rows'" rows $small --measured 1
    expect 0 20x4x2x3 latency $small --repeat 0.001
    expect 0 'worst' busy $small --repeat 0.001
    expect 0 20x4x2x3 bits $small
    expect 0 20x4x2x3 plan $small --threads 2
    expect 2 "--threads means nothing to 'latency'" latency $small --threads 2
    expect 2 "--threads means nothing to 'busy'" busy $small --threads 2
    expect 2 "--repeat means nothing to 'bits'" bits $small --repeat 1
    expect 2 "--repeat means nothing to 'plan'" plan $small --repeat 1
    expect 2 "--shape means nothing to 'kernels'" kernels $small
    expect 2 "no such subcommand: 'time'" time
    expect 2 "one subcommand at a time: 'plan'" tune plan
}
expect 0 "const nn_prices nn_" fit --repeat 0.001
expect 0 "taken: near" fit --repeat 0.001
expect 2 "no shape N,INPUTS,HIDDEN,OUTPUTS: '1,2,3'" compare --shape 1,2,3
expect 2 "no number of seconds: '0'" compare --repeat 0
expect 2 "no number of seconds: '-1'" grid --measured -1
expect 2 "no number of threads: '-1'" compare --threads -1
expect 2 "no seed: 'x'" grid --seed x
expect 2 "unrecognized option" compare --unknown
expect 0 "Exit status" --help
exit $failed
