#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Trainings by the ranks of MPI are those of one process.
# usage: check_ranks.sh TRAIN_RANKS
set -eu
. "$(dirname "$0")/mpirun.sh"
failures=0

# check WHAT RANKS ARGUMENT...
check() {
    what=$1 number=$2
    shift 2
    if run_ranks "$number" "$train_ranks" "$@"; then
        echo "ok $what, $number ranks"
    else
        echo "not ok $what, $number ranks"
        failures=$((failures + 1))
    fi
}

train_ranks=$1
for ranks in 1 2 3 8; do
    check "descent" "$ranks" 0 0
    check "Adam in batches" "$ranks" 4 16
done
check "scaled conjugate gradients" 3 7 0
check "Levenberg-Marquardt" 2 6 0
exit $((failures > 0))
