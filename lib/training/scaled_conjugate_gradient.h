/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NN_SCALED_CONJUGATE_GRADIENT_H
#define NN_SCALED_CONJUGATE_GRADIENT_H

#include "training/training.h"

/* All epochs of a fit, or those that are left after a checkpoint. */
nnblas_status nn_run_scaled_conjugate_gradient(nn_fit *fit);

#endif
