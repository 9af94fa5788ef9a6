/* SPDX-License-Identifier: BSD-3-Clause */
/* Many tasks over the processors: for trainings that are too small to use several themselves. */
#ifndef NNBLAS_CLI_POOL_H
#define NNBLAS_CLI_POOL_H

#include <stdbool.h>
#include <stddef.h>

/*
 * run(context, i) is called once for each task i below count. Tasks begin in this order and run at
 * the same time, up to `threads` of them (0: as many as there are processors); their calls of the
 * library share the rest of the threads. A task that returns false is the last to begin, and so is
 * one during which a stop was requested.
 *
 * finished, which may be null, is called after each task, one call at a time; done: how many tasks
 * have ended.
 *
 * With --mpi the tasks run over all ranks, one at a time on each, with `threads` threads. pack
 * returns what task i left in the context, for the caller to free, and unpack puts it into the
 * context of rank 0. In the end that of rank 0 is as if it had run all tasks, and finished was
 * called there.
 */
typedef struct {
    size_t count, threads;
    bool (*run)(void *context, size_t i);
    void (*finished)(void *context, size_t done);
    void *context;
    void *(*pack)(void *context, size_t i, size_t *bytes);
    void (*unpack)(void *context, size_t i, const void *packed, size_t bytes);
} task_pool;

/* Returns when all tasks that began have ended. */
void run_tasks(const task_pool *pool);

/* How many tasks run at the same time. */
size_t count_pool_threads(const task_pool *pool);

#endif
