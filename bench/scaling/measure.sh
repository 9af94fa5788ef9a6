#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The measurements that model.py reads: on this machine through shared memory, and between two hosts in
# network namespaces through TCP. Prints "shared" or "tcp" and what measure.c prints.
# usage: measure.sh MEASURE_RANKS
set -u
checks_of_mpi=$(dirname "$0")/../../tests/mpi
# shellcheck source=../../tests/mpi/hosts.sh
. "$checks_of_mpi/hosts.sh"
measure=${nnblas:?}

# over NETWORK RANKS ARGUMENTS...
over() {
    network=$1
    ranks=$2
    shift 2
    if [ "$network" = tcp ]; then
        mpirun -np "$ranks" --bind-to none "$measure" "$@"
    else
        env -u OMPI_MCA_orte_default_hostfile -u OMPI_MCA_btl mpirun -np "$ranks" --bind-to core:overload-allowed \
            "$measure" "$@"
    fi 2>>"${err:?}" </dev/null | sed "s/^/$network /"
}

over shared 2 sums
over tcp 2 sums
for sizes in '60000 784 32 10' '60000 784 128 10' '15000 784 512 10'; do
    rest=${sizes#* }
    # shellcheck disable=SC2086 # numbers
    for rows in "${sizes%% *}" $((${sizes%% *} / 2)); do
        over shared 1 step "$rows" $rest
    done
    # shellcheck disable=SC2086
    over shared 2 step $sizes
    # shellcheck disable=SC2086
    over tcp 2 step $sizes
done
cat "${err:?}" >&2
