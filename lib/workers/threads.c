/* SPDX-License-Identifier: BSD-3-Clause */
#include "workers/threads.h"
#include "core/processors.h"
#include "core/status.h"

#include <stdatomic.h>

static atomic_int thread_limit;

nnblas_status nnblas_set_threads(int threads) {
    if (threads < 0)
        return nn_fail(NNBLAS_ERROR_VALUE, "threads is %d; it must be 0 (decide) or above",
                       threads);
    atomic_store(&thread_limit, threads);
    return NNBLAS_OK;
}

/* Read once: the system call takes longer than a small gradient. */
static int get_processors(void) {
    static atomic_int known;
    int processors = atomic_load_explicit(&known, memory_order_relaxed);
    if (processors == 0) {
        processors = nn_count_processors();
        atomic_store_explicit(&known, processors, memory_order_relaxed);
    }
    return processors;
}

size_t nn_count_threads(void) {
    int limit = atomic_load_explicit(&thread_limit, memory_order_relaxed);
    return (size_t)(limit > 0 ? limit : get_processors());
}
