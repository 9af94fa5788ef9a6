#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Trainings of Python by the ranks of mpi4py are those of one process, and what one rank is refused for all are.
# usage: check_python.sh PYTHON
set -eu
here=$(dirname "$0")
. "$here/mpirun.sh"
for ranks in 1 2 3; do
    run_ranks "$ranks" "$1" "$here/train_ranks.py"
    run_ranks "$ranks" "$1" "$here/refuse_ranks.py"
done
