/* SPDX-License-Identifier: BSD-3-Clause */
/* nnblas train --mpi: one training, to each rank a share of its rows. */
#ifndef NNBLAS_COMMANDS_TRAIN_RANKS_H
#define NNBLAS_COMMANDS_TRAIN_RANKS_H

#include "cli/ranks.h"
#include "commands/training_run.h"

#define TRAIN_RANKS_HELP                                                                           \
    "  --mpi                 each process of mpirun takes a share of the rows, with --threads\n"   \
    "                        threads; rank 0 alone prints and writes. {rank} in --features and\n"  \
    "                        --labels is the number of the rank: each has files of its own\n"      \
    "  --mpi-ordered         add up in the order of one process: its bits, whatever the number\n"  \
    "                        of ranks; with --batch all\n"                                         \
    "  --mpi-timeout SECONDS end all where one does not answer for this long (default "            \
    "15)\n" NO_RANKS_HELP

/* CARRY_ON, or EXIT_USAGE with a message. The files of the training are left to the first rank. */
int check_train_ranks(const char *command, train_settings *set);

/* Gives the trainer this rank's share of the rows, and the group of all ranks. Without --mpi the
 * share is all rows. All ranks call it. */
nnblas_status share_rows(training_run *run);
/* All rows are this rank's again. */
void end_sharing(training_run *run);

/* Where the rows are divided, all ranks call it with the scores of their own, and get those of all.
 */
void join_scores(const training_run *run, scores *s);

/* After a training that failed, and its message: ends all ranks where one is lost. */
void give_up_lost_ranks(const training_run *run);

/* All ranks return the same error, which one of them tells. */
bool tells_of_failure(const training_run *run, const char *text);

#endif
