/* SPDX-License-Identifier: BSD-3-Clause */
/* One step of an optimizer over a batch. */
#ifndef NN_STEP_H
#define NN_STEP_H

#include "training/training.h"

/* *cost is the cost before the step. */
nnblas_status nn_take_step(nn_fit *fit, const nn_rows *batch, double rate, double *cost);

#endif
