/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NN_SOURCE_BATCHES_H
#define NN_SOURCE_BATCHES_H

#include "training/training.h"

/* One epoch of mini-batches over the rows of the source: the order of its blocks, and of the rows
 * in each, depends on the seed and the number of the epoch. *cost is the mean of the batches' costs
 * by the weight of their rows. */
nnblas_status nn_run_source_batches(nn_fit *fit, double rate, double *cost);

#endif
