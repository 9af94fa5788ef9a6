#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Ranks that no longer answer are named by all others.
# usage: check_lost_ranks.sh LOSE_RANKS [memory]
#   memory  also one that has none left, which no sanitizer can stand
set -eu
. "$(dirname "$0")/mpirun.sh"
failures=0

# check RANKS FIRST LAST HOW_MANY_TELL WORDS [absent]
check() {
    if output=$(run_ranks "$1" "$lose_ranks" 2 "$2" "$3" ${6:+"$6"} 2>&1); then
        echo "not ok the job ends with 0"
        failures=$((failures + 1))
    fi
    found=$(printf '%s\n' "$output" | grep -cF "NNBLAS_ERROR_GROUP: " || true)
    named=$(printf '%s\n' "$output" | grep -cF "$5 within 2 s" || true)
    if [ "$found" -eq "$4" ] && [ "$named" -eq "$4" ]; then
        echo "ok $5, tell $4 of $1${6:+, of a rank that is $6}"
    else
        echo "not ok $5: $found of $4 end so, $named of them tell it"
        printf '%s\n' "$output"
        failures=$((failures + 1))
    fi
}

# check_memory SECONDS: rank 1 of 3 has no memory for a sum, and rank 2 comes to it after more than a roll call takes
check_memory() {
    output=$(run_ranks 3 "$lose_ranks" "$1" 1 1 memory 2>&1) || true
    told=$(printf '%s\n' "$output" | grep -c "NNBLAS_ERROR_GROUP: .*another rank has failed: its message says why" || true)
    own=$(printf '%s\n' "$output" | grep -cF "rank 1: out of memory: a buffer of" || true)
    if [ "$told" -eq 2 ] && [ "$own" -eq 1 ]; then
        echo "ok a rank without memory ends the others, one of them slow, which may wait for $1 s"
    else
        echo "not ok a rank without memory: $told of 2 are told"
        printf '%s\n' "$output"
        failures=$((failures + 1))
    fi
}

lose_ranks=$1
check 2 1 1 1 "no answer from rank 1"
check 3 0 0 2 "no answer from rank 0"
check 4 1 2 2 "no answer from ranks 1, 2"
check 2 0 0 1 "no answer from rank 0" absent
check 4 1 2 2 "no answer from ranks 1, 2" absent
if [ "${2:-}" = memory ]; then
    check_memory 8
    check_memory 0
fi
exit $((failures > 0))
