/* SPDX-License-Identifier: BSD-3-Clause */
#include "threads.h"
#include "blas.h"
#include "status.h"

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

size_t nn_count_threads(void) {
    if (atomic_load_explicit(&is_forked, memory_order_relaxed))
        return 1;
    int limit = atomic_load_explicit(&thread_limit, memory_order_relaxed);
    return limit > 0 ? (size_t)limit : (size_t)omp_get_num_procs();
}

static void after_fork_in_child(void) {
    atomic_store(&is_forked, true);
    nn_blas_after_fork(true);
}

static void after_fork_in_parent(void) {
    nn_blas_after_fork(false);
}

__attribute__((constructor)) static void watch_forks(void) {
    pthread_atfork(nn_blas_before_fork, after_fork_in_parent, after_fork_in_child);
}
