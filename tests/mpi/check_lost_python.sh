#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Ranks of mpi4py that no longer answer are named by all others, and the first to give up says after what time.
# usage: check_lost_python.sh PYTHON
set -eu
here=$(dirname "$0")
. "$here/mpirun.sh"
python=$1
failures=0

# check RANKS RANK HOW
check() {
    output=$(run_ranks "$1" "$python" "$here/lose_ranks.py" 2 "$2" "$3" 2>&1) || true
    named=$(printf '%s\n' "$output" | grep -c "^GroupError: .*no answer from rank $2\( within 2 s\)\?$" || true)
    if [ "$named" -eq $(($1 - 1)) ]; then
        echo "ok rank $2 of $1: $3"
    else
        echo "not ok rank $2 of $1: $3: named by $named"
        printf '%s\n' "$output"
        failures=$((failures + 1))
    fi
}

check 2 1 absent
check 3 0 absent
check 3 1 groupless
check 3 2 hangs
# Else mpirun ends all.
export OMPI_MCA_orte_enable_recovery=1
check 3 1 killed
exit $((failures > 0))
