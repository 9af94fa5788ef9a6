/* SPDX-License-Identifier: BSD-3-Clause */
/* What the BLAS that is loaded tells of itself, and its threads. */
#ifndef NN_BLAS_H
#define NN_BLAS_H

#include <stdbool.h>

/* The core type that OpenBLAS took, such as "Haswell"; null where the BLAS is another. */
const char *nn_blas_core(void);

/* The vectors that the core type computes with. OTHER: older ones, or not known. */
typedef enum nn_core_class { NN_CORE_OTHER, NN_CORE_AVX2, NN_CORE_AVX512 } nn_core_class;
nn_core_class nn_blas_core_class(void);

/* The core type that OpenBLAS would do better to take on this processor; null where its own is
 * fine or unknown. */
const char *nn_blas_better_core(void);

/* OpenBLAS runs products of so many multiplications in the thread that calls it (as it is built by
 * default: SMP_THRESHOLD_MIN times GEMM_MULTITHREAD_THRESHOLD, in its interface/gemm.c). */
enum { NN_BLAS_SEQUENTIAL = 65536 * 4 };

/* Between the two, BLAS runs each product in the thread that calls it. They nest, and any number of
 * threads may be between them. */
void nn_blas_hold(void);
void nn_blas_release(void);

/* First thing in a thread of the library's own, whose products then all run in that thread. */
void nn_blas_begin_worker(void);

void nn_blas_before_fork(void);
void nn_blas_after_fork(bool in_child);

#endif
