#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# examples/mpi.c learns the same with any number of ranks.
# usage: check_example.sh MPI
set -eu
. "$(dirname "$0")/mpirun.sh"
for ranks in 1 2 3; do
    learnt=$(run_ranks "$ranks" "$1")
    echo "$learnt"
    [ "${first:=${learnt#*ranks: }}" = "${learnt#*ranks: }" ]
done
