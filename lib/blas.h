/* SPDX-License-Identifier: BSD-3-Clause */
/* What the BLAS that is loaded tells of itself, and its threads. */
#ifndef NN_BLAS_H
#define NN_BLAS_H

/* The core type that OpenBLAS took, such as "Haswell"; null where the BLAS is another. */
const char *nn_blas_core(void);

/* The core type that OpenBLAS would do better to take on this processor; null where its own is
 * fine or unknown. */
const char *nn_blas_better_core(void);

#endif
