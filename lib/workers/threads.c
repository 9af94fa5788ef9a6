/* SPDX-License-Identifier: BSD-3-Clause */
#include "workers/threads.h"
#include "blas/blas.h"
#include "core/sizes.h"
#include "core/status.h"

#include <omp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

static atomic_int thread_limit;
static atomic_bool is_forked;

nnblas_status nnblas_set_threads(int threads) {
    if (threads < 0)
        return nn_fail(NNBLAS_ERROR_VALUE, "threads is %d; it must be 0 (decide) or above",
                       threads);
    atomic_store(&thread_limit, threads);
    return NNBLAS_OK;
}

/* Asked once: it is a system call, and longer than a small gradient. */
static int count_processors(void) {
    static atomic_int known;
    int processors = atomic_load_explicit(&known, memory_order_relaxed);
    if (processors == 0) {
        processors = omp_get_num_procs();
        atomic_store_explicit(&known, processors, memory_order_relaxed);
    }
    return processors;
}

size_t nn_count_threads(void) {
    if (atomic_load_explicit(&is_forked, memory_order_relaxed))
        return 1;
    int limit = atomic_load_explicit(&thread_limit, memory_order_relaxed);
    return (size_t)(limit > 0 ? limit : count_processors());
}

/* Half of what OpenBLAS has room for where it is built for 64 processors, Debian's for 128. */
enum { MOST_BORROWED = 64 };
static atomic_size_t borrowed_threads;

size_t nn_borrow_threads(size_t wanted) {
    if (wanted <= 1)
        return 1;
    size_t in_use = atomic_load(&borrowed_threads), extra;
    do {
        extra = nn_min(wanted - 1, MOST_BORROWED - in_use);
    } while (!atomic_compare_exchange_weak(&borrowed_threads, &in_use, in_use + extra));
    return 1 + extra;
}

void nn_return_threads(size_t borrowed) {
    if (borrowed > 1)
        atomic_fetch_sub(&borrowed_threads, borrowed - 1);
}

static void after_fork_in_child(void) {
    atomic_store(&is_forked, true);
    atomic_store(&borrowed_threads, 0);
    nn_blas_after_fork(true);
}

static void after_fork_in_parent(void) {
    nn_blas_after_fork(false);
}

__attribute__((constructor)) static void watch_forks(void) {
    pthread_atfork(nn_blas_before_fork, after_fork_in_parent, after_fork_in_child);
}
