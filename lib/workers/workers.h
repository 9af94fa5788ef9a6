/* SPDX-License-Identifier: BSD-3-Clause */
/* The library's own threads. They are created when they are first needed, run the parts of calls,
 * and sleep in between. */
#ifndef NN_WORKERS_H
#define NN_WORKERS_H

#include <stddef.h>

/* Part number part of what the context holds. No two tasks of a call run at once with the same
 * runner, a number below the threads of the call: a task may have what it works in for each. */
typedef void nn_task(void *context, size_t part, size_t runner);

/*
 * Runs task(context, part, runner) for every part below count, in any order, and returns when all
 * are done. The calling thread takes part, beside it at most threads - 1 workers, and fewer where
 * others use them or where no thread can be created. Parts that no worker has begun are run by the
 * caller, so that it only ever waits for parts that are being run. A part that is run by a worker
 * has the caller's floating-point environment.
 *
 * Any number of threads may call this at once, and a task may call it in turn. All calls together
 * use a bounded number of workers.
 */
void nn_run_parts(size_t threads, size_t count, nn_task *task, void *context);

/* The same for parts that take long and end at different times, such as whole trainings. The wait
 * for the last of them says nothing about the processors: it does not count as in waits.h, and such
 * parts run on workers even while other calls run alone. */
void nn_run_long_parts(size_t threads, size_t count, nn_task *task, void *context);

#endif
