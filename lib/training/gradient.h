/* SPDX-License-Identifier: BSD-3-Clause */
/* What the optimizers lower. */
#ifndef NN_TRAINING_GRADIENT_H
#define NN_TRAINING_GRADIENT_H

#include "training/training.h"

/* The cost of rows of the fit, with that of the derivatives where they are given and without the
 * weight decay; its gradient becomes the updates of the engine. */
double nn_compute_gradient(nn_fit *fit, const nn_rows *rows);

#endif
