/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether the other ranks of --mpi are there: a thread tells them all the time that this one is,
 * also while it reads files. Rank 0 listens to all others, and they to rank 0. */
#ifndef NNBLAS_CLI_CONTACTS_H
#define NNBLAS_CLI_CONTACTS_H

#include "cli/rank_calls.h"

/* Once MPI has started. False where no thread can be created. */
bool begin_contacts(const rank_calls *calls, rank_place place);

/* For so long a rank may be silent; 15 at first. */
void limit_silence(double seconds);
double get_silence_limit(void);

/* In between this thread alone calls MPI, and nobody is told anything: a training over the ranks
 * has a limit of its own. */
void pause_contacts(void);
void resume_contacts(void);

/* To be called while this one waits. True where it listens to one that has been silent for longer
 * than the limit. */
bool find_silent_rank(size_t *rank);

/* Tells the others that they will not hear this one any more, and need not. */
void leave_ranks(void);
/* Whether those that this one listens to have told it so. */
bool have_others_left(void);

#endif
