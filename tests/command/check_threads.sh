#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Tables that several threads read: the number of threads bounds those of the reading too, and
# changes no result. Without COUNT_THREADS they are not counted.
# usage: check_threads.sh NNBLAS [COUNT_THREADS]
set -u
library=${2:+$(cd "$(dirname "$2")" && pwd)/$(basename "$2")}
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"

# run_on THREADS ARGUMENTS...: its results in $out, the most threads at once in $count
run_on() {
    threads=$1
    shift
    LD_PRELOAD=$library COUNT_THREADS=$directory/count OPENBLAS_NUM_THREADS=1 \
        "$nnblas" "$@" --threads "$threads" >"$out" 2>"$err"
    report $? "'nnblas $*' on $threads threads"
    count=$threads
    [ -z "$library" ] || count=$(cat count)
}

# is_bounded THREADS
is_bounded() {
    check "  uses at most that many, and used $count" test "$count" -le "$1"
}

# Eleven numbers of a row are read, encoded and scaled by up to four threads. A text that is in one
# row alone, and a missing number, are at the end of the last part.
awk 'BEGIN { print "a,b,c,d,e,f,g,h,i,j,text,y"
    for (r = 0; r < 80000; r++) {
        printf "%s", r % 101 ? r / 7 : r == 79992 ? "" : r
        for (i = 1; i < 10; i++)
            printf ",%s", (r * 7919 + i * 104729) % 10007 / (i % 3 ? 1 : 64)
        print (r == 79999 ? ",last" : ",text " r % 23) "," r % 13 / 7
    } }' >table.csv
for threads in 1 2 3 4; do
    run_on "$threads" train table.csv --target y --hidden 2 --epochs 1 --quiet --output "model.$threads"
    is_bounded "$threads"
    [ "$threads" -lt 3 ] || check "  and more than one" test "$count" -gt 1
    check "  with the same weights" same_network model.1 "model.$threads"
    run_on "$threads" predict model.1 table.csv
    is_bounded "$threads"
    mv "$out" "predictions.$threads"
    check "  with the same predictions" cmp predictions.1 "predictions.$threads"
done
run_on 2 evaluate model.1 table.csv
is_bounded 2
head -n 2001 table.csv >head.csv
run_on 1 train head.csv --target y --hidden 400 --epochs 1 --quiet --output wide
run_on 2 predict wide table.csv
is_bounded 2
awk 'NR == 30000 || NR == 70000 { sub(/^[^,]*/, "x") } { print }' table.csv >bad.csv
for threads in 1 4; do
    fails 'bad.csv: line 30000, column 1 \(a\): .x. is not a number' train bad.csv --target y \
        --epochs 1 --threads "$threads"
    fails 'bad.csv: line 30000, column 1 \(a\): .x. is not a number' predict model.1 bad.csv \
        --threads "$threads"
done

# The rows that are left are those of a table without the bad ones.
grep -v '^x' bad.csv >good.csv
expect_status 0 train good.csv --target y --hidden 2 --epochs 1 --quiet --output good --threads 1
for threads in 1 4; do
    expect_status 0 train bad.csv --skip-bad-rows --target y --hidden 2 --epochs 1 --quiet \
        --output skipped --threads "$threads"
    check "  with the same weights as without the bad rows" same_network good skipped
done
conclude
