#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#SBATCH --job-name=nnblas
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=16
#SBATCH --time=02:00:00
#SBATCH --requeue
#
# One rank a node, with a thread for each of its processors. The table and the checkpoint lie where all
# nodes see them. A job that begins anew goes on from the checkpoint, on any number of nodes.
# usage: sbatch train.sh TABLE.csv TARGET MODEL [OPTION...]
set -eu
table=${1:?the table}
target=${2:?the column to predict}
model=${3:?the file of the model}
shift 3
threads=${SLURM_CPUS_PER_TASK:-1}

# The library's own threads compute; those of OpenBLAS would only stand in their way.
export OPENBLAS_NUM_THREADS=1

set -- train "$table" --target "$target" --validation 0.2 --batch 4096 --mpi --threads "$threads" \
    --checkpoint "$model.checkpoint" --resume --output "$model" "$@"
if [ "${LAUNCHER:-srun}" = srun ]; then
    # Slurm ends a job whose node is lost.
    srun --mpi=pmix --cpus-per-task="$threads" nnblas "$@"
else
    # mpirun notices a lost node after 20 to 23 s: behind the 15 after which the rank is named, before the 30
    # after which nnblas ends all.
    mpirun --map-by "ppr:1:node:pe=$threads" --mca oob_tcp_keepalive_time 3 --mca oob_tcp_keepalive_intvl 5 \
        --mca oob_tcp_keepalive_probes 4 nnblas "$@"
fi
