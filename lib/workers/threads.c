/* SPDX-License-Identifier: BSD-3-Clause */
#include "workers/threads.h"
#include "core/status.h"

#include <stdatomic.h>
#include <unistd.h>
#ifdef __linux__
#include <sched.h>
#endif

static atomic_int thread_limit;

nnblas_status nnblas_set_threads(int threads) {
    if (threads < 0)
        return nn_fail(NNBLAS_ERROR_VALUE, "threads is %d; it must be 0 (decide) or above",
                       threads);
    atomic_store(&thread_limit, threads);
    return NNBLAS_OK;
}

/* Those that the scheduler may give to the calling thread; 0 = unknown. */
static int count_allowed_processors(void) {
#ifdef __linux__
    cpu_set_t sets[64]; /* one holds 1024, which is too few for the largest machines */
    if (sched_getaffinity(0, sizeof sets, sets) == 0)
        return CPU_COUNT_S(sizeof sets, sets);
#endif
    return 0;
}

static int count_processors(void) {
    int allowed = count_allowed_processors();
    long online = allowed > 0 ? allowed : sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}

/* Asked once: it is a system call, and longer than a small gradient. */
static int get_processors(void) {
    static atomic_int known;
    int processors = atomic_load_explicit(&known, memory_order_relaxed);
    if (processors == 0) {
        processors = count_processors();
        atomic_store_explicit(&known, processors, memory_order_relaxed);
    }
    return processors;
}

size_t nn_count_threads(void) {
    int limit = atomic_load_explicit(&thread_limit, memory_order_relaxed);
    return (size_t)(limit > 0 ? limit : get_processors());
}
