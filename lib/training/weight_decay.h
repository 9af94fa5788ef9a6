/* SPDX-License-Identifier: BSD-3-Clause */
/* Half the weight decay times the sum of the squares of all weights, and not of the biases. */
#ifndef NN_WEIGHT_DECAY_H
#define NN_WEIGHT_DECAY_H

#include "training/training.h"

/* What the decay adds to the cost that is lowered. */
double nn_measure_decay(const nn_fit *fit);

/* Adds its gradient to the updates of the engine. */
void nn_add_decay(const nn_fit *fit);

#endif
