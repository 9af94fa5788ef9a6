/* SPDX-License-Identifier: BSD-3-Clause */
/* The cost and the score of the validation rows, in memory or from a source. */
#ifndef NN_VALIDATION_H
#define NN_VALIDATION_H

#include "training/training.h"

/* Once, before the first epoch: what the score has to know of the labels. */
nnblas_status nn_learn_validation(nn_fit *fit);

/* At the parameters as they are. *score is written where the settings have one and the cost is
 * finite. NNBLAS_ERROR_SOURCE where the source fails. */
nnblas_status nn_compute_validation(nn_fit *fit, double *cost, double *score);

#endif
