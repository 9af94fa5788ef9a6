/* SPDX-License-Identifier: BSD-3-Clause */
/* The library's own threads. They are created when they are first needed, run the parts of calls,
 * and sleep in between. */
#ifndef NN_WORKERS_H
#define NN_WORKERS_H

#include <stddef.h>

/* Runs one part of the work that context describes. */
typedef void nn_task(void *context, size_t part);

/*
 * Runs task(context, part) for every part below count, in any order, and returns when all are done.
 * The calling thread takes part, and beside it at most threads - 1 workers: fewer where other calls
 * use them or no thread can be created. The caller runs every part that no worker has begun, so it
 * only waits for parts that are being run. A worker runs a part in the floating-point environment
 * of the caller.
 *
 * Any number of threads may call this at once, and a task may call it in turn. All calls together
 * use a bounded number of workers.
 */
void nn_run_parts(size_t threads, size_t count, nn_task *task, void *context);

#endif
