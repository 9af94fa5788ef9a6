#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# nnblas search --mpi and nnblas cross-validate --mpi: the trainings over ranks.
# usage: check_trainings.sh NNBLAS
set -u
# shellcheck source=support.sh
. "$(dirname "$0")/support.sh"
"$nnblas" iris >iris.csv

check_results() {
    expect_status 0 search iris.csv --target species --trials 7 --epochs 20 --json one.json
    cp "$out" one.out
    for ranks in 1 2 3; do
        expect_of_ranks 0 $ranks search iris.csv --target species --trials 7 --epochs 20 --mpi --json ranks.json
        check "$ranks ranks have the trials of one process, in its order" same_but_times one.out "$out"
        check "  and its JSON" same_but_times one.json ranks.json
        check "  and no messages" is_empty "$err"
    done
    check "  of 3 ranks there are 3 trainings at the same time" has "$out" 'trainings, 3 at the same time$'
    expect_status 0 cross-validate iris.csv --target species --repeats 2 --epochs 20 --json one.json
    cp "$out" one.out
    expect_of_ranks 0 3 cross-validate iris.csv --target species --repeats 2 --epochs 20 --mpi --json ranks.json
    check "3 ranks have the folds of one process" same_but_times one.out "$out"
    check "  and its JSON" same_but_times one.json ranks.json
    expect_of_ranks 0 2 cross-validate iris.csv --target species --epochs 20 --mpi --quiet
    check "--quiet prints nothing" test ! -s "$out" -a ! -s "$err"
}

# of_each_rank STATUS ARGUMENTS...: two ranks, each in a folder of its own
of_each_rank() {
    expected=$1
    shift
    # shellcheck disable=SC2016 # for each rank
    mpirun -np 2 sh -c 'cd "rank_$OMPI_COMM_WORLD_RANK" && exec "$@"' sh "$nnblas" "$@" >"$out" 2>"$err"
    status=$?
    test $status -eq "$expected"
    report $? "'nnblas $*' with a folder for each of 2 ranks exits $expected"
}

check_errors() {
    mkdir -p rank_0 rank_1
    cp iris.csv rank_0
    of_each_rank 1 search iris.csv --target species --mpi --trials 2
    check "what rank 1 cannot read is told with its number" once '^nnblas search: rank 1: .*iris.csv: No such file'
    check "  and nothing is printed" is_empty "$out"
    rm rank_0/iris.csv
    of_each_rank 1 search iris.csv --target species --mpi --trials 2
    check "what no rank can read is told once" once 'No such file'
    check "  by rank 0" once '^nnblas search: .*iris.csv: No such file'
    sed 2d iris.csv >rank_1/iris.csv
    cp iris.csv rank_0
    of_each_rank 1 cross-validate iris.csv --target species --mpi
    check "tables that differ are refused" once 'rank 1 has read another table than rank 0'
    expect_of_ranks 2 2 search iris.csv --target species --mpi --folds x
    check "a wrong option is told once" once '^nnblas search: --folds takes'
    expect_of_ranks 2 2 search - --target species --mpi
    check "standard input is refused" once 'with --mpi each rank reads the table: give the name of a file'
    expect_of_ranks 1 2 cross-validate iris.csv --target sepal_width --mpi --learning-rate 1e300
    check "a training that fails is told as by one process" once '^nnblas cross-validate: repeat 1, fold 1: '
    expect_of_ranks 1 2 search iris.csv --target species --mpi --trials 2 --epochs 2 --json /dev/full
    check "a full disk is told" once '^nnblas search: cannot write /dev/full: No space left'
    expect_of_ranks 2 2 search iris.csv --target species --mpi --mpi-timeout 0
    check "the time limit is checked" once 'nnblas search: --mpi-timeout takes 1 to 1000000000 seconds'
}

begin_long_search() {
    begin_ranks 2 search iris.csv --target species --mpi --trials 2000 --epochs 300 "$@"
    wait_for "$out" 'at the same time$'
    sleep 1
}

# Where the module was not installed.
check_module() {
    mkdir -p alone
    cp "$nnblas" alone
    LD_LIBRARY_PATH=$(dirname "$nnblas")/../lib alone/nnblas search --mpi >"$out" 2>"$err"
    check "a command without its module fails" test $? -eq 1
    check "  and says which" once '^nnblas search: cannot load what --mpi needs: .*nnblas_ranks.so'
    check "  and where it was looked for" test "$(grep -c ORIGIN "$err")" -eq 0
    check "the command is not linked with MPI" test "$(ldd "$nnblas" | grep -c libmpi)" -eq 0
}

check_ends() {
    # The one second that mpirun gives may not be enough where processors are busy.
    for _ in 1 2 3 4 5; do
        begin_long_search --json stopped.json
        kill -INT $job
        wait $job
        [ ! -e stopped.json ] || break
    done
    check "an interrupted search prints what is complete" has "$out" '^stopped by a signal: [0-9]+ of 2000 trials'
    check "  with the command line of the best" has "$out" '^nnblas train iris.csv --target species --epochs 300'
    check "  and writes it" has stopped.json '"is_complete": true'
    begin_long_search
    kill -KILL "$(find_rank 1)"
    ends_badly
    check "  a killed rank is named" has "$err" 'process rank 1 '
    check "  no rank is left" test -z "$(find_rank 0)"
    begin_long_search --mpi-timeout 2
    kill -STOP "$(find_rank 1)"
    ends_badly
    check "  a rank that does not answer is named" has "$err" \
        '^nnblas search: rank 1 has not answered for 2 seconds.*; a slow rank needs a longer --mpi-timeout$'
    begin_ranks 3 search iris.csv --target species --mpi --trials 2000 --epochs 300 --mpi-timeout 2
    wait_for "$out" 'at the same time$'
    sleep 1
    kill -STOP "$(find_rank 1)"
    ends_badly
    check "  and no other one of three" test "$(grep -c 'has not answered' "$err")" -eq 1
    begin_long_search --mpi-timeout 2
    kill -STOP "$(find_rank 0)"
    ends_badly
    check "  and so is rank 0" has "$err" '^nnblas search: rank 1: rank 0 has not answered for 2 seconds'
}

check_results
check_errors
check_module
check_ends
conclude
