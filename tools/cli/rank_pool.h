/* SPDX-License-Identifier: BSD-3-Clause */
/* The tasks of a pool over the ranks of --mpi: one at a time on each. */
#ifndef NNBLAS_CLI_RANK_POOL_H
#define NNBLAS_CLI_RANK_POOL_H

#include "cli/pool.h"

/*
 * Rank 0 hands tasks out, in their order, as others end, and runs some itself. What the others have
 * computed is packed and sent to it. A request to stop is passed on to all.
 */
void run_tasks_over_ranks(const task_pool *pool);

#endif
