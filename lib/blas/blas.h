/* SPDX-License-Identifier: BSD-3-Clause */
/* The loaded BLAS: its core type, and how many threads it uses. */
#ifndef NN_BLAS_H
#define NN_BLAS_H

#include "core/sizes.h"

#include <stdbool.h>

/* The core type that OpenBLAS uses, such as "Haswell"; null for another BLAS. */
const char *nn_blas_core(void);

/* The library and its version, such as "OpenBLAS 0.3.21"; "unknown" for another BLAS. */
void nn_blas_name(char *name, size_t size);

/* The vector instructions of a core type, and of the one that OpenBLAS uses. OTHER: older ones, an
 * unknown core type, or null. */
typedef enum nn_core_class { NN_CORE_OTHER, NN_CORE_AVX2, NN_CORE_AVX512 } nn_core_class;
nn_core_class nn_classify_core(const char *name);
nn_core_class nn_blas_core_class(void);

/*
 * The core type that OpenBLAS should use on this processor; null where its own is right or unknown.
 */
const char *nn_blas_better_core(void);

/*
 * Whether OpenBLAS runs a product of these three sizes in the thread that calls it, held or not. It
 * does up to SMP_THRESHOLD_MIN times GEMM_MULTITHREAD_THRESHOLD multiplications, as it is built by
 * default (interface/gemm.c). Some builds make a product with one row or one column of a matrix
 * times a vector, whose limit is lower (interface/gemv.c).
 */
static inline bool nn_blas_is_sequential(size_t rows, size_t inputs, size_t outputs) {
    bool is_vector = rows == 1 || inputs == 1 || outputs == 1;
    size_t most = 4 * (is_vector ? 2304 : 65536);
    return nn_multiply_sizes(rows, nn_multiply_sizes(inputs, outputs)) <= most;
}

/* Between hold and release, BLAS runs each product in the thread that calls it. Holds nest, and any
 * number of threads may hold BLAS at once. */
void nn_blas_hold(void);
void nn_blas_release(void);

/* Call this first in a thread of the library: from then on its products run in that thread. */
void nn_blas_begin_worker(void);

void nn_blas_before_fork(void);
void nn_blas_after_fork(bool in_child);

#endif
