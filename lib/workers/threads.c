/* SPDX-License-Identifier: BSD-3-Clause */
#include "workers/threads.h"
#include "core/processors.h"
#include "core/sizes.h"
#include "core/status.h"

#include <stdatomic.h>

/* 0: not limited. The calling thread's own comes first. */
static atomic_int thread_limit;
static _Thread_local int local_limit;

static nnblas_status check_limit(int threads, const char *zero) {
    return threads >= 0 ? NNBLAS_OK
                        : nn_fail(NNBLAS_ERROR_VALUE, "threads is %d; it must be 0 (%s) or above",
                                  threads, zero);
}

nnblas_status nnblas_set_threads(int threads) {
    nnblas_status status = check_limit(threads, "decide");
    if (!status)
        atomic_store(&thread_limit, threads);
    return status;
}

nnblas_status nnblas_set_local_threads(int threads) {
    nnblas_status status = check_limit(threads, "as for all threads");
    if (!status)
        local_limit = threads;
    return status;
}

int nnblas_threads(void) {
    return atomic_load(&thread_limit);
}

int nnblas_local_threads(void) {
    return local_limit;
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
    int limit =
        local_limit > 0 ? local_limit : atomic_load_explicit(&thread_limit, memory_order_relaxed);
    return (size_t)(limit > 0 ? limit : get_processors());
}

/* What one doubling of the threads costs: waking them, and waiting for the last. */
static const double DOUBLING = 10000.0;

double nn_estimate_threads(double nanoseconds, size_t parts, size_t threads) {
    double doublings = 0.0, shares = (double)nn_divide_up(parts, threads) / (double)parts;
    for (size_t t = 1; t < threads; t *= 2)
        doublings++;
    return nanoseconds * shares + doublings * DOUBLING;
}

size_t nn_count_worthy_threads(double nanoseconds, size_t parts) {
    static const double GAIN = 0.75;
    double time = nanoseconds;
    size_t threads = 1;
    while (threads < parts) {
        size_t more = nn_min(2 * threads, parts);
        double less = nn_estimate_threads(nanoseconds, parts, more);
        if (less > GAIN * time)
            break;
        threads = more;
        time = less;
    }
    return threads;
}
