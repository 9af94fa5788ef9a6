/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NN_THREADS_H
#define NN_THREADS_H

/* What nnblas_set_threads was given; 0 = decide. */
int nn_get_thread_limit(void);

#endif
