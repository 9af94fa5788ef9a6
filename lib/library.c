/* SPDX-License-Identifier: BSD-3-Clause */
/* The library's version and its one setting for the whole process. */
#include "status.h"
#include "threads.h"

#include <stdatomic.h>

const char *nnblas_version(void) {
    return NN_VERSION;
}

static atomic_int thread_limit;

nnblas_status nnblas_set_threads(int threads) {
    if (threads < 0)
        return nn_fail(NNBLAS_ERROR_VALUE, "threads is %d; it must be 0 (decide) or above",
                       threads);
    atomic_store(&thread_limit, threads);
    return NNBLAS_OK;
}

int nn_get_thread_limit(void) {
    return atomic_load(&thread_limit);
}
