/* SPDX-License-Identifier: BSD-3-Clause */
/* The weight decay: decay / 2 times the sum of the squares of all weights, without the biases. */
#ifndef NN_WEIGHT_DECAY_H
#define NN_WEIGHT_DECAY_H

#include "training/training.h"

/* The weight decay's part of the cost. */
double nn_measure_decay(const nn_fit *fit);

/* Adds the gradient of the weight decay to the updates of the engine. The optimizers but L-BFGS do
 * that in their steps. */
void nn_add_decay(const nn_fit *fit);

#endif
