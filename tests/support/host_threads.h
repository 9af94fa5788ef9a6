/* SPDX-License-Identifier: BSD-3-Clause */
/* Threads of the host, for nnblas_set_parallel_for. */
#ifndef HOST_THREADS_H
#define HOST_THREADS_H

#include "nnblas.h"

#include <stdatomic.h>

/* What a host was asked for. */
typedef struct host_log {
    atomic_int calls, tasks;
    atomic_size_t most;
} host_log;

void record_call(host_log *log, size_t count);

/* Hosts whose user is a host_log: all tasks in the calling thread, or a new thread for each. */
void run_in_order(void *user, size_t count, nnblas_task *task, void *context);
void run_on_threads(void *user, size_t count, nnblas_task *task, void *context);

#endif
