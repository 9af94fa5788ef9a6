/* SPDX-License-Identifier: BSD-3-Clause */
/* A group whose ranks are threads of this process. It notices where they make different calls. */
#ifndef THREAD_GROUP_H
#define THREAD_GROUP_H

#include "nnblas.h"

#include <stdbool.h>

enum { MAX_RANKS = 8 };

/* Runs body(context, group of the rank) for each rank, each in a thread of its own. */
typedef void rank_body(void *context, const nnblas_group *group);
void run_ranks(size_t ranks, rank_body *body, void *context);

/* In the next run_ranks, this call of this rank fails, from 0, and so do all calls after it. */
void lose_rank(size_t rank, size_t call);

/* Whether a rank has made a call after one of its calls had failed. */
bool called_after_failure(void);

#endif
